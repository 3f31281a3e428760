// @ts-check
// Puts the modules that tsc has made into a few files: a worker would load 150 of ours, and Node takes half a
// millisecond for each. Every module stays where it was and re-exports what is in those files, so that there is one
// copy of each, whichever way it is imported.
//
//   node scripts/bundle.mjs           for development: tests import any module
//   node scripts/bundle.mjs --packed  leaves only what is imported by its path, and what that leads to
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { captureGlobals, isInWorkers } from './capture-globals.mjs';

const dist = path.resolve(import.meta.dirname, '../dist');
const require = createRequire(import.meta.url);
const isPacked = process.argv.includes('--packed');

/** What is evaluated when it is loaded, or asks where it lies: these stay files of their own. */
const ENTRIES =
  /^src\/(commonjs\/|cli\/.*\.cjs$|(register|support\/probe|jest\/(index|runner|framework|preload))\.cjs$)/;
const ES_ENTRIES = /^src\/(index|vitest\/(setup|index|worker\/entry))\.js$/;
/** These are imported by their paths too. */
const PACKED =
  /^(matchers\/index|src\/(worker-modules|cli\/commands|jest\/main-modules|vitest\/config))\.js$/;
/** What is never loaded in a worker of Vitest, and what is loaded nowhere else. @type {[name: string, modules: RegExp][]} */
const CHUNKS = [
  ['worker', /^src\/vitest\/worker\//],
  ['support', /^src\/(support\/|processes\/(posix-spawn|warden|worker-namespaces)\.js$)/],
];
const CORE = '\0core.js';
/** The file of all modules of CommonJS. */
const BUNDLE = 'core.cjs';
/** Of a file of ours. */
const REQUIRE = /\brequire\(["'](\.[^"']+)["']\)/g;
/** Not an import: for that Node would parse the file once more, to find the names of its exports. */
const REQUIRE_CORE = `import { createRequire } from 'node:module';
export default createRequire(import.meta.url)('./${BUNDLE}');
`;

const files = fs
  .readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(native|src|matchers)\/.*\.c?js$/.test(file));
