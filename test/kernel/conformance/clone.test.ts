import fs from 'node:fs';
import path from 'node:path';
import { withMountNamespace } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { test } from 'vitest';
import { OtherNamespace } from '../matchers/host-side.js';
import { prepareHost, runAsUser } from '../user-namespace/user-host.js';
import { inScope, mountAt, mountViews } from './views.js';

// Of an unbindable mount, the document and Linux 6.18 say different things.
const STATES = ['shared', 'slave', 'slave+shared', 'private'] as const;

describe('a clone of a namespace', () => {
  test.each(STATES)('keeps a mount %s, in the same group', (state) =>
    inScope(async (ns, dir) => {
      const { path: view } = mountViews(ns, `${dir}/m`, state);
      const { peerGroup, master } = mountAt(ns, view);
      const clone = await OtherNamespace.start('unchanged', { pid: process.pid });
      expect(clone.mounts().at(view)).toMatchObject({ propagation: state, peerGroup, master });
      expect(view).toHavePropagation(state);
    }),
  );

  test.each(STATES)('in a new user namespace has no shared mount for a %s one', (state) =>
    inScope(async (ns, dir) => {
      const { path: view } = mountViews(ns, `${dir}/m`, state);
      const { peerGroup, master } = mountAt(ns, view);
      const clone = await OtherNamespace.start('unchanged', { pid: process.pid }, { isUser: true });
      // A slave that was shared too is a slave of its former peers.
      const expected =
        state === 'private'
          ? { propagation: 'private' }
          : { propagation: 'slave', master: peerGroup ?? master };
      expect(clone.mounts().at(view)).toMatchObject({ peerGroup: undefined, ...expected });
      expect(view).toHavePropagation(state);
      expect(mountAt(ns, view)).toMatchObject({ peerGroup, master });
      clone.run('mount', '-t', 'tmpfs', 'tmpfs', `${view}/x`);
      expect(clone.mounts().at(`${view}/x`)).toBeDefined();
      expect(`${view}/x`).not.toBeMountPoint();
      ns.tmpfs(`${view}/y`);
      expect(clone.mounts().at(`${view}/y`) !== undefined).toBe(state.endsWith('shared'));
    }),
  );
});

const SCRIPT = `
import fs from 'node:fs';
import { withMountNamespace } from 'INDEX';

const d = process.argv[2];
const outcome = (run) => {
  try {
    run();
    return 'done';
  } catch ({ code, why, fix }) {
    return { code, why, fix };
  }
};
await withMountNamespace((ns) => {
  const table = String(ns.mounts());
  const refused = {
    'umount': outcome(() => ns.umount(d + '/m')),
    'umount, lazy': outcome(() => ns.umount(d + '/m', { lazy: true })),
    'move': outcome(() => ns.move(d + '/m', d + '/to')),
    'bind without the mounts below': outcome(() => ns.bind(d, d + '/to')),
    'remount rw': outcome(() => ns.remount(d + '/ro', { flags: ['rw'] })),
    'remount dev': outcome(() => ns.remount(d + '/ro', { flags: ['dev'] })),
  };
  const isUnchanged = String(ns.mounts()) === table;
  const allowed = {
    'stacking on top': outcome(() => {
      ns.tmpfs(d + '/m');
      fs.writeFileSync(d + '/m/f', '');
    }),
    'taking that away': outcome(() => ns.umount(d + '/m')),
    'bind with the mounts below': outcome(() => ns.bind(d, d + '/to', { recursive: true })),
    'setting a flag': outcome(() => ns.remount(d + '/m', { flags: ['ro'] })),
  };
  console.log(JSON.stringify({ refused, isUnchanged, allowed }));
});
`;

test('the mounts that a user namespace begins with are locked: EINVAL and EPERM, but stacking on top', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const d = path.join(host.home, 'd');
    for (const name of ['', 'm', 'ro', 'to']) fs.mkdirSync(path.join(d, name));
    ns.tmpfs(d, { mode: 0o777 });
    for (const name of ['m', 'ro', 'to']) fs.mkdirSync(path.join(d, name));
    ns.tmpfs(`${d}/m`, { mode: 0o777 });
    ns.tmpfs(`${d}/ro`, { flags: ['ro'] });
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, SCRIPT.replace('INDEX', host.file('dist/src/index.js')));
    const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script, d]);
    expect(stderr).toBe('');
    const locked = {
      code: 'EINVAL',
      why: 'this is a user namespace, and the mounts that it began with are locked in their places',
      fix: 'mount over it instead: that is allowed',
    };
    const cleared = {
      code: 'EPERM',
      why: 'the mount came along from a more privileged user namespace, which locked its flags',
    };
    expect(JSON.parse(stdout)).toEqual({
      refused: {
        umount: locked,
        'umount, lazy': locked,
        move: locked,
        'bind without the mounts below': {
          code: 'EINVAL',
          why: 'there are mounts below the source, which a user namespace must not uncover',
          fix: 'take them along: { recursive: true }',
        },
        'remount rw': cleared,
        'remount dev': cleared,
      },
      isUnchanged: true,
      allowed: {
        'stacking on top': 'done',
        'taking that away': 'done',
        'bind with the mounts below': 'done',
        'setting a flag': 'done',
      },
    });
  });
});
