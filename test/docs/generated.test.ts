import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

import { embedExamples } from '../../scripts/docs/examples.mjs';
import { addFooter } from '../../scripts/docs/footers.mjs';
import { orderedPages, readPage, repository } from '../../scripts/docs/pages.mjs';
import { embedTables } from '../../scripts/docs/tables.mjs';

test('examples, footers and the API reference are up to date', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], {
    cwd: repository,
    encoding: 'utf8',
  });
  expect(stdout + stderr).toBe('');
  expect(status).toBe(0);
});

test('a block takes the file that its marker names', () => {
  const marker = '<!-- example: examples/first-spec/first.test.ts -->';
  const page = embedExamples(`before\n\n${marker}\n\`\`\`ts\nstale\n\`\`\`\n\nafter\n`);
  expect(page).toBe(
    `before\n\n${marker}\n\`\`\`ts\n${readPage('examples/first-spec/first.test.ts')}\`\`\`\n\nafter\n`,
  );
  expect(embedExamples(page)).toBe(page);
});

test('a block takes the test that its marker names', () => {
  const title = 'mounts for real, and keeps it to itself';
  const page = embedExamples(
    `<!-- example: examples/first-spec/first.test.ts#${title} -->\n\`\`\`ts\n\`\`\`\n`,
  );
  expect(page).toContain(`\`\`\`ts\ntest('${title}', ({ ns, host }) => {\n`);
  expect(page).toMatch(/\}\);\n```\n$/);
  expect(page).not.toContain('import');
  expect(embedExamples(page)).toBe(page);
});

test('a marker that names nothing is an error', () => {
  expect(() => embedExamples('<!-- example: examples/none.test.ts -->\n```ts\n```\n')).toThrow('ENOENT');
  expect(() =>
    embedExamples('<!-- example: examples/first-spec/first.test.ts#none -->\n```ts\n```\n'),
  ).toThrow("has no test called 'none'");
});

test('a footer is replaced, not repeated', () => {
  const first = orderedPages()[0] as { file: string };
  const page = addFooter(first.file, '# Title\n\nText.\n');
  expect(page).toMatch(
    /^# Title\n\nText\.\n\n---\n\nPrevious: \[Contents\]\(README\.md\) · Next: \[.+\]\(.+\.md\)\n$/,
  );
  expect(addFooter(first.file, page)).toBe(page);
});

test('a default that is a sentence has its own code in it', () => {
  expect(readPage('docs/api.md')).toContain('Default: the option of the plugin, else `false`.');
  expect(readPage('docs/api.md')).toContain("Default: `'fail'`.");
});

test('errors that the API reference links to are exported, all others are those of JavaScript', () => {
  const names = [...readPage('docs/api.md').matchAll(/^- Throws `(\w+)`/gm)].map(
    ([, name]) => name as string,
  );
  expect(names.filter((name) => !(name in globalThis))).toEqual([]);
});

test('a table is put between its markers', () => {
  const [start, end] = ['<!-- table: test/e2e/versions.md -->', '<!-- end of table -->'];
  const page = embedTables(`before\n\n${start}\nstale\n${end}\n\nafter\n`);
  expect(page).toBe(`before\n\n${start}\n\n${readPage('test/e2e/versions.md')}\n${end}\n\nafter\n`);
  expect(embedTables(page)).toBe(page);
});
