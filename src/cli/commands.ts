/** The commands that are ES modules, in one file. */
export { doctorCommand } from './doctor.js';
export { mountCommand } from './mount.js';
export { mountsCommand } from './mounts.js';
export { runCopyOnWrite } from './run-copy-on-write.js';
