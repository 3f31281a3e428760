import fs from 'node:fs';

/** Why FUSE can't be used here, or undefined when it must work. */
export const obstacle = probeFuse();
if (obstacle !== undefined) console.warn(`FUSE can't be used here, only that is tested: ${obstacle}`);

function probeFuse(): string | undefined {
  try {
    fs.closeSync(fs.openSync('/dev/fuse', 'r+'));
    return undefined;
  } catch (error) {
    return `/dev/fuse can't be opened: ${(error as Error).message}`;
  }
}
