// @ts-check
import fs from 'node:fs';
import path from 'node:path';

import { repository } from './pages.mjs';

/**
 * Puts the files that a page names into its code blocks.
 *
 * `<!-- example: examples/first-spec/first.test.ts -->` above a block takes the whole file,
 * `<!-- example: examples/faults/faults.test.ts#disk full -->` the test of that name.
 *
 * @param {string} markdown
 */
export function embedExamples(markdown) {
  return markdown.replace(BLOCK, (_, marker, source, fence, language) => {
    const text = readExample(source);
    if (text.includes('```')) throw new Error(`${source} holds a code fence`);
    return `${marker}\n${fence}${language}\n${text}${fence}`;
  });
}

/** @param {string} source */
function readExample(source) {
  const [file = '', title] = source.split('#');
  const text = fs.readFileSync(path.join(repository, file), 'utf8');
  return title === undefined ? text : testOf(text, title, file);
}

/**
 * @param {string} text
 * @param {string} title
 * @param {string} file
 */
function testOf(text, title, file) {
  const lines = text.split('\n');
  const start = lines.findIndex(
    (line) => /^\s*(test|it)(\.\w+)?\(/.test(line) && line.includes(`'${title}'`),
  );
  if (start === -1) throw new Error(`${file} has no test called '${title}'`);
  const first = /** @type {string} */ (lines[start]);
  const indent = /** @type {string} */ (/^\s*/.exec(first)?.[0]);
  const end = lines.findIndex((line, index) => index >= start && line.startsWith(`${indent}})`));
  const block = lines.slice(start, end + 1).map((line) => line.slice(indent.length));
  return `${block.join('\n')}\n`;
}

const BLOCK = /^(<!-- example: (\S[^\n]*?) -->)\n(```)(\w*)\n(?:.*?\n)??```$/gms;
