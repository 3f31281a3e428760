/** What Jest's main process takes from ES modules. */
export { WorkerNamespaces } from '../processes/worker-namespaces.js';
export { judge } from '../support/verdict.js';
export { resolveOptions } from '../vitest/options.js';
