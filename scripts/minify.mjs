// @ts-check
// Makes what is packed small. Names of classes stay, which messages show; those of functions do not, which take a
// twentieth of the package. It runs before the package is packed; after that, `npm run build` writes everything anew.
import fs from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { minifySync } from 'rolldown/experimental';
import { minify } from 'terser';
import { captureGlobals, isInWorkers } from './capture-globals.mjs';

const require = createRequire(import.meta.url);
const dist = path.resolve(import.meta.dirname, '../dist');
const files = fs.readdirSync(dist, { recursive: true, encoding: 'utf8' });
const scripts = files.filter((name) => /\.c?js$/.test(name));
const keepNames = { function: false, class: true };
/** What the bundler calls an export, but that a variable can't be called like some. */
const IS_SHORT = /^(?!(?:do|if|in)$)[\w$]{1,3}$/;
/** Where declarations stand: which way is the smallest differs from file to file. */
const ORDERS = [
  {},
  { hoist_vars: true },
  { hoist_funs: true },
  { if_return: false },
  { hoist_vars: true, if_return: false, conditionals: false },
  { hoist_funs: true, if_return: false, unsafe_comps: true },
  { hoist_funs: true, sequences: false, unsafe_comps: true },
  { sequences: false, conditionals: false },
];
/** Of an error that nobody catches, Node prints the line that it was thrown in. */
const LONG_LINE = 3000;
/** Tags that declarations keep. */
const SHOWN_TAGS = /^@defaultValue/;
/** Classes whose names messages show. */
const SHOWN = /Error$|^(Mount|Host)(Namespace|Table)$/;

/** But for the flags, whose names messages show: those are numbers. */
const exported = [...read('core.cjs').matchAll(/\bexports\.(\w+) = (?!-?\d)/g)].map(
  ([, word]) => /** @type {string} */ (word),
);
// One alone does less than both.
for (const name of scripts)
  rewrite(name, await smallest(name, first(name, withNames(withoutHelpers(read(name))))));
shortenExports(new Set(exported));
for (const name of scripts) if (isInWorkers(name)) rewrite(name, captureGlobals(read(name)));
for (const name of files.filter((each) => /\.d\.c?ts$/.test(each)))
  rewrite(name, inOneList(withoutDetails(read(name))));

/** What tsc writes for exports: before they are there, and for those of another module. @param {string} source */
function withoutHelpers(source) {
  return source
    .replace(/^exports\.\w+ = .*void 0;$/m, '')
    .replace(
      /^var __createBinding[\s\S]*?^};$/m,
      'const __exportStar = (from, to) => Object.assign(to, from);',
    );
}

