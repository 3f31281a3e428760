import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';

import { type CodeBlock, parsePage } from '../../scripts/docs/markdown.mjs';
import { listPages, readPage, repository } from '../../scripts/docs/pages.mjs';

interface Command {
  where: string;
  text: string;
  /** What it prints, where the page shows it. */
  output: string | undefined;
}

const commands = listPages().flatMap((file) => commandsOf(file, parsePage(readPage(file)).blocks));

function commandsOf(file: string, blocks: CodeBlock[]): Command[] {
  return blocks.flatMap(({ text, line, markers }, index) => {
    if (!('run' in markers)) return [];
    const next = blocks[index + 1];
    const output = next !== undefined && 'output' in next.markers ? next.text : undefined;
    return [{ where: `${file}:${line}`, text, output }];
  });
}

test.each(commands)('the command at $where works', ({ text, output }) => {
  const directory = fs.mkdtempSync(path.join(inject('installed'), 'vitest4', 'command-'));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  const example = path.join(repository, 'examples/first-spec');
  fs.cpSync(example, directory, { recursive: true });
  // What a command makes in these goes away with its namespace.
  const script = 'for dir in /mnt /opt; do mount -t tmpfs tmpfs $dir; done; exec sh -euc "$1"';
  const result = spawnSync(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-euc', script, 'sh', text],
    {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', npm_config_loglevel: 'error' },
    },
  );
  expect(result.status, result.stdout + result.stderr).toBe(0);
  if (output !== undefined) expect(result.stdout + result.stderr).toMatch(patternOf(output));
});

test('every output that a page shows belongs to a command that is run', () => {
  for (const file of listPages()) {
    const { blocks } = parsePage(readPage(file));
    const lost = blocks.filter(
      ({ markers }, index) => 'output' in markers && !('run' in (blocks[index - 1]?.markers ?? {})),
    );
    expect(lost.map(({ line }) => `${file}:${line}`)).toEqual([]);
  }
});

/** A line `…` stands for any lines, and `…` in a line for any text. */
function patternOf(output: string): RegExp {
  const lines = output.split('\n').map((line) => {
    if (line === '…') return '(.*\\n)*?';
    return `${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*?')}\\n`;
  });
  return new RegExp(`^${lines.slice(0, -1).join('')}$`);
}
