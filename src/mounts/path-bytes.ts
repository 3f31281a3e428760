export { decodePath, encodePath } from '../../native/path-bytes.cjs';
