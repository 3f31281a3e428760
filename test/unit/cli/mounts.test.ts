import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { mountsCommand } from '../../../src/cli/mounts.js';
import { formatTree } from '../../../src/mounts/format-tree.js';
import { readMounts } from '../../../src/mounts/read-mounts.js';

function run(args: string[], terminal: { isTTY?: boolean; hasColors?: () => boolean } = {}) {
  const output = { status: 0, stdout: '', stderr: '' };
  const collect = (stream: 'stdout' | 'stderr') => (text: string) => {
    output[stream] += text;
  };
  const io = { stdout: { write: collect('stdout'), ...terminal }, stderr: { write: collect('stderr') } };
  output.status = mountsCommand(args, io);
  return output;
}

const PID = String(process.pid);

describe('ns-tool mounts', () => {
  test.each([[[]], [['--host']], [[String(process.pid)]]])('prints the tree: %j', (args) => {
    expect(run(args)).toEqual({ status: 0, stdout: `${readMounts('self')}\n`, stderr: '' });
  });

  test('prints only the mount that a path lies on and those below', () => {
    const table = readMounts('self');
    const proc = [table.containing('/proc/self/status'), ...table.under('/proc')];
    expect(run(['/proc/sys'])).toMatchObject({ stdout: `${formatTree(proc.slice(0, 1) as never)}\n` });
    expect(run([String(process.pid), '/proc']).stdout).toBe(`${formatTree(proc as never)}\n`);
    expect(run(['/']).stdout).toBe(run([]).stdout);
  });

  test('takes relative paths, and follows symbolic links', () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-'));
    const link = path.join(directory, 'link');
    fs.symlinkSync('/proc', link);
    expect(run([path.relative(process.cwd(), link)]).stdout).toBe(run(['/proc']).stdout);
    expect(run([link]).stdout).not.toBe(run([directory]).stdout);
    for (const whose of ['--host', PID]) expect(run([whose, link]).stdout).toBe(run(['/proc']).stdout);
    fs.symlinkSync('link/sys', path.join(directory, 'second'));
    expect(run([path.join(directory, 'second')]).stdout).toBe(run(['/proc/sys']).stdout);
    fs.symlinkSync('circle', path.join(directory, 'circle'));
    expect(run([path.join(directory, 'circle')]).stdout).toBe(run([directory]).stdout);
    fs.rmSync(directory, { recursive: true });
  });

  test('prints JSON for machines', () => {
    const mounts = JSON.parse(run(['--json']).stdout);
    expect(mounts).toEqual(JSON.parse(JSON.stringify(readMounts('self'))));
    expect(JSON.parse(run(['--json', '/proc']).stdout)[0]).toMatchObject({
      fsType: 'proc',
      options: expect.any(Array),
    });
  });

  test('uses colours on a terminal that has them, and nowhere else', () => {
    const coloured = `${readMounts('self').format({ colour: true })}\n`;
    const plain = `${readMounts('self')}\n`;
    expect(run([], { isTTY: true, hasColors: () => true }).stdout).toBe(coloured);
    expect(run([], { isTTY: true, hasColors: () => false }).stdout).toBe(plain);
    expect(run([], { isTTY: false, hasColors: () => true }).stdout).toBe(plain);
    expect(run(['--json'], { isTTY: true, hasColors: () => true }).stdout).not.toContain('\x1b');
  });

  test('fails with what is known about a process that is not there', () => {
    const { status, stdout, stderr } = run(['999999999']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      [
        'read the mounts of process 999999999 failed: open(2) ENOENT, no such file or directory',
        '  why:  there is no process 999999999',
        '  call: open("/proc/999999999/mountinfo", O_RDONLY|O_CLOEXEC) = -1\n',
      ].join('\n'),
    );
  });

  test.each([
    [['1', '2'], 'one PID is enough, received 1 and 2'],
    [['/a', 'b'], 'one PATH is enough, received /a and b'],
    [['--host', '1'], 'either --host or a PID, received both (1)'],
    [['0'], '0 is no PID; a directory of that name is ./0'],
    [['0042'], '0042 is no PID; a directory of that name is ./0042'],
    [['/not/there'], "there is no '/not/there'"],
    [['--host', '/not/there'], "there is no '/not/there'"],
    [[PID, '/not/there'], "there is no '/not/there'"],
    [[PID, '/dev/null/file'], "there is no '/dev/null/file'"],
    [['/dev/null/file'], "there is no '/dev/null/file'"],
    [['--hots'], "Unknown option '--hots'"],
    [['--json=yes'], "Option '--json' does not take an argument"],
  ])('explains wrong arguments: %j', (args, message) => {
    const { status, stdout, stderr } = run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toContain(message);
    expect(stderr).toContain('\n\nUsage: ns-tool mounts [--host | PID] [PATH] [--json]\n');
  });

  test.each(['--help', '-h'])('explains itself: %s', (flag) => {
    expect(run([flag])).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "",
        "stdout": "Usage: ns-tool mounts [--host | PID] [PATH] [--json]

      Prints the mounts of this process, of the process PID, or of the host: the mount namespace that the test
      runner was started in. With PATH, only the mount that PATH lies on and those below PATH.

        --host  the mounts of the host
        --json  an array of mounts, with the fields of proc_pid_mountinfo(5)
        --help  this text
      ",
      }
    `);
  });
});
