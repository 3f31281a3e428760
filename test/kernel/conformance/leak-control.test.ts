import fs from 'node:fs';
import { describe, expect } from 'mountns/vitest';
import { test } from 'vitest';
import { OtherNamespace } from '../matchers/host-side.js';
import { inScope } from './views.js';

// What every leak test needs: proof that the leak is seen where nothing prevents it.
describe('a child namespace below a shared parent', () => {
  test.each([
    ['unchanged', 'shared', true],
    ['shared', 'shared', true],
    ['slave', 'slave', false],
    ['private', 'private', false],
  ] as const)('unshared with propagation %s, its copy is %s: leaks %s', (propagation, kind, leaks) =>
    inScope(async (ns, dir) => {
      ns.tmpfs(`${dir}/m`);
      fs.mkdirSync(`${dir}/m/leak`);
      ns.propagation(`${dir}/m`, 'shared');
      const child = await OtherNamespace.start(propagation, { pid: process.pid });
      expect(child.mounts().at(`${dir}/m`)?.propagation).toBe(kind);
      child.run('mount', '-t', 'tmpfs', 'leak', `${dir}/m/leak`);
      expect(child.mounts().at(`${dir}/m/leak`)).toMatchObject({ source: 'leak' });
      if (leaks) expect(`${dir}/m/leak`).toBeMountPoint({ source: 'leak' });
      else expect(`${dir}/m/leak`).not.toBeMountPoint();
    }),
  );
});
