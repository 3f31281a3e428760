import path = require('node:path');

/** Loads {@link file://./preload.cts} */
const preload = path.join(__dirname, 'preload.cjs');
const option = `--require "${preload.replace(/["\\]/g, '\\$&')}"`;

/** NODE_OPTIONS with the preload in front, so that nothing else which they load starts the thread pool before. */
export function addPreload(nodeOptions: string | undefined): string {
  return [option, nodeOptions].filter(Boolean).join(' ');
}

/** Gives the process that the preload was made for its own NODE_OPTIONS back. */
export function removePreload(): void {
  const nodeOptions = process.env.NODE_OPTIONS ?? '';
  if (!nodeOptions.startsWith(option)) return;
  const own = nodeOptions.slice(option.length).trim();
  if (own === '') delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = own;
}
