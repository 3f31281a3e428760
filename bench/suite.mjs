import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** A project with `count` small test files that do not know which pool they run in. */
export function makeSuite(count) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-bench-'));
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
  for (let index = 0; index < count; index++) {
    fs.writeFileSync(
      path.join(directory, `file-${index}.test.mjs`),
      `import fs from 'node:fs';
import { expect, test } from 'vitest';
test('reads', () => expect(fs.readdirSync('/proc/self').length).toBeGreaterThan(1));
test('adds', () => expect(${index} + 1).toBe(${index + 1}));
`,
    );
  }
  const plugin = path.join(root, 'dist/src/vitest/config.js');
  fs.writeFileSync(
    path.join(directory, 'vitest.config.mjs'),
    `import { mountNamespaces } from ${JSON.stringify(plugin)};
const { POOL, ISOLATE, WORKERS } = process.env;
const test = { isolate: ISOLATE !== 'false', ...(WORKERS ? { maxWorkers: Number(WORKERS) } : {}) };
export default POOL === 'mountns' ? { plugins: [mountNamespaces()], test } : { test: { ...test, pool: POOL } };
`,
  );
  return { directory, remove: () => fs.rmSync(directory, { recursive: true }) };
}

/** The command that runs it. */
export const vitest = [process.execPath, path.join(root, 'node_modules/vitest/vitest.mjs'), 'run'];