const commonJs = files.filter((file) => file.endsWith('.cjs') && !ENTRIES.test(file));
/** Its numbers are put where they are used. */
const CONSTANTS = 'native/constants.cjs';
/** The one module that looks for them by their names. */
const FLAG_NAMES = 'native/flag-names.cjs';
const ES_MODULE = /^Object\.defineProperty\(exports, "__esModule", .*\n/m;
const REQUIRE_CONSTANTS = /^const constants_cjs_1 = require\(.*\);\n/m;
/** Module → names of its exports. */
const exportsOf = new Map(commonJs.map((file) => [file, Object.keys(require(path.join(dist, file)))]));
const constants = readConstants();

/** What a worker of Vitest loads whose tests use nothing of this package. */
const worker = reachFrom(['src/vitest/worker/entry.js', 'src/vitest/setup.js']);
const pool = reachFrom(['src/vitest/config.js']);
/** The last two are what the runner of Jest takes from the plugin. */
const others = reachFrom([
  'src/index.js',
  'src/vitest/index.js',
  'src/vitest/options.js',
  'src/processes/worker-namespaces.js',
]);

/** @type {Set<string>} */
const written = new Set();
const { output } = await bundleEsModules();
bundleCommonJs();
for (const chunk of output) {
  if (chunk.type !== 'chunk') continue;
  // The bundler has files load others of which they use nothing.
  const code = chunk.code.replace(/^import ".*";\n/gm, '');
  // When packed, when they are minified.
  const isComplete = isPacked || !isInWorkers(chunk.fileName);
  write(chunk.fileName, isComplete ? code : captureGlobals(code));
}
if (isPacked) for (const file of files) if (!written.has(file)) fs.rmSync(path.join(dist, file));

/** A file in which a module is a function that runs when the module is first required: V8 compiles it only then. */
function bundleCommonJs() {
  const text = commonJsBundle();
  for (const file of files.filter((each) => each.endsWith('.cjs'))) {
    if (isPacked && commonJs.includes(file)) continue;
    const code = commonJs.includes(file)
      ? // The second line is for Node, which reads the names of the exports off the source.
        `"use strict";\nmodule.exports = ${requireCall(file, file)};\n` +
        `0 && (${exportsOf
          .get(file)
          ?.map((name) => `exports.${name} = `)
          .join('')}0);\n`
      : withNumbers(file, fs.readFileSync(path.join(dist, file), 'utf8')).replace(
          REQUIRE,
          (call, request) => {
            const target = path.join(path.dirname(file), request);
            return commonJs.includes(target) ? requireCall(target, file) : call;
          },
        );
    write(file, code);
  }
  write(BUNDLE, isPacked ? text : captureGlobals(text));
}

function commonJsBundle() {
  const functions = commonJs.map((file) => {
    const source = fs.readFileSync(path.join(dist, file), 'utf8');
    const code = withNumbers(file, isPacked && file === CONSTANTS ? namedConstants() : source)
      .replace(/^"use strict";\n/, '')
      // For bundlers, and these modules are bundled.
      .replace(ES_MODULE, '')
      // tsc says of each export that it is undefined at first.
      .replace(/^(exports\.\w+ = )+void 0;\n/gm, '')
      .replace(REQUIRE, (_, request) => {
        const target = path.join(path.dirname(file), request);
        return commonJs.includes(target)
          ? `load(${idOf(target)})`
          : `require(${quoteImport(BUNDLE, target)})`;
      })
      .replace(
        /\b__dirname\b/g,
        `require("node:path").join(__dirname, ${JSON.stringify(path.dirname(file))})`,
      );
    return `  ${idOf(file)}(exports, module) {\n${code}  },\n`;
  });
  return `"use strict";
const loaded = new Map();
module.exports = function load(name) {
  let module = loaded.get(name);
  if (module === undefined) {
    module = { exports: {} };
    loaded.set(name, module);
    modules[name](module.exports, module);
  }
  return module.exports;
};
const load = module.exports;
const modules = {
${functions.join('')}};
`;
}

/** What a module is called in its bundle. @param {string} file */
function idOf(file) {
  return isPacked ? commonJs.indexOf(file) : JSON.stringify(file);
}

/**
 * @param {string} file
 * @param {string} from
 */
function requireCall(file, from) {
  return `require(${quoteImport(from, BUNDLE)})(${idOf(file)})`;
}

async function bundleEsModules() {
  const modules = files.filter(
    (file) => file.endsWith('.js') && (!isPacked || ES_ENTRIES.test(file) || PACKED.test(file)),
  );
  const bundle = await rolldown({
    input: Object.fromEntries(modules.map((file) => [file.replace(/\.js$/, ''), path.join(dist, file)])),
    platform: 'node',
    // Node resolves the others.
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('\0'),
    treeshake: isPacked,
    optimization: { inlineConst: { mode: 'all' } },
    preserveEntrySignatures: 'allow-extension',
    plugins: [
      {
        name: 'core',
        resolveId(source, importer) {
          if (source === CORE) return CORE;
          if (importer === undefined || !source.endsWith('.cjs')) return null;
          const file = path.relative(dist, path.resolve(path.dirname(importer), source));
          if (commonJs.includes(file)) return `\0core:${file}.js`;
          return null;
        },
        load(id) {
          if (id === CORE) return REQUIRE_CORE;
          if (!id.startsWith('\0core:')) return null;
          const file = id.slice('\0core:'.length, -'.js'.length);
          if (file === CONSTANTS) return constantExports();
          const names = /** @type {string[]} */ (exportsOf.get(file)).filter((name) => name !== '__esModule');
          return `import load from ${JSON.stringify(CORE)};\nexport const { ${names.join(', ')} } = load(${idOf(file)});\n`;
        },
        transform(code, id) {
          if (id.startsWith('\0') || !code.includes('import.meta.url')) return null;
          const own = `new URL("./${path.relative(dist, id)}", import.meta.url).href`;
          return code.replaceAll('import.meta.url', own);
        },
      },
    ],
  });
  return bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: {
      groups: [{ name: chunkOf, debugName: 'by process' }],
      includeDependenciesRecursively: false,
    },
  });
}

/**
 * A module of CommonJS, with numbers in place of constants: most of these are not packed.
 *
 * @param {string} file
 * @param {string} source
 */
