// @ts-check
import fs from 'node:fs';
import path from 'node:path';

/** The folder of the repository. */
export const repository = path.resolve(import.meta.dirname, '../..');

/**
 * All Markdown files that readers get, by their path in the repository.
 *
 * @returns {string[]}
 */
export function listPages() {
  const own = fs
    .readdirSync(repository, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => entry.name);
  const inside = ['docs', 'examples', '.github', '.changeset'].flatMap((folder) => listMarkdown(folder));
  return [...own, ...inside].sort();
}

/** @param {string} folder @returns {string[]} */
function listMarkdown(folder) {
  const directory = path.join(repository, folder);
  if (!fs.existsSync(directory)) return [];
  return fs
    .readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return listMarkdown(file);
      return entry.name.endsWith('.md') ? [file] : [];
    });
}

/** @param {string} file */
export function readPage(file) {
  return fs.readFileSync(path.join(repository, file), 'utf8');
}

/**
 * The pages of docs/ in their order: that of the list in docs/README.md.
 *
 * @returns {{ file: string, title: string }[]}
 */
export function orderedPages() {
  const index = readPage('docs/README.md');
  return [...index.matchAll(/^- \[([^\]]+)\]\(([\w-]+\.md)\)/gm)].map(([, title = '', file = '']) => ({
    file: `docs/${file}`,
    title,
  }));
}
