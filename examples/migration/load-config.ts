import fs from 'node:fs/promises';

/** The code under test: it reads from a fixed place, and takes a default when there is nothing. */
export async function loadConfig(): Promise<{ port: number }> {
  try {
    return JSON.parse(await fs.readFile('/etc/shop/config.json', 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { port: 80 };
    throw error;
  }
}
