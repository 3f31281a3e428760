import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';

import { readHostTable } from './host-table.js';
import { type Runner, type RunResult, runners, VitestRun } from './vitest-run.js';

const readme = fs.readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] as string);
const spec = blockWith("from 'mountns/vitest';");
const config = blockWith('plugins: [mountNamespaces()]');

function blockWith(text: string): string {
  const block = blocks.find((candidate) => candidate.includes(text));
  if (block === undefined) throw new Error(`README.md has no ts block with ${text}`);
  return block;
}

/** Runs the files in a folder beside which nothing but the packed package and the runner is installed. */
async function run(runner: Runner, files: Record<string, string>): Promise<RunResult> {
  const directory = fs.mkdtempSync(path.join(inject('installed'), runner, 'readme-'));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(directory, name), content);
  return new VitestRun(directory, { runner }).done;
}

describe.each(runners)('the spec of the README on %s', (runner) => {
  test('passes with the configuration of the README', async () => {
    const before = readHostTable();
    const { code, stdout, stderr } = await run(runner, { 'first.test.ts': spec, 'vitest.config.ts': config });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Tests {2}1 passed/);
    expect(code).toBe(0);
    expect(readHostTable()).toBe(before);
    expect(fs.existsSync('/mnt/test_mount')).toBe(false);
  });

  test('fails on the host instead of touching it', async () => {
    const before = readHostTable();
    const { code, stderr } = await run(runner, {
      'first.test.ts': spec,
      'vitest.config.ts': "export default { test: { pool: 'forks' } };",
    });
    expect(code).toBe(1);
    expect(stderr).toContain(
      'NamespaceError: no mount namespace was entered: this process is on the host, and mountns mounts nothing there',
    );
    expect(stderr).toContain(
      "Vitest: in vitest.config.ts, import { mountNamespaces } from 'mountns/vitest/config' and add plugins: [mountNamespaces()]",
    );
    expect(readHostTable()).toBe(before);
    expect(fs.existsSync('/mnt/test_mount')).toBe(false);
  });
});
