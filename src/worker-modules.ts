/** What workers load by itself: Jest's, since they are no ES modules, and Vitest's, when a file shares its worker. */
export { LeakCheck } from './leaks/leak-check.js';
export { mountSerializer } from './mounts/serializer.js';
export { FileTrees } from './scope/file-trees.js';
/** On Node 20 and 22, realms other than the main one have none of their own. */
export const { asyncDispose } = Symbol;
