// @ts-check
import fs from 'node:fs';
import path from 'node:path';

import { parseDocstring } from './docstring.mjs';
import { repository } from './pages.mjs';

/** What is in each folder of the code. */
const FOLDERS = /** @type {Record<string, string>} */ ({
  native: 'libc through koffi, the only code that makes a system call: kernel words, kernel names',
  src: 'everything else but the matchers',
  'src/cli': 'the command ns-tool, a file for each of its commands',
  'src/commonjs': 'what `require()` gets, in Jest',
  'src/copy-on-write': 'copy-on-write scopes: layers, proof, changes',
  'src/errors': 'errors that say why, and what to do',
  'src/errors/reasons': 'a file for each errno: which facts explain it',
  'src/faults': 'a file for each errno that `ns.induce` has the kernel answer with',
  'src/jest': 'the runner for Jest, and `mountns/jest`',
  'src/files': 'what a path or a descriptor leads to: targets, attributes, the working directory',
  'src/layers': 'what is put over a directory: overlays, tmpfs, steps that are undone',
  'src/leaks': 'the check that nothing has reached the host',
  'src/mounts': 'mount tables: reading, parsing, searching, comparing, printing',
  'src/namespace': 'entering a mount namespace, with root and without, and proving it',
  'src/obstacles': 'what is in the way of a namespace, from facts about this process and its machine',
  'src/operations': 'a file for each operation of `ns`',
  'src/processes': 'finding and ending what tests leave running',
  'src/scope': '`withMountNamespace`: entering a copy of the tree, and leaving it',
  'src/sudo': 'giving back what a run under sudo(8) has made',
  'src/support': 'checks of what a machine allows, which try it',
  'src/vitest': 'the plugin, `mountns/vitest`, and what both sides of the pool know',
  'src/vitest/pool': 'the pool, in the main process of Vitest',
  'src/vitest/worker': 'the pool, in a worker',
  matchers: 'one matcher a file, by its name; one builder makes every message; no system calls',
});

/**
 * Writes the map between its marks, where a page has them.
 *
 * @param {string} markdown
 */
export function addCodeMap(markdown) {
  return markdown.replace(MARKS, (_, begin, end) => `${begin}\n\n${codeMap()}\n\n${end}`);
}

/** One line for each folder and each file of native/, src/ and matchers/, as a Markdown list. */
function codeMap() {
  const folders = ['native', 'src', 'matchers'].flatMap(listFolders);
  for (const folder of folders)
    if (FOLDERS[folder] === undefined)
      throw new Error(`scripts/docs/code-map.mjs does not say what ${folder}/ is`);
  return folders
    .flatMap((folder) => [
      `\n**${folder}/** — ${FOLDERS[folder]}\n`,
      ...listFiles(folder).map((file) => `- \`${path.basename(file)}\`: ${lineFor(file)}`),
    ])
    .join('\n')
    .trimStart();
}

/** @param {string} folder @returns {string[]} */
function listFolders(folder) {
  const inside = fs
    .readdirSync(path.join(repository, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${folder}/${entry.name}`)
    .sort();
  return [folder, ...inside.flatMap(listFolders)];
}

/** @param {string} folder */
function listFiles(folder) {
  return fs
    .readdirSync(path.join(repository, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${folder}/${entry.name}`)
    .sort();
}

/**
 * What the code says of a file: the docstring at its beginning, or that of the export that it is named after, or that
 * of the first function or class. Of files with many system calls, their names.
 *
 * @param {string} file
 */
function lineFor(file) {
  const text = fs.readFileSync(path.join(repository, file), 'utf8').replace(/^#!.*\n/, '');
  const head =
    /^\/\*\*((?:(?!\*\/).)*)\*\/\n(?!export (?:async |declare |default |abstract )?(?:function|class|interface|type|const) \w)/s.exec(
      text,
    );
  if (head !== null) return sentenceOf(head[0]);
  const documented = [...text.matchAll(DOCUMENTED)].map(([, doc = '', kind = '', name = '']) => ({
    doc,
    kind,
    name,
  }));
  const functions = documented.filter(({ kind }) => kind === 'function');
  if (file.startsWith('native/') && functions.length > 2) return functions.map(({ name }) => name).join(', ');
  const base = path
    .basename(file)
    .replace(/\.c?ts$/, '')
    .replaceAll('-', '')
    .toLowerCase();
  const chosen =
    documented.find(({ name }) => name.toLowerCase() === base) ??
    documented.find(({ kind }) => kind === 'function' || kind === 'class') ??
    documented[0] ??
    [...text.matchAll(/(\/\*\*(?:(?!\*\/).)*\*\/)\nexport (?:default |= )/gs)].map(([, doc = '']) => ({
      doc,
    }))[0];
  if (chosen === undefined) throw new Error(`${file} has no docstring that says what it is`);
  return sentenceOf(chosen.doc);
}

/** @param {string} comment */
function sentenceOf(comment) {
  const text = parseDocstring(comment)
    .text.replace(/\s+/g, ' ')
    .replace(/\{@link ([^}]+)\}/g, '`$1`');
  const sentence = /^.*?(?=\.(?:\s|$)|$)/.exec(text)?.[0] ?? '';
  return sentence.length <= LONG ? sentence : sentence.replace(/[:;] .*/, '');
}

const LONG = 130;
const MARKS = /^(<!-- code map: .*? -->)\n.*?^(<!-- end of the code map -->)$/ms;
const DOCUMENTED =
  /(\/\*\*(?:(?!\*\/).)*\*\/)\nexport (?:declare )?(?:default )?(?:abstract )?(?:async )?(function|class|interface|type|const) (\w+)/gs;
