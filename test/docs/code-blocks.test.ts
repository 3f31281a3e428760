import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

import { parsePage } from '../../scripts/docs/markdown.mjs';
import { listPages, readPage } from '../../scripts/docs/pages.mjs';
import { checkedLanguages, typeCheck } from '../../scripts/docs/type-check.mjs';

const blocks = listPages().flatMap((file) =>
  parsePage(readPage(file)).blocks.map((block) => ({ ...block, file, where: `${file}:${block.line}` })),
);

test('every block says what it holds', () => {
  const known = [
    ...Object.keys(checkedLanguages),
    'sh',
    'json',
    'yaml',
    'dockerfile',
    'mermaid',
    'text',
    'diff',
  ];
  const others = blocks.filter(({ language }) => !known.includes(language));
  expect(others.map(({ where, language }) => `${where} ${language}`)).toEqual([]);
});

test('every marker is one that is used', () => {
  const known: Record<string, string[]> = {
    example: [...Object.keys(checkedLanguages), 'json', 'yaml'],
    given: Object.keys(checkedLanguages),
    run: ['sh'],
    shown: ['sh'],
    output: ['text'],
  };
  const others = blocks.flatMap(({ where, markers, language }) =>
    Object.keys(markers)
      .filter((name) => known[name]?.includes(language) !== true)
      .map((name) => `${where} ${name}`),
  );
  expect(others).toEqual([]);
});

test('code compiles against the built package', { timeout: 60_000 }, () => {
  const samples = blocks
    .filter(({ language }) => language in checkedLanguages)
    // A file of an example is part of the project, and checked there.
    .filter(({ markers }) => markers.example === undefined)
    .map(({ file, line, language, text, markers }) =>
      sample(`${file.replaceAll('/', '_')}_${line}`, text, markers.given, checkedLanguages[language]),
    );
  expect(samples.length).toBeGreaterThan(0);
  expect(typeCheck(samples)).toBe('');
});

test('code that does not compile is found', { timeout: 60_000 }, () => {
  const errors = typeCheck([
    sample('fragment', "ns.tmpfs('/mnt/x');", 'ns'),
    sample('no-context', "ns.tmpfs('/mnt/x');"),
    sample('method', "ns.tmpsf('/mnt/x');", 'ns'),
    sample('matcher', "expect('/mnt/x').toBeMuontPoint();", 'expect'),
    sample('import', "import { nothing } from 'mountns';"),
    sample('javascript', "import { nothing } from 'mountns';", undefined, '.js'),
  ]);
  expect(
    errors
      .replace(/: error (TS\d+): .*/g, ' $1')
      .trim()
      .split('\n'),
  ).toEqual([
    'import.ts(2,10) TS2305',
    'javascript.js(2,10) TS2305',
    'matcher.ts(2,18) TS2551',
    'method.ts(2,4) TS2551',
    'no-context.ts(2,1) TS2304',
  ]);
});

test('checking cannot be switched off', () => {
  expect(typeCheck([sample('ignored', '// @ts-ignore\nnothing();')])).toContain('@ts-ignore');
  expect(() => typeCheck([sample('unknown', 'nothing();', 'nothing')])).toThrow(
    'unknown name in "given": nothing',
  );
});

function sample(name: string, text: string, given?: string, extension = '.ts') {
  return { name, extension, text, ...(given === undefined ? {} : { given }) };
}

test('JSON is JSON', () => {
  for (const { text, where } of blocks.filter(({ language }) => language === 'json'))
    expect(() => JSON.parse(text), where).not.toThrow();
});

test('shell commands are run, or say why not, and are shell at least', () => {
  for (const { text, where, markers } of blocks.filter(({ language }) => language === 'sh')) {
    expect(
      Object.keys(markers),
      `${where} needs <!-- run --> or <!-- shown: why it is not run -->`,
    ).toHaveLength(1);
    if ('shown' in markers) expect(markers.shown, where).not.toBe('');
    const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
    expect(stderr, where).toBe('');
    expect(status, where).toBe(0);
  }
});
