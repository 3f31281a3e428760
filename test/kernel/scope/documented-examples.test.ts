import fs from 'node:fs';
import path from 'node:path';
import { type MountNamespace, withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';

const SOURCE = path.resolve(import.meta.dirname, '../../../src/scope/mount-namespace.ts');

/** The examples of the methods, by their names: the lines behind `@example` up to the end of the comment. */
function readExamples(): [name: string, code: string][] {
  const text = fs.readFileSync(SOURCE, 'utf8');
  const found = text.matchAll(/@example\n((?: {3}\*.*\n)+?) {3}\*\/\n {2}(?:async )?(\w+)/g);
  return [...found].map(([, lines = '', name = '']) => [name, lines.replaceAll(/^ {3}\* ?/gm, '')]);
}

/** What the examples take for granted. */
function prepare(ns: MountNamespace): void {
  for (const directory of ['/srv', '/var/lib', '/etc']) ns.overlay(directory);
  for (const directory of ['/srv/fixtures', '/srv/rootfs/proc', '/var/lib/app', '/etc/ssl']) {
    fs.mkdirSync(directory, { recursive: true });
  }
  for (const mountPoint of ['/mnt/x', '/mnt/old']) ns.tmpfs(mountPoint);
  ns.bind('/tmp', '/tmp', { recursive: true });
}

describe('the example in the documentation of', () => {
  const examples = readExamples();

  test('every operation is there', () => {
    const operations = ['bind', 'mask', 'mount', 'move', 'overlay', 'pivotRoot', 'proc', 'propagation'];
    const more = ['readonly', 'remount', 'tmpfs', 'umount'];
    expect(examples.map(([name]) => name)).toEqual(expect.arrayContaining([...operations, ...more]));
  });

  test.each(examples)('%s runs', async (_, code) => {
    await withMountNamespace(async (ns) => {
      prepare(ns);
      const run = new Function(
        'ns',
        'fs',
        'expect',
        'withMountNamespace',
        `return (async () => {${code}})()`,
      );
      await run(ns, fs, expect, withMountNamespace);
    });
  });
});
