/** `decodePath` and `encodePath` of native/path-bytes.cts. */
export { decodePath, encodePath } from '../../native/path-bytes.cjs';