/** The bundler makes `var A = class` of `class A`, whose name is that of the variable. @param {string} source */
function withNames(source) {
  return source.replace(/^var (\w+) = class(?= (?:extends|\{))/gm, (start, name) =>
    SHOWN.test(name) ? `${start} ${name}` : start,
  );
}

/**
 * @param {string} name
 * @param {string} source
 */
function first(name, source) {
  const { code, errors } = minifySync(name, source, {
    module: name.endsWith('.js'),
    mangle: isBound(name, source) && { toplevel: true, keepNames },
    compress: isFree(name, source) && { keepNames },
    codegen: { removeWhitespace: true },
  });
  if (errors.length > 0) throw new Error(`${name}: ${errors.map(({ message }) => message).join('\n')}`);
  return code;
}

/**
 * @param {string} name
 * @param {string} source
 */
async function smallest(name, source) {
  if (!isFree(name, source)) return source;
  const codes = await Promise.all(ORDERS.map((order) => smaller(name, source, order)));
  const sizes = codes.map((code) => gzipSync(code, { level: 9 }).length);
  return /** @type {string} */ (codes[sizes.indexOf(Math.min(...sizes))]);
}

/**
 * @param {string} name
 * @param {string} source
 * @param {import('terser').CompressOptions} order
 */
async function smaller(name, source, order) {
  const { code } = await minify(source, {
    module: name.endsWith('.js'),
    toplevel: true,
    ecma: 2020,
    compress: {
      passes: 4,
      unsafe_methods: true,
      unsafe_undefined: true,
      keep_classnames: SHOWN,
      evaluate: false,
      pure_getters: true,
      unsafe_arrows: true,
      ...order,
    },
    mangle: { keep_classnames: SHOWN },
    format: { max_line_len: LONG_LINE },
    nameCache: { vars: { props: namesOutside(source) }, props: { props: {} } },
  });
  // So that `this` is not the module, which no function of ours looks at. Behind a word it could be a call of that.
  return /** @type {string} */ (code).replace(/(?<=[=,;:?({[!&|+])\(0,(\w+\.\w+)\)\(/g, '$1(');
}

/**
 * What a module of ours calls what it imports and exports → what the others call it, which need not be told then. As
 * terser's nameCache has it.
 *
 * @param {string} source
 */
function namesOutside(source) {
  const names = [...source.matchAll(/\b(import|export)\s*\{([^}]*)\}(?:\s*from\s*"([^"]*)")?/g)].flatMap(
    ([, kind, list = '', from = '.']) => {
      if (!from.startsWith('.') || (kind === 'export' && from !== '.')) return [];
      const pairs = list.split(',').map((each) => each.trim().split(' as '));
      return pairs.map(([first = '', second = first]) =>
        kind === 'import' ? [second, first] : [first, second],
      );
    },
  );
  /** @type {Map<string, string>} */
  const owners = new Map();
  for (const [own = '', outside = ''] of names)
    if (IS_SHORT.test(outside) && !owners.has(outside)) owners.set(outside, own);
  return Object.fromEntries([...owners].map(([outside, own]) => [`$${own}`, outside]));
}

/**
 * Of the others, Node reads the names of the exports off the source.
 *
 * @param {string} name
 * @param {string} source
 */
function isFree(name, source) {
  return name.endsWith('.js') || !name.includes('/') || !/\bexports\.\w|__exportStar/.test(source);
}

/**
 * @param {string} name
 * @param {string} source
 */
function isBound(name, source) {
  return isFree(name, source) || !source.includes('__exportStar');
}

/**
 * Shortens what modules in the bundle for CommonJS export to our own code alone, in all files: names that no message,
 * no declaration and nothing of Node's has.
 *
 * @param {Iterable<string>} exported
 */
function shortenExports(exported) {
  const texts = new Map(scripts.map((name) => [name, read(name)]));
  const all = [...texts.values()].join('\n');
  const declared = files
    .filter((name) => /\.d\.c?ts$/.test(name))
    .map(read)
    .join('\n');
  const taken = new Set([
    ...(declared.match(/\w+/g) ?? []),
    ...builtinNames(),
    ...(all.match(/\b_\w{1,2}\b/g) ?? []),
  ]);
  // A word that stands elsewhere than behind a dot or in front of a colon may be part of a message.
  const isAlone = (/** @type {string} */ name) =>
    !new RegExp(`(?<![.{,\\w])${name}\\b|\\b${name}(?![\\w=:(,;.)}\\]?])`).test(all);
  const ours = [...exported].filter((name) => name.length > 3 && !taken.has(name) && isAlone(name));
  const short = Array.from({ length: 36 ** 2 }, (_, index) => `_${index.toString(36)}`).filter(
    (name) => !taken.has(name),
  );
  const names = new Map(ours.map((name, index) => [name, short[index] ?? name]));
  for (const [name, text] of texts)
    rewrite(
      name,
      text.replace(/\b\w{4,}\b/g, (word) => names.get(word) ?? word),
    );
}

/** Names of everything that Node and JavaScript have. */
function builtinNames() {
  const roots = [globalThis, ...builtinModules.map((name) => require(name))];
  const names = new Set();
  for (const root of roots) {
    for (const value of [
      root,
      ...Object.values(Object.getOwnPropertyDescriptors(root)).map(({ value: inner }) => inner),
    ]) {
      for (
        let object = value?.prototype ?? value;
        object instanceof Object;
        object = Object.getPrototypeOf(object)
      )
        for (const name of Object.getOwnPropertyNames(object)) names.add(name);
    }
  }
  return names;
}

/** What editors show: the first paragraph, and defaults. The API reference has the rest. @param {string} text */
function withoutDetails(text) {
  return text
    .replace(/^ +/gm, '')
    .replace(/\/\*\*\n([\s\S]*?)\n\*\//g, (_, /** @type {string} */ comment) => {
      const parts = comment.replace(/^\* ?/gm, '').split(/\n\n+|\n(?=@)/);
      const kept = parts.filter((part, index) => index === 0 || SHOWN_TAGS.test(part));
      return `/** ${kept.map((part) => part.replaceAll('\n', ' ')).join('\n')} */`;
    });
}

/** What declarations pass on from another file, in one statement. @param {string} text */
function inOneList(text) {
  /** @type {Map<string, string>} */
  const lists = new Map();
  const rest = text.replace(/^export (type )?\{ ([^}]*?),? \} from (.*)\n/gm, (_, kind = '', names, from) => {
    const before = lists.get(kind + from);
    lists.set(
      kind + from,
      before ? before.replace(' }', `, ${names} }`) : `export ${kind}{ ${names} } from ${from}\n`,
    );
    return '';
  });
  return rest + [...lists.values()].join('');
}

/** @param {string} name */
function read(name) {
  return fs.readFileSync(path.join(dist, name), 'utf8');
}

/**
 * @param {string} name
 * @param {string} text
 */
function rewrite(name, text) {
  fs.writeFileSync(path.join(dist, name), text);
}
