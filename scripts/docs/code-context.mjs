// @ts-check
/**
 * What a fragment of TypeScript may take for granted: `<!-- given: ns, expect -->` above a code block puts these
 * lines in front of it when it is type-checked. There is no way to leave a block unchecked.
 */
const GIVEN = /** @type {Record<string, string>} */ ({
  ns: "declare const ns: import('mountns').MountNamespace;",
  host: "declare const host: import('mountns').HostNamespace;",
  table: "declare const table: import('mountns').MountTable;",
  fs: "import fs from 'node:fs';",
  path: "import path from 'node:path';",
  spawn: "import { spawn } from 'node:child_process';",
  execFileSync: "import { execFileSync } from 'node:child_process';",
  test: "import { test } from 'mountns/vitest';",
  expect: "import { expect } from 'mountns/vitest';",
  mountNamespaces: "import { mountNamespaces } from 'mountns/vitest/config';",
  defineConfig: "import { defineConfig } from 'vitest/config';",
  withMountNamespace: "import { withMountNamespace } from 'mountns';",
  enterMountNamespace: "import { enterMountNamespace } from 'mountns';",
  readMounts: "import { readMounts } from 'mountns';",
  checkSupport: "import { checkSupport } from 'mountns';",
  describe: "import { describe } from 'mountns/vitest';",
  'jest globals': "import { expect, test } from '@jest/globals';",
  parseMountInfo: "import { parseMountInfo } from 'mountns';",
});

/**
 * The lines for a marker's names.
 *
 * @param {string} names separated by commas
 * @returns {string[]}
 */
export function contextOf(names) {
  return names.split(',').map((name) => {
    const line = GIVEN[name.trim()];
    if (line === undefined)
      throw new Error(`unknown name in "given": ${name}, known are ${Object.keys(GIVEN).join(', ')}`);
    return line;
  });
}

/**
 * The names of the table that a piece of code uses and does not declare itself.
 *
 * @param {string} code
 */
export function givenFor(code) {
  const bare = code.replace(/\/\/.*$/gm, '').replace(/'[^']*'/g, "''");
  return Object.keys(GIVEN).filter(
    (name) =>
      new RegExp(`(?<![.\\w])${name}\\b(?!\\??:)`).test(bare) &&
      !new RegExp(`(const|let|using|import|\\{|\\(|,) *(\\{[^}]*)?\\b${name}\\b[^;\\n]*( from |=>|= )`).test(
        bare,
      ),
  );
}
