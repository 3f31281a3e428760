import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import type { Propagation } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { operationTest } from './operation-test.js';

const TYPES = ['private', 'shared', 'slave', 'unbindable'] as const;

describe('propagation', () => {
  for (const type of TYPES) {
    operationTest(`makes a mount ${type}, and leaves those below alone`, [], (ns, dir) => {
      ns.tmpfs(`${dir}/d`);
      ns.tmpfs(`${dir}/d/below`);
      ns.propagation(`${dir}/d`, type);
      // A mount that is shared with none has no master to be a slave of.
      expect(ns.mounts().at(`${dir}/d`)?.propagation).toBe(type === 'slave' ? 'private' : type);
      // What is below a mount that was shared when it was mounted is shared too; here it was not.
      expect(ns.mounts().at(`${dir}/d/below`)?.propagation).toBe('private');
      expect(ns).toBeIsolatedFromHost(`${dir}/d`);
    });

    operationTest(`makes a mount and those below ${type}`, [], (ns, dir) => {
      ns.tmpfs(`${dir}/d`);
      ns.tmpfs(`${dir}/d/below`);
      ns.propagation(`${dir}/d`, 'shared', { recursive: true });
      ns.propagation(`${dir}/d`, type, { recursive: true });
      const expected: Propagation = type === 'slave' ? 'private' : type;
      expect(ns.mounts().at(`${dir}/d`)?.propagation).toBe(expected);
      expect(ns.mounts().at(`${dir}/d/below`)?.propagation).toBe(expected);
    });
  }

  operationTest('makes nothing that is shared reach the host', [], (ns, dir) => {
    ns.propagation('/', 'shared', { recursive: true });
    ns.tmpfs(`${dir}/d`);
    expect(ns).toBeIsolatedFromHost();
    expect(ns.host.mounts().at(`${dir}/d`)).toBeUndefined();
  });

  operationTest('has peers send mounts and unmounts to each other', ['a/', 'b/'], (ns, dir) => {
    ns.tmpfs(`${dir}/a`);
    fs.mkdirSync(`${dir}/a/x`);
    ns.propagation(`${dir}/a`, 'shared');
    ns.bind(`${dir}/a`, `${dir}/b`);
    ns.tmpfs(`${dir}/a/x`);
    expect(`${dir}/b/x`).toBeMountPoint({ type: 'tmpfs' });
    ns.umount(`${dir}/b/x`);
    expect(`${dir}/a/x`).not.toBeMountPoint();
  });

  operationTest('has a slave take from its master, and give nothing', ['a/', 'b/'], (ns, dir) => {
    ns.tmpfs(`${dir}/a`);
    for (const name of ['x', 'y']) fs.mkdirSync(`${dir}/a/${name}`);
    ns.propagation(`${dir}/a`, 'shared');
    ns.bind(`${dir}/a`, `${dir}/b`);
    ns.propagation(`${dir}/b`, 'slave');
    expect(ns.mounts().at(`${dir}/b`)?.propagation).toBe('slave');
    ns.tmpfs(`${dir}/a/x`);
    ns.tmpfs(`${dir}/b/y`);
    expect(`${dir}/b/x`).toBeMountPoint();
    expect(`${dir}/a/y`).not.toBeMountPoint();
  });

  operationTest(
    'reaches a namespace that a child makes, unless the mount is private',
    ['a/', 'b/'],
    async (ns, dir) => {
      ns.propagation('/', 'shared', { recursive: true });
      for (const name of ['a', 'b']) {
        ns.tmpfs(`${dir}/${name}`);
        fs.mkdirSync(`${dir}/${name}/x`);
      }
      ns.propagation(`${dir}/b`, 'private');
      const child = spawn(
        'unshare',
        ['--mount', '--propagation', 'unchanged', 'sh', '-c', 'echo in; read line'],
        {
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      onTestFinished(() => void child.kill('SIGKILL'));
      await once(child.stdout, 'data');
      for (const name of ['a', 'b']) ns.tmpfs(`${dir}/${name}/x`);
      const seen = fs.readFileSync(`/proc/${child.pid}/mountinfo`, 'utf8');
      expect(seen).toContain(` ${dir}/a/x `);
      expect(seen).not.toContain(` ${dir}/b/x `);
      child.stdin.end('\n');
      await once(child, 'exit');
    },
  );

  operationTest('shows child processes the same types', ['a/'], (ns, dir) => {
    ns.tmpfs(`${dir}/a`);
    ns.propagation(`${dir}/a`, 'unbindable');
    expect(execFileSync('findmnt', ['-no', 'PROPAGATION', `${dir}/a`], { encoding: 'utf8' })).toBe(
      'private,unbindable\n',
    );
  });
});
