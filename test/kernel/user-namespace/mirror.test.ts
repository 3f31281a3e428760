import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { expect, test } from 'mountns/vitest';
import { UID } from '../../unprivileged.js';
import { prepareHost, runAsUser } from './user-host.js';

test('a missing mount point beside locked mounts: everything else is there as before', ({ ns }) => {
  const host = prepareHost(ns);
  const directory = `${host.home}/directory`;
  fs.mkdirSync(`${directory}/inherited`, { recursive: true });
  fs.mkdirSync(`${directory}/sub`);
  fs.writeFileSync(`${directory}/sub/file`, 'below');
  fs.writeFileSync(`${directory}/file`, 'content');
  fs.symlinkSync('file', `${directory}/link`);
  execFileSync('mkfifo', [`${directory}/fifo`]);
  execFileSync('chown', ['-R', `${UID}:${UID}`, directory]);
  fs.chmodSync(directory, 0o750);
  ns.tmpfs(`${directory}/inherited`);
  fs.writeFileSync(`${directory}/inherited/file`, 'on a mount');
  const script = `
    import fs from 'node:fs';
    import { withMountNamespace } from ${JSON.stringify(host.file('dist/src/index.js'))};
    process.chdir('directory/sub');
    const seen = await withMountNamespace((ns) => {
      ns.tmpfs(${JSON.stringify(directory)} + '/missing/too');
      return {
        names: fs.readdirSync('..').sort(),
        link: fs.readlinkSync('../link'),
        fifo: fs.statSync('../fifo').isFIFO(),
        contents: ['file', '../file', '../link', '../inherited/file'].map((name) => fs.readFileSync(name, 'utf8')),
        mode: fs.statSync('..').mode & 0o7777,
        tmpfs: ns.mounts().at(${JSON.stringify(directory)} + '/missing/too')?.fsType,
        cwd: process.cwd(),
      };
    });
    console.log(JSON.stringify({ ...seen, after: fs.readdirSync('..').sort() }));`;
  const names = ['fifo', 'file', 'inherited', 'link', 'sub'];
  const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  const { stdout, stderr } = runAsUser(host, [
    process.execPath,
    ...['--require', host.preload, '--input-type=module', '-e', script],
  ]);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    names: [...names, 'missing'].sort(),
    link: 'file',
    fifo: true,
    contents: ['below', 'content', 'content', 'on a mount'],
    mode: 0o750,
    tmpfs: 'tmpfs',
    cwd: `${directory}/sub`,
    after: names,
  });
  expect(fs.readdirSync(directory).sort()).toEqual(names);
  expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
});
