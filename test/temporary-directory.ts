import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty directory on the host's file system, without symbolic links in its path; removed after the test. */
export function temporaryDirectory(): string {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'mountns-'));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  return directory;
}
