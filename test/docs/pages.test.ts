import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

import { anchorOf, parsePage } from '../../scripts/docs/markdown.mjs';
import { listPages, orderedPages, readPage, repository } from '../../scripts/docs/pages.mjs';

const pages = new Map(listPages().map((file) => [file, parsePage(readPage(file))]));

test('README.md has at most 250 lines', () => {
  expect(readPage('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(250);
});

test('the list in docs/README.md has every page of docs/ once', () => {
  const listed = orderedPages().map(({ file }) => file);
  const present = listPages().filter((file) => /^docs\/[^/]+\.md$/.test(file) && file !== 'docs/README.md');
  expect(listed.toSorted()).toEqual(present.toSorted());
});

test('a page of docs/ has the title that the list gives it, and links to the pages beside it', () => {
  const listed = orderedPages();
  for (const [index, { file, title }] of listed.entries()) {
    const [first] = pages.get(file)?.headings ?? [];
    expect(`${first?.level} ${first?.title}`, file).toBe(`1 ${title}`);
    const [previous, next] = [listed[index - 1], listed[index + 1]].map(
      (page) => page?.file ?? 'docs/README.md',
    );
    const last = readPage(file).trimEnd().split('\n').at(-1);
    expect(last, file).toContain(`Previous: [`);
    expect(last, file).toContain(`](${path.basename(previous as string)})`);
    expect(last, file).toContain(`](${path.basename(next as string)})`);
  }
});

test('every link leads somewhere', () => {
  const broken = [...pages].flatMap(([file, { links }]) =>
    links
      .filter(({ target }) => !leadsSomewhere(file, target))
      .map(({ target, line }) => `${file}:${line} ${target}`),
  );
  expect(broken).toEqual([]);
});

function leadsSomewhere(file: string, target: string): boolean {
  if (/^(https|mailto):/.test(target)) return URL.canParse(target);
  const [name = '', anchor] = target.split('#');
  const aim = name === '' ? file : path.join(path.dirname(file), name);
  if (!fs.existsSync(path.join(repository, aim))) return false;
  return anchor === undefined || pages.get(aim)?.anchors.has(anchor) === true;
}

test('anchors are those of GitHub', () => {
  expect(anchorOf('`withMountNamespace(fn)`: a scope')).toBe('withmountnamespacefn-a-scope');
  expect(anchorOf('Two words, and_a dash-ed one')).toBe('two-words-and_a-dash-ed-one');
  const { anchors } = parsePage('# Same\n\n## Same\n\n```text\n# no heading\n```\n');
  expect([...anchors]).toEqual(['same', 'same-1']);
});

test('links in code are no links', () => {
  expect(parsePage('`[a](b)` [c](d.md)\n\n```text\n[e](f)\n```\n').links).toEqual([
    { target: 'd.md', line: 1 },
  ]);
});

test('the two commands of the README are those that are run elsewhere', () => {
  const blocks = parsePage(readPage('README.md')).blocks.map(({ text }) => text);
  const workflow = fs.readFileSync(path.join(repository, '.github/workflows/ci.yml'), 'utf8');
  const script = fs.readFileSync(path.join(repository, '.ci/run'), 'utf8');
  for (const command of ['npm ci && npm test', 'npm ci && npm run examples']) {
    expect(blocks).toContain(`${command}\n`);
    expect(workflow).toContain(command);
  }
  expect(script).toMatch(/^npm ci && npm test$/m);
});

test('CONTRIBUTING.md names the packages that the tests need', () => {
  const list = fs.readFileSync(path.join(repository, '.ci/install'), 'utf8');
  const packages = [...list.matchAll(/(?<=\s)[\w.-]+:([\w-]+)/g)].map(([, name]) => name as string);
  expect(packages).toContain('bubblewrap');
  const text = readPage('CONTRIBUTING.md');
  expect(packages.filter((name) => !text.includes(name))).toEqual([]);
});

test('every explained error has a place in docs/troubleshooting.md', () => {
  const known = fs.readFileSync(path.join(repository, 'src/errors/reasons/reasons.ts'), 'utf8');
  const errnos = [...known.matchAll(/^ {2}(E[A-Z]+): /gm)].map(([, code]) => code as string);
  const sources = fs
    .readdirSync(path.join(repository, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.c?ts$/.test(file))
    .map((file) => fs.readFileSync(path.join(repository, 'src', file), 'utf8'));
  const own = sources.flatMap((text) => text.match(/(?<=')ERR_MOUNTNS_[A-Z_]+(?=')/g) ?? []);
  expect(errnos.length).toBeGreaterThan(5);
  expect(own.length).toBeGreaterThan(5);
  const { anchors } = parsePage(readPage('docs/troubleshooting.md'));
  const missing = [...errnos, ...own].filter((code) => !anchors.has(code.toLowerCase()));
  expect([...new Set(missing)]).toEqual([]);
});

test('every sentence is about the project alone', () => {
  for (const file of pages.keys()) {
    expect(readPage(file), file).not.toContain(repository);
    expect(readPage(file), file).not.toMatch(/\b(TO-?DO|FIX-?ME)\b/);
  }
});

test('a page that shows a test of a file says where the whole file is', () => {
  for (const [file, { blocks, links }] of pages) {
    const shown = blocks.flatMap(({ markers }) => /^(.+)#/.exec(markers.example ?? '')?.[1] ?? []);
    const linked = links.map(({ target }) => path.join(path.dirname(file), target));
    expect(linked, file).toEqual(expect.arrayContaining(shown));
  }
});

test('the README names every method of a mount namespace', () => {
  const methods = readPage('docs/api.md').matchAll(/^#### MountNamespace\.(\w+)$/gm);
  const readme = readPage('README.md');
  const missing = [...methods].filter(([, name]) => !readme.includes(`\`${name}`));
  expect(missing.map(([, name]) => name)).toEqual([]);
});
