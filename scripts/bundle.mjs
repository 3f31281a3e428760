// @ts-check
// Puts the modules that tsc has made into a few files: a worker would load 150 of ours, and Node takes half a
// millisecond for each. Every module stays where it was and re-exports what is in those files, so that there is one
// copy of each, whichever way it is imported.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { rolldown } from 'rolldown';

const dist = path.resolve(import.meta.dirname, '../dist');
const require = createRequire(import.meta.url);

/** What is evaluated when it is loaded, or asks where it lies: these stay files of their own. */
const ENTRIES = /^src\/(cli|commonjs|jest)\/|^src\/(register|support\/probe)\.cjs$/;
const ES_ENTRIES = /^src\/(index|vitest\/(setup|index|worker\/entry)|support\/pool-task)\.js$/;
/** What is never loaded in a worker of Vitest, and what is loaded nowhere else. @type {[name: string, modules: RegExp][]} */
const CHUNKS = [
  ['worker', /^src\/vitest\/(worker\/|missing-matchers)/],
  ['support', /^src\/support\//],
];
const CORE = '\0core.js';
/** Not an import: for that Node would parse the file once more, to find the names of its exports. */
const REQUIRE_CORE = `import { createRequire } from 'node:module';
export default createRequire(import.meta.url)('./core.cjs');
`;

const files = fs
  .readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(native|src|matchers)\/.*\.c?js$/.test(file));
const core = files.filter((file) => file.endsWith('.cjs') && !ENTRIES.test(file));
/** Module → names of its exports. */
const exportsOf = new Map(core.map((file) => [file, Object.keys(require(path.join(dist, file)))]));

/** What a worker of Vitest loads whose tests use nothing of this package. */
const worker = reachFrom(['src/vitest/worker/entry.js', 'src/vitest/setup.js']);
const pool = reachFrom(['src/vitest/config.js']);
/** The third is what the runner of Jest takes from the plugin. */
const others = reachFrom(['src/index.js', 'src/vitest/index.js', 'src/vitest/options.js']);

const { output } = await bundleEsModules();
bundleCommonJs();
for (const chunk of output) {
  if (chunk.type !== 'chunk') continue;
  // The bundler loads its own functions for each file, also where none of them is used.
  const code = chunk.code.replace(/^import ".*rolldown-runtime\.js";\n/m, '');
  fs.writeFileSync(path.join(dist, chunk.fileName), code);
}

/** One file, in which a module is a function that runs when the module is first required: V8 compiles it only then. */
function bundleCommonJs() {
  const modules = core.map((file) => {
    const code = fs.readFileSync(path.join(dist, file), 'utf8').replace(/^"use strict";\n/, '');
    const body = requireFromCore(code, file, 'load');
    return `  ${JSON.stringify(file)}(exports, module) {\n${body}  },\n`;
  });
  const text = `"use strict";
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
${modules.join('')}};
`;
  for (const file of files.filter((each) => each.endsWith('.cjs'))) {
    const place = path.join(dist, file);
    const code = core.includes(file)
      ? // The second line is for Node, which reads the names of the exports off the source.
        `"use strict";\nmodule.exports = require(${quoteImport(file, 'core.cjs')})(${JSON.stringify(file)});\n` +
        `0 && (${exportsOf
          .get(file)
          ?.map((name) => `exports.${name} = `)
          .join('')}0);\n`
      : requireFromCore(fs.readFileSync(place, 'utf8'), file, `require(${quoteImport(file, 'core.cjs')})`);
    fs.writeFileSync(place, code);
  }
  fs.writeFileSync(path.join(dist, 'core.cjs'), text);
}

/**
 * @param {string} code of tsc
 * @param {string} file
 * @param {string} load expression
 */
function requireFromCore(code, file, load) {
  return code.replace(/\brequire\(["'](\.[^"']+)["']\)/g, (call, request) => {
    const target = path.join(path.dirname(file), request);
    return core.includes(target) ? `${load}(${JSON.stringify(target)})` : call;
  });
}

async function bundleEsModules() {
  const modules = files.filter((file) => file.endsWith('.js'));
  const bundle = await rolldown({
    input: Object.fromEntries(modules.map((file) => [file.replace(/\.js$/, ''), path.join(dist, file)])),
    platform: 'node',
    // Node resolves the others.
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('\0'),
    treeshake: false,
    preserveEntrySignatures: 'allow-extension',
    plugins: [
      {
        name: 'core',
        resolveId(source, importer) {
          if (source === CORE) return CORE;
          if (importer === undefined || !source.endsWith('.cjs')) return null;
          const file = path.relative(dist, path.resolve(path.dirname(importer), source));
          if (core.includes(file)) return `\0core:${file}.js`;
          return null;
        },
        load(id) {
          if (id === CORE) return REQUIRE_CORE;
          if (!id.startsWith('\0core:')) return null;
          const file = id.slice('\0core:'.length, -'.js'.length);
          const names = /** @type {string[]} */ (exportsOf.get(file)).filter((name) => name !== '__esModule');
          return `import load from ${JSON.stringify(CORE)};\nexport const { ${names.join(', ')} } = load(${JSON.stringify(file)});\n`;
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
  if (id.startsWith('\0')) return 'base';
  if (ES_ENTRIES.test(file) || ENTRIES.test(file)) return null;
  return CHUNKS.find(([, modules]) => modules.test(file))?.[0] ?? remaining(file);
}

/**
 * @param {string} from
 * @param {string} to
 */
function quoteImport(from, to) {
  return JSON.stringify(path.relative(path.dirname(from), to).replace(/^(?!\.)/, './'));
}
