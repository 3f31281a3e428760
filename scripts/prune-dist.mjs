// @ts-check
// Takes out of dist/ what the package does not need: declarations that no import of the package leads to, and what an
// earlier build has left.
import fs from 'node:fs';
import path from 'node:path';

const repository = path.resolve(import.meta.dirname, '..');
const dist = path.join(repository, 'dist');
const { exports } = JSON.parse(fs.readFileSync(path.join(repository, 'package.json'), 'utf8'));

/** @type {Set<string>} */
const reached = new Set();

/** @param {unknown} target of a condition in `exports`, which nests */
function reachFrom(target) {
  if (typeof target !== 'object' || target === null) return;
  for (const [condition, inner] of Object.entries(target)) {
    if (condition === 'types') reach(path.join(repository, inner));
    else reachFrom(inner);
  }
}

/** @param {string} file */
function reach(file) {
  if (reached.has(file)) return;
  reached.add(file);
  for (const [, module = ''] of fs
    .readFileSync(file, 'utf8')
    .matchAll(/(?:from|import|require\() ?\(?["'](\.[^"']+)["']/g))
    reach(path.resolve(path.dirname(file), module.replace(/\.([cm]?)js$/, '.d.$1ts')));
}

/** @param {string} file in dist/ */
function hasSource(file) {
  const source = path.join(repository, path.relative(dist, file)).replace(/(\.d)?\.([cm]?)[jt]s$/, '.$2ts');
  return fs.existsSync(source);
}

reachFrom(exports);
for (const entry of fs.readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const file = path.join(entry.parentPath, entry.name);
  if (!entry.isFile()) continue;
  const isWanted = /\.d\.[cm]?ts$/.test(file)
    ? reached.has(file)
    : /\.[cm]?js$/.test(file) && hasSource(file);
  if (!isWanted) fs.rmSync(file);
}
