// @ts-check
// Writes what the documentation is made of: example files in code blocks, tables, links to the next page, the API
// reference, the map of the code.
//
//   node scripts/docs.mjs          writes
//   node scripts/docs.mjs --check  only says which pages differ from what it would write; exit status 1 if any does
import fs from 'node:fs';
import path from 'node:path';

import { apiPage } from './docs/api-page.mjs';
import { addCodeMap } from './docs/code-map.mjs';
import { embedExamples } from './docs/examples.mjs';
import { addFooter } from './docs/footers.mjs';
import { listPages, readPage, repository } from './docs/pages.mjs';
import { embedTables } from './docs/tables.mjs';

const [option, ...rest] = process.argv.slice(2);
if ((option !== undefined && option !== '--check') || rest.length > 0) {
  console.error('usage: node scripts/docs.mjs [--check]');
  process.exit(2);
}

const changed = [...new Set([...listPages(), 'docs/api.md'])].filter((file) => {
  const before = fs.existsSync(path.join(repository, file)) ? readPage(file) : '';
  const source = file === 'docs/api.md' ? apiPage() : before;
  const after = addFooter(file, addCodeMap(embedTables(embedExamples(source))));
  if (after === before) return false;
  if (option === undefined) fs.writeFileSync(path.join(repository, file), after);
  return true;
});

for (const file of changed) console.log(option === undefined ? `wrote ${file}` : `${file} is out of date`);
if (option === '--check' && changed.length > 0) {
  console.error('run: npm run docs');
  process.exit(1);
}
