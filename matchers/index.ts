export { toBeIsolatedFromHost } from './toBeIsolatedFromHost.js';
export { type ExpectedMount, toBeMountPoint } from './toBeMountPoint.js';
