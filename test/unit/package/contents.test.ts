import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/** What scripts/bundle.mjs puts the modules into, and scripts/bundle-types.mjs the declarations. */
const BUNDLED = [
  'base.js',
  'commands.js',
  'core.cjs',
  'core.js',
  'pool.js',
  'rolldown-runtime.js',
  'support.js',
  'types.d.ts',
  'worker.js',
];

interface Packed {
  files: { path: string }[];
}

const repository = path.resolve(import.meta.dirname, '../../..');
const { exports, bin, scripts, dependencies, peerDependenciesMeta, peerDependencies } = JSON.parse(
  fs.readFileSync(path.join(repository, 'package.json'), 'utf8'),
);
const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  cwd: repository,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'pipe'],
});
const [packed] = JSON.parse(output) as [Packed];
const files = packed.files.map((file) => file.path);

test('the package has what was built of sources, and its documents', () => {
  const others = files.filter((file) => !/^dist\/(native|src|matchers)\/.*\.[cm]?[jt]s$/.test(file));
  expect(others.toSorted()).toEqual([
    'LICENSE',
    'README.md',
    ...BUNDLED.map((name) => `dist/${name}`),
    'package.json',
  ]);
  const stale = files
    .filter((file) => /^dist\/.*\//.test(file))
    .map((file) => file.replace(/^dist\//, '').replace(/(\.d)?\.([cm]?)[jt]s$/, '.$2ts'))
    .filter((source) => !fs.existsSync(path.join(repository, source)));
  expect(stale, 'npm run build takes out what has no source any more').toEqual([]);
});

test('everything that package.json points to is in it', () => {
  const targets = [...targetsOf(exports), ...targetsOf(bin)].map((target) => target.replace(/^\.\//, ''));
  expect(targets.length).toBeGreaterThan(10);
  expect(targets.filter((target) => !files.includes(target))).toEqual([]);
});

test('it needs two packages, runs nothing when it is installed, and takes any runner or none', () => {
  expect(Object.keys(dependencies)).toEqual(['koffi', 'tinypool']);
  expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
  expect(Object.keys(peerDependenciesMeta).toSorted()).toEqual(Object.keys(peerDependencies).toSorted());
  expect(Object.values(peerDependenciesMeta)).toEqual(
    Object.keys(peerDependencies).map(() => ({ optional: true })),
  );
});

function targetsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Object.values(value as object).flatMap(targetsOf);
}
