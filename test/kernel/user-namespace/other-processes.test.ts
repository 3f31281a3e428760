import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { UID } from '../../unprivileged.js';
import { prepareHost, runAsUser } from './user-host.js';

const SCRIPT = `
import { withMountNamespace } from 'INDEX';
import { toShareMountNamespaceWith } from 'MATCHERS';

const [elsewhere, gone] = process.argv.slice(2).map(Number);
const judge = (one, other) => {
  try {
    return toShareMountNamespaceWith.call({}, one, other).pass;
  } catch (error) {
    return error.why;
  }
};
await withMountNamespace((ns) => {
  const judgeAll = () => [
    judge(process.ppid, ns.host), judge(ns.host, process.ppid), judge(process.ppid, ns), judge(process.pid, ns),
    judge(elsewhere, ns.host), judge(gone, ns),
  ];
  const open = judgeAll();
  ns.tmpfs('/proc');
  console.log(JSON.stringify({ open, covered: judgeAll() }));
});
`;

test('knows a process of the host, and says why it can not look at another one', async () => {
  await withMountNamespace(async (ns) => {
    const host = prepareHost(ns);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(
      script,
      SCRIPT.replace('INDEX', host.file('dist/src/index.js')).replace(
        'MATCHERS',
        host.file('dist/matchers/index.js'),
      ),
    );
    // Of the same user, in no user namespace, and in a third mount namespace.
    const user = ['setpriv', '--reuid', String(UID), '--regid', String(UID), '--clear-groups'];
    const hold = ['unshare', '--mount', ...user, 'sh', '-c', 'echo; read line'] as const;
    const [gone, elsewhere] = [spawn('true'), spawn(hold[0], hold.slice(1))];
    await Promise.all([once(gone, 'exit'), once(elsewhere.stdout, 'data')]);
    const { stdout, stderr } = runAsUser(host, [
      'node',
      '--require',
      host.preload,
      script,
      String(elsewhere.pid),
      String(gone.pid),
    ]);
    elsewhere.kill('SIGKILL');
    await once(elsewhere, 'exit');
    expect(stderr).toBe('');
    const { open, covered } = JSON.parse(stdout);
    expect(open.slice(0, 4)).toEqual([true, true, false, true]);
    expect(open[4].replaceAll(String(elsewhere.pid), 'PID')).toMatchInlineSnapshot(
      `"process PID is in another user namespace, where the capabilities of this one do not count"`,
    );
    expect(open[5].replaceAll(String(gone.pid), 'PID')).toMatchInlineSnapshot(`"there is no process PID"`);
    expect(covered).toEqual(open);
  });
});
