import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'mountns/vitest';
import { OtherNamespace } from '../matchers/host-side.js';

const TOOL = path.resolve('dist/src/cli/ns-tool.cjs');
const env = { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' };
const run = (...args: string[]) => spawnSync(process.execPath, [TOOL, ...args], { encoding: 'utf8', env });

test.for([
  [['maunt'], 'unknown command "maunt"'],
  [['constructor'], 'unknown command "constructor"'],
  [['--toString'], 'unknown command "--toString"'],
  [['__proto__'], 'unknown command "__proto__"'],
  [['mount', 'x'], 'mount takes no arguments, received x'],
  [['doctor', '--jsn'], "doctor takes --json only, received '--jsn'"],
  [['run'], 'run needs a command'],
] as const)('refuses %j with status 2, and says what there is', ([args, message]) => {
  const { status, stdout, stderr } = run(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/\n\nusage: ns-tool COMMAND\n/);
  expect(stderr.split('\n')[0]).toBe(`ns-tool: ${message}`);
});

test.for([
  ['help'],
  ['--help'],
  ['-h'],
  ['doctor', '--help'],
  ['doctor', '--json', '-h'],
  ['mount', '--help'],
  ['run', '--help'],
  ['run', '--copy-on-write', '-h'],
])('explains itself: %j', (args) => {
  const { status, stdout, stderr } = run(...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^usage: ns-tool COMMAND\n/);
});

test.for(['--help', '-h'])('mounts has more to say: %s', (option) => {
  const { status, stdout, stderr } = run('mounts', option);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: ns-tool mounts /);
});

test.for([
  ['run', '--', 'echo', '--help'],
  ['run', 'echo', '--help'],
])('hands what follows the command on: %j', (args) => {
  expect(run(...args)).toMatchObject({ status: 0, stdout: expect.stringMatching(/--help|Usage: /) });
});

test.for(['doctor', 'mount', 'mounts', 'help'])('%s says that nothing can be written', (command) => {
  const full = fs.openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [TOOL, command], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', full, 'pipe'],
  });
  fs.closeSync(full);
  expect(stderr).toBe('ns-tool: cannot write to stdout: ENOSPC: no space left on device, write\n');
  expect(status).toBe(1);
  expect(fs.existsSync('/mnt/test_mount')).toBe(false);
});

test.for([
  [2, 'maunt'],
  [2, 'mounts', '--all'],
  [1, 'mounts', '999999999'],
] as const)('ends with status %i when nothing can be written to stderr: %s', ([expected, ...args]) => {
  const full = fs.openSync('/dev/full', 'w');
  const { status } = spawnSync(process.execPath, [TOOL, ...args], { env, stdio: ['ignore', 'ignore', full] });
  fs.closeSync(full);
  expect(status).toBe(expected);
});

test.for([{ options: [] }, { options: ['--copy-on-write'] }])(
  'run $options leaves the streams of the command blocking',
  ({ options }) => {
    const { stdout } = run(
      'run',
      ...options,
      'grep',
      '-h',
      '^flags:',
      ...[1, 2].map((fd) => `/proc/self/fdinfo/${fd}`),
    );
    const flags = stdout
      .trimEnd()
      .split('\n')
      .map((line) => Number.parseInt(line.slice('flags:'.length), 8));
    expect(flags.map((each) => each & fs.constants.O_NONBLOCK)).toEqual([0, 0]);
  },
);

test.for(['mount', 'mounts'])('%s ends without a word when nobody reads any more', (command) => {
  const script = '{ "$@"; echo $? >&2; } | true';
  const { stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, TOOL, command], {
    encoding: 'utf8',
    env,
  });
  expect(stderr).toBe('141\n');
  expect(fs.existsSync('/mnt/test_mount')).toBe(false);
});

test('mounts PID PATH follows the symbolic links that the process sees', async () => {
  const other = await OtherNamespace.start('private', process);
  other.run('mount', '-t', 'tmpfs', 'other', '/mnt');
  other.run('ln', '-s', '/proc/sys', '/mnt/link');
  const mounts = (file: string) => run('mounts', String(other.pid), file);
  const { status, stdout } = mounts('/proc/sys');
  expect(mounts('/mnt/link')).toMatchObject({ status, stdout, stderr: '' });
  expect(stdout).toContain('/proc');
});
