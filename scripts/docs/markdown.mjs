// @ts-check
/**
 * The parts of a Markdown page that can be checked: code blocks with the markers above them, headings and links.
 */

/**
 * A marker is an HTML comment `<!-- name: value -->` or `<!-- name -->` in a line of its own, right above a block.
 *
 * @typedef {{ language: string, text: string, line: number, markers: Record<string, string> }} CodeBlock
 *   `line` is that of the opening fence, from 1.
 * @typedef {{ title: string, anchor: string, level: number, line: number }} Heading
 * @typedef {{ target: string, line: number }} Link
 * @typedef {{ blocks: CodeBlock[], headings: Heading[], anchors: Set<string>, links: Link[] }} Page
 */

/**
 * @param {string} markdown
 * @returns {Page}
 */
export function parsePage(markdown) {
  /** @type {Page} */
  const page = { blocks: [], headings: [], anchors: new Set(), links: [] };
  const lines = markdown.split('\n');
  /** @type {Record<string, string>} */
  let markers = {};
  for (let index = 0; index < lines.length; index += 1) {
    const line = /** @type {string} */ (lines[index]);
    const fence = FENCE.exec(line);
    if (fence !== null) {
      const [, indent = '', ticks = '', language = ''] = fence;
      const end = lines.findIndex((other, at) => at > index && other.trim() === ticks);
      if (end === -1) throw new Error(`line ${index + 1}: this code block has no end`);
      const content = lines.slice(index + 1, end).map((other) => removeIndent(other, indent));
      page.blocks.push({
        language,
        text: content.map((each) => `${each}\n`).join(''),
        line: index + 1,
        markers,
      });
      markers = {};
      index = end;
      continue;
    }
    const marker = MARKER.exec(line);
    if (marker !== null) {
      markers[/** @type {string} */ (marker[1])] = marker[2] ?? '';
      continue;
    }
    if (line.trim() !== '') markers = {};
    addHeading(page, line, index + 1);
    addLinks(page, line, index + 1);
  }
  return page;
}

/**
 * @param {Page} page
 * @param {string} line
 * @param {number} number
 */
function addHeading(page, line, number) {
  for (const [, id = ''] of line.matchAll(/<a id="([^"]+)">/g)) page.anchors.add(id);
  const heading = /^(#{1,6}) (.*)$/.exec(line);
  if (heading === null) return;
  const [, marks = '', title = ''] = heading;
  const slug = anchorOf(title);
  let anchor = slug;
  for (let count = 1; page.anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
  page.anchors.add(anchor);
  page.headings.push({ title, anchor, level: marks.length, line: number });
}

/**
 * @param {Page} page
 * @param {string} line
 * @param {number} number
 */
function addLinks(page, line, number) {
  const prose = line.replace(/`[^`]*`/g, (code) => '.'.repeat(code.length));
  for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) page.links.push({ target, line: number });
  for (const [, target = ''] of prose.matchAll(/(?:src|href)="([^"]+)"/g))
    page.links.push({ target, line: number });
}

/**
 * The anchor that GitHub gives to a heading.
 *
 * @param {string} title
 */
export function anchorOf(title) {
  return title
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\p{Mark} _-]/gu, '')
    .replaceAll(' ', '-');
}

/**
 * @param {string} line
 * @param {string} indent
 */
function removeIndent(line, indent) {
  return line.startsWith(indent) ? line.slice(indent.length) : line;
}

const FENCE = /^(\s*)(`{3,})(\S*)\s*$/;
const MARKER = /^\s*<!-- ([\w-]+)(?:: (.*?))? -->\s*$/;
