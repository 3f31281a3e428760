// @ts-check
import { readPage } from './pages.mjs';

/**
 * Puts the tables that a page names between its markers: `<!-- table: FILE -->` and `<!-- end of table -->`. A table
 * is written by what it reports on, a test or a benchmark.
 *
 * @param {string} markdown
 */
export function embedTables(markdown) {
  return markdown.replace(BLOCK, (_, start, file, end) => `${start}\n\n${readPage(file).trim()}\n\n${end}`);
}

const BLOCK = /^(<!-- table: (\S+) -->)\n.*?^(<!-- end of table -->)$/gms;
