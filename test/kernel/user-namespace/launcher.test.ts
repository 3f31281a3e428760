import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { expect, test } from 'mountns/vitest';
import { prepareHost, runAsUser, type UserHost } from './user-host.js';

const node = process.execPath;

/** Forks a child through the launcher, and directly with the preload; each notes how often Node started. */
function forkBoth(host: UserHost, env: NodeJS.ProcessEnv = {}) {
  fs.writeFileSync(`${host.home}/boot.cjs`, `require('node:fs').appendFileSync(process.env.BOOTS, '.');`);
  fs.writeFileSync(
    `${host.home}/child.cjs`,
    `const fs = require('node:fs');
     process.once('message', (args) => {
       process.send({
         args,
         uid: process.getuid(),
         execPath: process.execPath,
         execArgv: process.execArgv,
         isPrivate: !/ (shared|master):/.test(fs.readFileSync('/proc/self/mountinfo', 'utf8')),
         descriptors: Object.keys(process.env).filter((name) => name === 'MOUNTNS_HOST_FDS'),
       });
       process.disconnect();
     });`,
  );
  fs.writeFileSync(
    `${host.home}/parent.cjs`,
    `const { fork } = require('node:child_process');
     const { findLauncher, launchWith } = require(${JSON.stringify(host.file('dist/src/namespace/launcher.cjs'))});
     const start = (launcher, boots) => new Promise((resolve) => {
       let answer;
       const child = launchWith(launcher, () => fork('child.cjs', {
         execArgv: [...(launcher?.execArgv ?? []), '--require', './boot.cjs', '--require', ${JSON.stringify(host.preload)}],
         env: { ...process.env, BOOTS: boots, MOUNTNS_PARENT_PID: process.env.PARENT ?? String(process.pid) },
         stdio: ['inherit', 'inherit', 'pipe', 'ipc'],
       }));
       child.stderr.resume();
       child.send(['a', '']);
       child.once('message', (message) => { answer = message; });
       child.once('exit', (code) => resolve({ code, ...answer, boots: require('node:fs').readFileSync(boots, 'utf8') }));
     });
     (async () => console.log(JSON.stringify([
       await start(findLauncher(), 'launched'), await start(undefined, 'reexecuted'), process.execPath,
     ])))();`,
  );
  const { stdout, stderr } = runAsUser(host, [node, 'parent.cjs'], { env });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Record<string, unknown>[];
}

test('a process started by the launcher boots Node once, and is what the preload makes of it otherwise', ({
  ns,
}) => {
  const host = prepareHost(ns);
  const [launched, reexecuted, execPath] = forkBoth(host);
  expect(launched).toEqual({
    code: 0,
    args: ['a', ''],
    uid: 0,
    execPath: node,
    execArgv: ['--require', './boot.cjs', '--require', host.preload],
    isPrivate: true,
    descriptors: [],
    boots: '.',
  });
  expect(reexecuted).toEqual({ ...launched, boots: '..' });
  expect(execPath).toBe(node);
});

test('it does not start when its parent is gone already', ({ ns }) => {
  const [launched, reexecuted] = forkBoth(prepareHost(ns), { PARENT: '1' });
  expect(launched).toEqual({ code: 1, boots: '.' });
  expect(reexecuted).toEqual({ code: 1, boots: '.' });
});

test('without a shell there is no launcher, and the preload does it alone', ({ ns }) => {
  const host = prepareHost(ns);
  const launcher = JSON.stringify(host.file('dist/src/namespace/launcher.cjs'));
  const find = [node, '-p', `require(${launcher}).findLauncher()?.execPath`];
  expect(runAsUser(host, find).stdout).toBe('/bin/sh\n');
  execFileSync('mount', ['--bind', '/dev/null', fs.realpathSync('/bin/sh')]);
  expect(runAsUser(host, find).stdout).toBe('undefined\n');
  const enter = [node, '--require', host.preload, '-p', 'process.getuid()'];
  expect(runAsUser(host, enter)).toMatchObject({ stdout: '0\n', stderr: '' });
});

test('without /proc there is no launcher: what refuses to start says why', ({ ns }) => {
  const host = prepareHost(ns);
  const launcher = JSON.stringify(host.file('dist/src/namespace/launcher.cjs'));
  execFileSync('umount', ['--lazy', '/proc']);
  const find = [node, '-p', `require(${launcher}).findLauncher()`];
  expect(runAsUser(host, find, { prefix: ['env'] })).toMatchObject({ stdout: 'undefined\n', stderr: '' });
  expect(runAsUser(host, [node, '--require', host.preload, '-e', ''], { prefix: ['env'] }).stderr).toBe(
    'NamespaceError: there is no proc file system on /proc\n  fix:  mount it: mount -t proc proc /proc\n',
  );
});

test('an unshare(1) that can’t be started is passed over', ({ ns }) => {
  const host = prepareHost(ns);
  fs.writeFileSync(`${host.home}/unshare`, '#!/no/such/interpreter\n', { mode: 0o755 });
  const enter = [node, '--require', host.preload, '-p', 'process.getuid()'];
  const result = runAsUser(host, enter, { env: { PATH: `${host.home}:${process.env.PATH}` } });
  expect(result).toMatchObject({ stdout: '0\n', stderr: '' });
});

test('BusyBox does where there is no util-linux', ({ ns }) => {
  const host = prepareHost(ns);
  const unshare = execFileSync('sh', ['-c', 'command -v unshare'], { encoding: 'utf8' }).trim();
  fs.copyFileSync(unshare, `${host.home}/applet`);
  // Its flags are the same.
  const busybox = `#!/bin/sh\necho "$1" >>${host.home}/calls\nshift\nexec ${host.home}/applet "$@"\n`;
  fs.writeFileSync(`${host.home}/busybox`, busybox, { mode: 0o755 });
  execFileSync('mount', ['--bind', '/dev/null', fs.realpathSync(unshare)]);
  fs.writeFileSync(`${host.home}/calls`, '', { mode: 0o666 });
  fs.chmodSync(`${host.home}/calls`, 0o666);
  const enter = [node, '--require', host.preload, '-p', 'process.getuid()'];
  const result = runAsUser(host, enter, { env: { PATH: `${host.home}:${process.env.PATH}` } });
  expect(result).toMatchObject({ stdout: '0\n', stderr: '' });
  expect(fs.readFileSync(`${host.home}/calls`, 'utf8')).toMatch(/^(unshare\n)+$/);
});
