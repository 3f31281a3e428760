import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

interface Entry {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const repository = path.resolve(import.meta.dirname, '../../..');
const { packages } = readJson('package-lock.json') as { packages: Record<string, Entry> };

// `npm install` leaves out packages for platforms that a registry does not have, and `npm ci` then refuses the file.
test('the lock file holds the optional dependencies of all platforms', () => {
  const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !isFound(from, name))
      .map((name) => `${from} needs ${name}`),
  );
  expect(missing).toEqual([]);
});

test('the lock file is that of package.json', () => {
  const own = readJson('package.json') as Record<string, unknown>;
  const locked = packages[''] as Record<string, unknown>;
  for (const field of ['version', 'dependencies', 'devDependencies', 'peerDependencies'])
    expect(locked[field], field).toEqual(own[field]);
});

/** As Node looks for a package: in the nearest node_modules, then further up. */
function isFound(from: string, name: string): boolean {
  const nested = from === '' ? '' : `${from}/`;
  if (`${nested}node_modules/${name}` in packages) return true;
  if (from === '') return false;
  const end = from.lastIndexOf('/node_modules/');
  return isFound(end === -1 ? '' : from.slice(0, end), name);
}

function readJson(file: string): unknown {
  return JSON.parse(fs.readFileSync(path.join(repository, file), 'utf8'));
}
