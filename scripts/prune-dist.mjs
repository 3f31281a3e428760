// @ts-check
// Takes out of dist/ what an earlier build has left.
import fs from 'node:fs';
import path from 'node:path';

const repository = path.resolve(import.meta.dirname, '..');
const dist = path.join(repository, 'dist');

/** @param {string} file in dist/ */
function hasSource(file) {
  const source = path.join(repository, path.relative(dist, file)).replace(/(\.d)?\.([cm]?)[jt]s$/, '.$2ts');
  return fs.existsSync(source);
}

for (const entry of fs.readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const file = path.join(entry.parentPath, entry.name);
  if (!entry.isFile()) continue;
  const isWanted = /\.[cm]?[jt]s$/.test(file) && hasSource(file);
  if (!isWanted) fs.rmSync(file);
}
