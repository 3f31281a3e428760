// @ts-check
import path from 'node:path';

import { orderedPages } from './pages.mjs';

/**
 * Ends a page of docs/ with links to the one before it and the one after it.
 *
 * @param {string} file
 * @param {string} markdown
 */
export function addFooter(file, markdown) {
  const pages = orderedPages();
  const index = pages.findIndex((page) => page.file === file);
  if (index === -1) return markdown;
  const previous = pages[index - 1] ?? { file: 'docs/README.md', title: 'Contents' };
  const next = pages[index + 1] ?? { file: 'docs/README.md', title: 'Contents' };
  const footer = `Previous: [${previous.title}](${nameOf(previous)}) · Next: [${next.title}](${nameOf(next)})`;
  return `${markdown.replace(FOOTER, '').trimEnd()}\n\n---\n\n${footer}\n`;
}

/** @param {{ file: string }} page */
function nameOf({ file }) {
  return path.basename(file);
}

const FOOTER = /\n---\n+Previous: \[.*\n*$/;