function withNumbers(file, source) {
  const code = source.replace(REQUIRE_CONSTANTS, '').replace(/\bconstants_cjs_1\.(\w+)/g, (_, name) => {
    if (!constants.has(name)) throw new Error(`${file}: ${CONSTANTS} has no ${name}`);
    return `(${constants.get(name)})`;
  });
  const isRead = /\brequire\(["'][^"']*\/constants\.cjs["']\)|\bconstants_cjs/.test(code);
  if (isRead && file !== FLAG_NAMES) throw new Error(`${file}: reads ${CONSTANTS} in an unknown way`);
  return code;
}

function constantExports() {
  return [...constants].map(([name, value]) => `export const ${name} = ${value};\n`).join('');
}

/** @returns {Map<string, number>} */
function readConstants() {
  const entries = Object.entries(require(path.join(dist, CONSTANTS)));
  for (const [name, value] of entries)
    if (typeof value !== 'number') throw new Error(`${CONSTANTS}: ${name} is no number`);
  return new Map(entries);
}

/** The module with those whose names messages show: the others are where they are used, as numbers. */
function namedConstants() {
  const source = fs.readFileSync(path.join(dist, '../native/flag-names.cts'), 'utf8');
  const [, prefixes] = /^type Prefix = (.*);$/m.exec(source) ?? [];
  if (prefixes === undefined) throw new Error('native/flag-names.cts: no type Prefix');
  const isNamed = new RegExp(`^(${prefixes.replace(/[' ]/g, '')})`);
  return [...constants]
    .filter(([name]) => isNamed.test(name))
    .map(([name, value]) => `exports.${name} = ${value};\n`)
    .join('');
}

/**
 * @param {string} file in dist/
 * @param {string} code
 */
function write(file, code) {
  written.add(file);
  fs.writeFileSync(path.join(dist, file), code);
}

/** @param {string} file */
function remaining(file) {
  if (worker.has(file) || (pool.has(file) && others.has(file))) return 'base';
  return pool.has(file) ? 'pool' : 'core';
}

/** @param {string[]} entries */
function reachFrom(entries) {
  const reached = new Set(entries);
  for (const file of reached) for (const target of importsOf(file)) reached.add(target);
  return reached;
}

/** The ES modules that this one imports at once. @param {string} file */
function importsOf(file) {
  return [
    ...fs.readFileSync(path.join(dist, file), 'utf8').matchAll(/^(?:import|export)\b.*?'(\.[^']+\.js)';$/gm),
  ].map(([, request = '']) => path.join(path.dirname(file), request));
}

/**
 * @param {string} id
 * @returns {string | null}
 */
function chunkOf(id) {
  const file = path.relative(dist, id);
  if (id.startsWith('\0core:')) return chunkOfImporters(id.slice('\0core:'.length, -'.js'.length));
  if (id.startsWith('\0')) return 'base';
  if (ES_ENTRIES.test(file) || ENTRIES.test(file)) return null;
  // All of them are in one that is packed, and tests import each.
  if (file.startsWith('src/cli/')) return isPacked ? null : 'commands';
  return CHUNKS.find(([, modules]) => modules.test(file))?.[0] ?? remaining(file);
}

/** Where a module of CommonJS is loaded that only one chunk imports: a worker would load it for nothing. @param {string} file */
function chunkOfImporters(file) {
  const importers = files.filter((each) => each.endsWith('.js') && coreImportsOf(each).includes(file));
  const chunks = new Set(importers.map((importer) => chunkOf(path.join(dist, importer))));
  const [chunk] = chunks;
  return chunks.size === 1 ? (chunk ?? 'base') : 'base';
}

/** The modules of CommonJS that this one imports. @param {string} file */
function coreImportsOf(file) {
  return [...fs.readFileSync(path.join(dist, file), 'utf8').matchAll(/^import\b.*?'(\.[^']+\.cjs)';$/gm)].map(
    ([, request = '']) => path.join(path.dirname(file), request),
  );
}

/**
 * @param {string} from
 * @param {string} to
 */
function quoteImport(from, to) {
  return JSON.stringify(path.relative(path.dirname(from), to).replace(/^(?!\.)/, './'));
}
