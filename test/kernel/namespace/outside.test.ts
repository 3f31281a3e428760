import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const run = (script: string) => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', path.resolve('dist/src/register.cjs'), '--input-type=module', '--eval', PRELUDE + script],
    {
      encoding: 'utf8',
      env: { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' },
    },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout);
};

const PRELUDE = `
  import fs from 'node:fs';
  import { withMountNamespace } from ${JSON.stringify(path.resolve('dist/src/index.js'))};
  import namespaces from ${JSON.stringify(path.resolve('dist/native/namespaces.cjs'))};
  import mounts from ${JSON.stringify(path.resolve('dist/native/mount.cjs'))};
  const CLONE_NEWNS = 0x20000;
  const inside = fs.openSync('/proc/thread-self/ns/mnt', 'r');
  const look = () => [
    fs.readlinkSync('/proc/thread-self/ns/mnt'), fs.readFileSync('/proc/thread-self/mountinfo', 'utf8'),
    process.cwd(), fs.readlinkSync('/proc/thread-self/cwd'), fs.readlinkSync('/proc/thread-self/root'),
  ];
  let ran = 0;
  const attempt = async (...options) => {
    const before = JSON.stringify(look());
    const failed = await withMountNamespace(...options, () => { ran += 1; }).then(() => 'entered', (error) => error);
    return [failed.name ?? failed, failed.message?.split('\\n')[0], JSON.stringify(look()) === before];
  };
`;

const REFUSED = [
  'NamespaceError',
  'this thread is not in the mount namespace that was entered, and mountns mounts nothing elsewhere',
  true,
];

test.each([
  ['a tree is kept for the next scope', ''],
  ['the kept tree is stale', "mounts.mount({ target: '/mnt', type: 'tmpfs', source: 'outside' });"],
])('a thread that has left its namespace enters no scope, where %s', (_, prepare) => {
  const { refused, deep, ran } = run(`
    await withMountNamespace(() => {});
    await withMountNamespace(() => {});
    ${prepare}
    namespaces.unshare(CLONE_NEWNS);
    const refused = await attempt();
    const deep = await attempt({ copyOnWrite: true });
    console.log(JSON.stringify({ refused, deep, ran }));`);
  expect(refused).toEqual(REFUSED);
  expect(deep).toEqual(REFUSED);
  expect(ran).toBe(0);
});

test('a thread that has left its namespace copies no tree, and scopes work again when it is back', () => {
  const { first, nested, again, ran } = run(`
    const cwd = process.cwd();
    const back = () => {
      namespaces.setns(inside, CLONE_NEWNS);
      process.chdir(cwd);
    };
    namespaces.unshare(CLONE_NEWNS);
    const first = await attempt();
    back();
    const again = await attempt();
    let nested;
    await withMountNamespace(async () => {
      namespaces.unshare(CLONE_NEWNS);
      nested = await attempt();
      back();
    });
    console.log(JSON.stringify({ first, nested, again, ran }));`);
  expect(first).toEqual(REFUSED);
  expect(nested).toEqual(REFUSED);
  expect(again).toEqual(['entered', null, true]);
  expect(ran).toBe(1);
});

test('a thread that has left its namespace mounts nothing', () => {
  const { failed, untouched } = run(`
    const failed = {};
    let untouched;
    await withMountNamespace((ns) => {
      ns.tmpfs('/mnt');
      for (const name of ['at', 'to']) fs.mkdirSync('/mnt/' + name);
      fs.writeFileSync('/mnt/file', '');
      ns.tmpfs('/mnt/at');
      namespaces.unshare(CLONE_NEWNS);
      const operations = {
        mount: () => ns.mount({ target: '/mnt/at', type: 'tmpfs' }),
        tmpfs: () => ns.tmpfs('/mnt/at'),
        bind: () => ns.bind('/mnt', '/mnt/at'),
        overlay: () => ns.overlay('/mnt/at'),
        'overlay of others': () => ns.overlay('/mnt/at', { lower: '/mnt/to' }),
        proc: () => ns.proc('/mnt/at'),
        readonly: () => ns.readonly('/mnt/at'),
        remount: () => ns.remount('/mnt/at', { flags: ['ro'] }),
        mask: () => ns.mask('/mnt/at'),
        move: () => ns.move('/mnt/at', '/mnt/to'),
        propagation: () => ns.propagation('/mnt/at', 'shared'),
        pivotRoot: () => ns.pivotRoot('/mnt/at'),
        umount: () => ns.umount('/mnt/at'),
      };
      for (const errno of ['EACCES', 'EBUSY', 'EIO', 'ELOOP', 'ENODEV', 'ENOSPC', 'EROFS', 'EXDEV']) {
        const target = '/mnt/' + (errno === 'EIO' || errno === 'ENODEV' ? 'file' : 'at');
        operations['induce ' + errno] = () => ns.induce(errno, target);
      }
      const before = JSON.stringify(look());
      for (const [name, operation] of Object.entries(operations)) {
        try {
          operation();
          failed[name] = 'mounted';
        } catch (error) {
          failed[name] = error.name + ': ' + error.message.split('\\n')[0];
        }
      }
      untouched = JSON.stringify(look()) === before;
      namespaces.setns(inside, CLONE_NEWNS);
      process.chdir('/');
    });
    console.log(JSON.stringify({ failed, untouched }));`);
  const names = Object.keys(failed);
  expect(names).toHaveLength(21);
  expect(failed).toEqual(Object.fromEntries(names.map((name) => [name, REFUSED.slice(0, 2).join(': ')])));
  expect(untouched).toBe(true);
});
