import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { installed } from './installed.mjs';

/** A project with `count` small test files that do not know which pool they run in. */
export function makeSuite(count) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-bench-'));
  // As it is when it is installed: Vite bundles a configuration, and with it what lies outside of node_modules.
  const modules = path.join(directory, 'node_modules');
  fs.mkdirSync(modules);
  for (const name of ['vitest', 'mountns'])
    fs.symlinkSync(path.join(installed, 'node_modules', name), path.join(modules, name));
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
  const config = (imports, options) => `${imports}const { POOL, ISOLATE, WORKERS } = process.env;
const workers = WORKERS ? { maxWorkers: Number(WORKERS) } : {};
export default { ${options}, test: { pool: POOL, isolate: ISOLATE !== 'false', ...workers } };
`;
  fs.writeFileSync(path.join(directory, 'vitest.config.mjs'), config('', 'plugins: []'));
  fs.writeFileSync(
    path.join(directory, 'mountns.config.mjs'),
    config(`import { mountNamespaces } from 'mountns/vitest/config';\n`, 'plugins: [mountNamespaces()]'),
  );
  return { directory, remove: () => fs.rmSync(directory, { recursive: true }) };
}

/** How it is run in a pool of Vitest's, or in this one: a command and its environment. */
export function suiteCommand(pool, { isolate = true, workers } = {}) {
  const isOwn = pool === 'mountns';
  return {
    command: [
      process.execPath,
      path.join(installed, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...(isOwn ? ['--config', 'mountns.config.mjs'] : []),
    ],
    env: {
      // The plugin sets it.
      POOL: isOwn ? undefined : pool,
      ISOLATE: String(isolate),
      WORKERS: workers === undefined ? undefined : String(workers),
    },
  };
}
