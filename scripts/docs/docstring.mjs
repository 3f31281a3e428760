// @ts-check
/**
 * @typedef {{ text: string, tags: { name: string, text: string }[] }} Docstring
 */

/**
 * Takes a docstring apart: its text, and its tags in their order.
 *
 * @param {string} comment with its stars
 * @returns {Docstring}
 */
export function parseDocstring(comment) {
  const lines = comment
    .replace(/^\s*\/\*\*/, '')
    .replace(/\*\/\s*$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  /** @type {Docstring} */
  const docstring = { text: '', tags: [] };
  let inFence = false;
  for (const line of lines) {
    const open = docstring.tags.at(-1);
    const tag = inFence ? null : /^@(\w+) ?(.*)$/.exec(line.trimStart());
    if (line.trimStart().startsWith('```')) inFence = !inFence;
    if (tag !== null) docstring.tags.push({ name: tag[1] ?? '', text: tag[2] ?? '' });
    else if (open === undefined) docstring.text += `${line}\n`;
    else open.text += `\n${line}`;
  }
  docstring.text = docstring.text.trim();
  for (const tag of docstring.tags) tag.text = tag.text.trim();
  return docstring;
}
