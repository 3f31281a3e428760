/** Where this package is installed: its code is minified there, and a place in it tells a user nothing. */
const INSTALLED = '/node_modules/mountns/dist/';

/** Whether a frame of a stack, or its file, is this package's own, which reporters leave out as they do Vitest's. */
export function isOwnFrame(frame: string): boolean {
  return frame.includes(INSTALLED);
}
