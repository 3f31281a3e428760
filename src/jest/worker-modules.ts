/** What Jest's workers take from ES modules. */
export { LeakCheck } from '../leaks/leak-check.js';
export { mountSerializer } from '../mounts/serializer.js';
export { FileTrees } from '../scope/file-trees.js';
/** On Node 20 and 22, realms other than the main one have none of their own. */
export const { asyncDispose } = Symbol;
