/** What Jest's workers take from ES modules. */
export { LeakCheck } from '../leaks/leak-check.js';
export { mountSerializer } from '../mounts/serializer.js';
export { FileTrees } from '../scope/file-trees.js';
