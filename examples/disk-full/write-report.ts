import fs from 'node:fs';

/** Writes a report whole or not at all: where the disk is full, the last one stays. */
export async function writeReport(file: string, lines: string[]): Promise<void> {
  const draft = `${file}.draft`;
  try {
    await fs.promises.writeFile(draft, lines.join('\n'));
    await fs.promises.rename(draft, file);
  } catch (error) {
    await fs.promises.rm(draft, { force: true });
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new Error('the report was not written: the disk is full', { cause: error });
  }
}
