import fs from 'node:fs';

/** Saves settings so that a reader finds the old ones or the new ones, whole. */
export async function saveSettings(file: string, settings: object): Promise<void> {
  try {
    await fs.promises.writeFile(`${file}.new`, JSON.stringify(settings));
    await fs.promises.rename(`${file}.new`, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EROFS') throw error;
    throw new Error('the settings were not saved: the disk is read-only', { cause: error });
  }
}
