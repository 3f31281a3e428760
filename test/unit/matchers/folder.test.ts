import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as exported from 'mountns/matchers';
import { expect, test } from 'vitest';
import { stable } from '../../failure-of.js';

const root = path.resolve(import.meta.dirname, '../../..');
const matchers = fs
  .readdirSync(path.join(root, 'matchers'))
  .filter((file) => /^to[A-Z]/.test(file))
  .map((file) => path.basename(file, '.ts'))
  .sort();

test('each matcher has a file with its name, and is exported', () => {
  expect(matchers.length).toBeGreaterThan(7);
  expect(Object.keys(exported).sort()).toEqual(matchers);
  for (const [name, matcher] of Object.entries(exported)) expect(matcher.name).toBe(name);
  expect(Object.keys(createRequire(import.meta.url)('mountns/matchers')).sort()).toEqual(matchers);
});

test.each(matchers)('%s is documented in its file, with an example', (name) => {
  const source = fs.readFileSync(path.join(root, 'matchers', `${name}.ts`), 'utf8');
  const comment = /\/\*\*\n(?: \*.*\n)+ \*\/\nexport function (\w+)\(/.exec(source);
  expect(comment?.[1]).toBe(name);
  expect(comment?.[0]).toContain('@throws');
  expect(comment?.[0]).toMatch(new RegExp(`@example\n(?: \\*.*\n)* \\*.*\\.${name}\\(`));
});

const page = fs.readFileSync(path.join(root, 'docs/matchers.md'), 'utf8');

test('docs/matchers.md has a section for each, with an example and a message', () => {
  const sections = page.split(/^## (?=to[A-Z])/m).slice(1);
  expect(sections.map((section) => /^\w+/.exec(section)?.[0]).sort()).toEqual(matchers);
  for (const section of sections) {
    const name = /^\w+/.exec(section)?.[0];
    expect(section, name).toMatch(new RegExp(`\`\`\`ts\n[^\`]*\\.${name}\\(`));
    expect(section, name).toMatch(new RegExp(`\`\`\`text\nexpect\\(\\w+\\)(\\.not)?\\.${name}\\(`));
  }
});

test('the messages in docs/matchers.md are those that the tests expect', () => {
  const messages = [...page.matchAll(/^```text\n(.*?)\n```$/gms)].map(([, message]) =>
    stable(message as string),
  );
  const expectations = ['unit/matchers', 'kernel/matchers', 'kernel/scope']
    .map((folder) => path.join(root, 'test', folder))
    .flatMap((folder) =>
      fs.readdirSync(folder).map((file) => fs.readFileSync(path.join(folder, file), 'utf8')),
    )
    .map((source) => source.replaceAll(/^ +/gm, ''))
    .join('');
  expect(messages).toHaveLength(matchers.length + 1);
  const unknown = messages
    .map((message) => message.replaceAll(/^ +/gm, '').replaceAll(/\bprocess \d+/g, 'process PID'))
    .filter((message) => !expectations.includes(message));
  expect(unknown).toEqual([]);
});

test('each matcher has a test file', () => {
  const tested = ['unit', 'kernel']
    .flatMap((kind) => fs.readdirSync(path.join(root, 'test', kind, 'matchers')))
    .map((file) => file.replace(/\.test\.ts$/, ''));
  expect(tested).toEqual(expect.arrayContaining(matchers));
});
