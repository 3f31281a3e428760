// @ts-check
// Puts the declarations that the package's own lead to into one file, and leaves out what no public name needs. What adds
// to the types of a runner stays a file of its own: only who imports it gets what it adds.
import fs from 'node:fs';
import path from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/**
 * A statement, with the comment above it.
 * @typedef {object} Part
 * @property {any} node
 * @property {string} text
 * @property {string} [source] of an import or export
 * @property {string[]} declares
 * @property {Set<string>} uses
 */

const repository = path.resolve(import.meta.dirname, '..');
const dist = path.join(repository, 'dist');
const bundle = path.join(dist, 'types.d.ts');
const { exports } = JSON.parse(fs.readFileSync(path.join(repository, 'package.json'), 'utf8'));

const entries = entriesOf(exports);
const modules = reachFrom(entries);
const bundled = [...reachFrom(entries.filter((file) => file.endsWith('.d.ts'))).keys()].filter(isInternal);
const wanted = wantedNames();

/** @type {Map<string, string>} */
const texts = new Map([[bundle, bundleText()]]);
for (const [file, parts] of modules) {
  if (bundled.includes(file)) continue;
  const kept = isInternal(file) ? parts.filter(isWanted) : parts;
  texts.set(file, kept.map((part) => redirect(file, part)).join('\n'));
}
for (const name of fs.readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (/\.d\.c?ts$/.test(name)) fs.rmSync(path.join(dist, name));
}
for (const [file, text] of texts) fs.writeFileSync(file, `${text}\n`);

/**
 * @param {unknown} target of a condition in `exports`, which nests
 * @returns {string[]}
 */
function entriesOf(target) {
  if (typeof target !== 'object' || target === null) return [];
  return Object.entries(target).flatMap(([condition, inner]) =>
    condition === 'types' ? [path.join(repository, inner)] : entriesOf(inner),
  );
}

/** @param {string[]} files */
function reachFrom(files) {
  const reached = new Map(files.map((file) => [file, partsOf(file)]));
  for (const [file, parts] of reached) {
    for (const { source } of parts) {
      const target = declarationsAt(file, source);
      if (target !== undefined && !reached.has(target)) reached.set(target, partsOf(target));
    }
  }
  return reached;
}

/**
 * @param {string} file
 * @param {string} [source]
 */
function declarationsAt(file, source) {
  if (!source?.startsWith('.')) return undefined;
  return path.resolve(path.dirname(file), source.replace(/\.(c?)js$/, '.d.$1ts'));
}

/**
 * @param {string} file
 * @returns {Part[]}
 */
function partsOf(file) {
  const code = fs.readFileSync(file, 'utf8');
  let end = 0;
  return parseAst(code, { lang: 'dts' }).body.map((/** @type {any} */ node) => {
    const text = code.slice(end, node.end).trim();
    end = node.end;
    return { node, text, source: node.source?.value, declares: declaredBy(node), uses: identifiersIn(node) };
  });
}

/**
 * @param {any} node
 * @returns {string[]}
 */
function declaredBy(node) {
  const { id, declarations, specifiers } = node.declaration ?? node;
  if (node.type === 'ImportDeclaration') return specifiers.map((/** @type {any} */ { local }) => local.name);
  return id ? [id.name] : (declarations?.flatMap(declaredBy) ?? []);
}

/**
 * @param {any} node
 * @param {Set<string>} names
 */
function identifiersIn(node, names = new Set()) {
  if (typeof node !== 'object' || node === null) return names;
  if (node.type === 'Identifier') names.add(node.name);
  for (const inner of Object.values(node)) identifiersIn(inner, names);
  return names;
}

/** @param {string} file */
function isInternal(file) {
  return (
    !entries.includes(file) && !modules.get(file)?.some(({ node }) => node.type === 'TSModuleDeclaration')
  );
}

/** What files that stay as they are use, and what the declarations of that use. */
function wantedNames() {
  const names = new Set();
  const internal = [];
  for (const [file, parts] of modules) {
    if (isInternal(file)) internal.push(...parts);
    else for (const { uses } of parts) for (const name of uses) names.add(name);
  }
  for (const name of names) {
    for (const { declares, uses, source } of internal) {
      if (source === undefined && declares.includes(name)) for (const used of uses) names.add(used);
    }
  }
  return names;
}

/** @param {Part} part */
function isWanted({ declares }) {
  return declares.some((name) => wanted.has(name));
}

function bundleText() {
  /** @type {Map<string, string>} */
  const places = new Map();
  // For `await using`, which not all have in their `lib`.
  const lines = new Set(['/// <reference lib="esnext.disposable" />']);
  for (const file of bundled) {
    for (const part of modules.get(file)?.filter(isWanted) ?? []) {
      const target = declarationsAt(file, part.source);
      if (target !== undefined && bundled.includes(target)) {
        checkNames(file, part);
        continue;
      }
      lines.add(redirect(file, part, bundle));
      for (const name of part.declares) {
        const place = part.source ?? file;
        if ((places.get(name) ?? place) !== place)
          throw new Error(`${places.get(name)} and ${place} declare ${name}`);
        places.set(name, place);
      }
    }
  }
  return [...lines].join('\n');
}

/**
 * @param {string} file
 * @param {Part} part
 */
function checkNames(file, { node, text }) {
  for (const { imported, local } of node.specifiers) {
    if (imported?.name !== local.name)
      throw new Error(`${file}: in one file, this has another name: ${text}`);
  }
}

/**
 * The text of a part, as it has to be where it is put.
 *
 * @param {string} file
 * @param {Part} part
 */
function redirect(file, { node, text, source }, destination = file) {
  for (const [, inferred = ''] of text.matchAll(/\bimport\(["'](\.[^"']+)/g)) {
    const isPlaced = destination === file && entries.includes(declarationsAt(file, inferred) ?? '');
    if (!isPlaced) throw new Error(`${file}: tsc infers a type of ${inferred}: name it in the source`);
  }
  const target = declarationsAt(file, source);
  if (target === undefined) return text;
  const found = bundled.includes(target) || destination === bundle ? bundle : target;
  const module = path.relative(path.dirname(destination), found).replace(/\.d\.(c?)ts$/, '.$1js');
  const start = node.source.start - node.end;
  return `${text.slice(0, start)}'${module.replace(/^(?!\.)/, './')}'${text.slice(node.source.end - node.end || undefined)}`;
}
