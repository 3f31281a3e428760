import fs from 'node:fs';
import { constants } from 'node:os';
import { expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { LeakWatch } from '../../../src/leaks/leak-watch.js';
import { type EnteredNamespace, namespaceRecord } from '../../../src/namespace/namespace-record.cjs';
import { OtherNamespace } from '../matchers/host-side.js';

test('finds out whose a mount on the host is also where the host can’t be watched', async ({ ns }) => {
  ns.tmpfs('/mnt/shared');
  fs.mkdirSync('/mnt/shared/leak');
  ns.propagation('/mnt/shared', 'shared');
  const other = await OtherNamespace.start('unchanged', process);
  const mountInfoFd = fs.openSync(`/proc/${other.pid}/mountinfo`, 'r');
  onTestFinished(() => fs.closeSync(mountInfoFd));
  const entered = namespaceRecord.entered as EnteredNamespace;

  let opened = 0;
  hookSystemCalls((name) => (name === 'openat' && opened++ === 1 ? constants.errno.EACCES : undefined));
  const watch = new LeakWatch({ ...entered, host: { ...entered.host, mountInfoFd } });
  hookSystemCalls(undefined);
  ns.tmpfs('/mnt/shared/leak');
  watch.onScopeLeaving();

  const tie = expect.stringMatching(
    /^it is in peer group \d+ with the one on \/mnt\/shared\/leak of this worker$/,
  );
  const mount = expect.objectContaining({ mountPoint: '/mnt/shared/leak' });
  expect(watch.finish().mounts).toEqual([{ mount, tie }]);
});
