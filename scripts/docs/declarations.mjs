// @ts-check
import fs from 'node:fs';
import path from 'node:path';

/**
 * A reader for the declaration files that tsc emits: it relies on their layout, and is no parser of TypeScript.
 *
 * @typedef {{ text: string, doc: string }} Statement one declaration or member, and the docstring above it
 * @typedef {'function' | 'class' | 'interface' | 'type' | 'const'} Kind
 * @typedef {{ name: string, kind: Kind, file: string, statements: Statement[] }} Declaration
 *   overloads of a function are several statements
 */

/**
 * What a module exports, in the order of its text.
 *
 * @param {string} file of declarations
 * @returns {Map<string, Declaration | { external: string }>}
 */
export function readExports(file) {
  const statements = splitStatements(fs.readFileSync(file, 'utf8'));
  const imports = readImports(statements);
  /** @type {Map<string, Declaration | { external: string }>} */
  const found = new Map();
  for (const { text } of statements) {
    const all = /^export \* from '([^']+)';$/.exec(text);
    if (all !== null) {
      for (const [name, what] of readExports(resolve(file, all[1] ?? ''))) found.set(name, what);
      continue;
    }
    const list = /^export (?:type )?\{([^}]*)\}(?: from '([^']+)')?;$/s.exec(text);
    if (list !== null) {
      for (const { local, name } of parseNames(list[1] ?? '')) {
        const from = list[2] === undefined ? imports.get(local) : { local, module: list[2] };
        if (from === undefined) found.set(name, readDeclaration(file, statements, local));
        else found.set(name, follow(file, from));
      }
      continue;
    }
    const name = text.startsWith('export ') ? DECLARATION.exec(text)?.[2] : undefined;
    const alias = /^export (?:declare const \w+: typeof|type \w+ =) (\w+)\.(\w+);$/.exec(text);
    const origin = imports.get(alias?.[1] ?? '');
    if (name !== undefined && alias !== null && origin !== undefined)
      found.set(name, follow(file, { ...origin, local: alias[2] ?? '' }));
    else if (name !== undefined) found.set(name, readDeclaration(file, statements, name));
    // The types of a module that the same names come from, and what stands for the module itself.
    else if (/^export (?!type \* from |= |import |\{\};)/.test(text))
      throw new Error(`${file}: unknown form of export: ${text}`);
  }
  return found;
}

/** @typedef {{ local: string, module: string }} Origin */

/**
 * @param {string} file
 * @param {Origin} origin
 * @returns {Declaration | { external: string }}
 */
function follow(file, { local, module }) {
  if (!module.startsWith('.')) return { external: module };
  const target = resolve(file, module);
  const found = readExports(target).get(local);
  if (found === undefined) throw new Error(`${target} does not export ${local}`);
  return found;
}

/**
 * @param {string} file
 * @param {string} module as it is imported there
 */
function resolve(file, module) {
  return path.resolve(path.dirname(file), module.replace(/\.([cm]?)js$/, '.d.$1ts'));
}

/**
 * @param {string} file
 * @param {Statement[]} statements
 * @param {string} name
 * @returns {Declaration}
 */
function readDeclaration(file, statements, name) {
  const own = statements.filter(({ text }) => DECLARATION.exec(text)?.[2] === name);
  if (own.length === 0) throw new Error(`${file} does not declare ${name}`);
  const kind = /** @type {Kind} */ (DECLARATION.exec(/** @type {Statement} */ (own[0]).text)?.[1]);
  return { name, kind, file, statements: own };
}

/**
 * @param {Statement[]} statements
 * @returns {Map<string, Origin>}
 */
function readImports(statements) {
  /** @type {Map<string, Origin>} */
  const imports = new Map();
  for (const { text } of statements) {
    const whole = /^import type \* as (\w+) from '([^']+)'/.exec(text);
    if (whole !== null) imports.set(whole[1] ?? '', { local: '*', module: whole[2] ?? '' });
    const match = /^import (?:type )?\{([^}]*)\} from '([^']+)'/s.exec(text);
    for (const { local, name } of parseNames(match?.[1] ?? ''))
      imports.set(name, { local, module: /** @type {string} */ (match?.[2]) });
  }
  return imports;
}

/** @param {string} list `A, type B, C as D` */
function parseNames(list) {
  return list
    .split(',')
    .map((part) => part.trim().replace(/^type /, ''))
    .filter(Boolean)
    .map((part) => {
      const [local = '', name = local] = part.split(' as ');
      return { local, name };
    });
}

/**
 * The members of a class or an interface.
 *
 * @param {Statement} declaration
 */
export function readMembers({ text }) {
  const body = text.slice(text.indexOf('{\n') + 2, text.lastIndexOf('}'));
  return splitStatements(body.replace(/^ {4}/gm, ''));
}

/**
 * @param {string} text
 * @returns {Statement[]}
 */
function splitStatements(text) {
  /** @type {Statement[]} */
  const statements = [];
  let doc = '';
  let depth = 0;
  /** @type {string[]} */
  let open = [];
  let inDoc = false;
  for (const line of text.split('\n')) {
    if (open.length === 0 && (inDoc || line.startsWith('/**'))) {
      doc = inDoc ? `${doc}\n${line}` : line;
      inDoc = !line.endsWith('*/');
      continue;
    }
    if (open.length === 0 && /^\s*$|^\/\/\/ /.test(line)) continue;
    open.push(line);
    const code = line.replace(/"[^"]*"|'[^']*'|\/\*.*?\*\//g, '').replace(/^\s*(\/\*\*|\*).*$/, '');
    depth += count(code, /[{([]/g) - count(code, /[})\]]/g);
    if (depth > 0 || !/[;}]$/.test(line)) continue;
    statements.push({ text: open.join('\n'), doc });
    [doc, open, depth] = ['', [], 0];
  }
  return statements;
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function count(text, pattern) {
  return text.match(pattern)?.length ?? 0;
}

const DECLARATION = /^(?:export )?(?:declare )?(?:abstract )?(function|class|interface|type|const) (\w+)/;
