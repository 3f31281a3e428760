import fs from 'node:fs';
import path from 'node:path';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { stable } from '../../failure-of.js';
import { prepareHost, runAsUser } from './user-host.js';

const SCRIPT = `
import { withMountNamespace } from 'INDEX';

await withMountNamespace((ns) => {
  ns.tmpfs(process.argv[2] + '/missing');
  throw new RangeError('mine');
}).catch((error) => console.log(error.stack.split(/\\n +at /)[0]));
`;

// There the layer that provides the mount point is made of a mount for each name beside it.
test('an error shows only what the scope had mounted in a user namespace too', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const directory = path.join(host.home, 'directory');
    for (const name of ['', 'own', 'locked']) fs.mkdirSync(path.join(directory, name));
    fs.writeFileSync(`${directory}/file`, '');
    ns.tmpfs(`${directory}/locked`);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, SCRIPT.replace('INDEX', host.file('dist/src/index.js')));
    const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script, directory]);
    expect(stderr).toBe('');
    expect(stable(stdout).replaceAll(directory, '<directory>')).toMatchInlineSnapshot(`
      "RangeError: mine

      mountns: this scope had changed the mounts, all undone now:
        + tmpfs on <directory>/missing type tmpfs (rw,nosuid,nodev,relatime,uid=1234,gid=1234), private
        to see them, pause the test there and run npx ns-tool mounts PID, or ls /proc/PID/root (PID: its process.pid)

      "
    `);
  });
});
