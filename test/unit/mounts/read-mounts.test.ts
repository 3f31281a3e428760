import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { expect, test } from 'vitest';

import { MountTable } from '../../../src/mounts/mount-table.js';
import { readMounts } from '../../../src/mounts/read-mounts.js';
import { ReadMountsError } from '../../../src/mounts/read-mounts-error.js';

test('reads the table of this process, of a process by its pid, and of the host', () => {
  const own = new MountTable(fs.readFileSync('/proc/thread-self/mountinfo'));
  expect(own.length).toBeGreaterThan(0);
  expect(readMounts()).toEqual(own);
  expect(readMounts('self')).toEqual(own);
  expect(readMounts(process.pid)).toEqual(own);
  // No namespace was entered in this process, so it is on the host.
  expect(readMounts('host')).toEqual(own);
});

test('says that a process is gone', () => {
  const { pid } = spawnSync('true');
  const read = () => readMounts(pid);
  expect(read).toThrow(ReadMountsError);
  expect(read).toThrow(
    expect.objectContaining({
      code: 'ENOENT',
      errno: -2,
      syscall: 'open',
      path: `/proc/${pid}/mountinfo`,
      why: `there is no process ${pid}`,
      message: [
        `read the mounts of process ${pid} failed: open(2) ENOENT, no such file or directory`,
        `  why:  there is no process ${pid}`,
        `  call: open("/proc/${pid}/mountinfo", O_RDONLY|O_CLOEXEC) = -1`,
      ].join('\n'),
    }),
  );
});

test.each([
  [0, '0'],
  [-1, '-1'],
  [1.5, '1.5'],
  [Number.NaN, 'NaN'],
  [2 ** 31, '2147483648'],
  ['1', "'1'"],
  ['worker', "'worker'"],
  [null, 'null'],
])('refuses %o', (which, shown) => {
  const message = `which must be 'self', 'host' or a process id, received ${shown}`;
  expect(() => readMounts(which as 'self')).toThrow(expect.objectContaining({ name: 'TypeError', message }));
});
