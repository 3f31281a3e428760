import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'mountns/vitest';
import { UID, UNPRIVILEGED } from '../../unprivileged.js';
import { env, prepareHost, runAsUser } from '../user-namespace/user-host.js';

const node = process.execPath;
const LINK = '/proc/self/ns/mnt';

describe.each([
  ['with privileges', ['env'], []],
  ['with privileges and --rootless', ['env'], ['--rootless']],
  ['without privileges', UNPRIVILEGED, []],
])('ns-tool run %s', (_, prefix, options) => {
  test('runs the command in a namespace whose mounts the host does not see', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', ...options];
    const here = `${host.home}/here`;
    fs.mkdirSync(here);
    const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
    const script = `readlink ${LINK} && mount -t tmpfs canary ${here} && touch ${here}/file && grep -c canary /proc/self/mountinfo`;
    const { stdout, stderr, status } = runAsUser(host, [...tool, '--', 'sh', '-c', script], { prefix });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const [link, count] = stdout.split('\n');
    expect(link).toMatch(/^mnt:/);
    expect(link).not.toBe(fs.readlinkSync('/proc/thread-self/ns/mnt'));
    expect(count).toBe('1');
    expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
    expect(fs.readdirSync(here)).toEqual([]);
  });

  test.for([
    ['exit 7', { status: 7, signal: null }],
    ['kill -TERM $$', { status: null, signal: 'SIGTERM' }],
    ['kill -KILL $$', { status: null, signal: 'SIGKILL' }],
  ] as const)('ends as the command does: %s', ([script, end], { ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', ...options];
    expect(runAsUser(host, [...tool, 'sh', '-c', script], { prefix })).toMatchObject({ ...end, stderr: '' });
  });

  test.for([[], ['--copy-on-write']])('hands on two descriptors of one pipe %j', (more, { ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', ...options, ...more, '--'];
    const script = '"$@" sh -c "echo first; echo second >&3" 3>&1 | cat';
    const { stdout, status } = runAsUser(host, ['sh', '-c', script, 'sh', ...tool], { prefix });
    expect({ stdout, status }).toEqual({ stdout: 'first\nsecond\n', status: 0 });
  });

  test('hands arguments, input, output, further descriptors and its pid on', async ({ ns }) => {
    const host = prepareHost(ns);
    const script = 'printf "[%s]" "$@"; cat; echo err >&2; echo "$$" >&4; echo /proc/$$/fd/*';
    const command = ['sh', '-c', script, 'sh', '', '--', '-x', 'a b', 'é'];
    const run = async (...tool: string[]) => {
      const [program, ...args] = [...prefix, ...tool, ...command] as [string, ...string[]];
      const child = spawn(program, args, {
        cwd: host.home,
        stdio: ['pipe', 'pipe', 'pipe', 'ignore', 'pipe'],
      });
      child.stdin?.end('in');
      const [, stdout, stderr, , extra] = child.stdio as NodeJS.ReadableStream[];
      const outputs = [stdout, stderr, extra].map((stream) => text(stream as NodeJS.ReadableStream));
      return (await Promise.all(outputs)).map((output) => output.replaceAll(String(child.pid), 'PID'));
    };
    const [out, err, pid] = await run(node, host.file('dist/src/cli/ns-tool.cjs'), 'run', ...options, '--');
    expect(out).toMatch(/^\[\]\[--\]\[-x\]\[a b\]\[é\]in\/proc\/PID\/fd\/0 /);
    expect(pid).toBe('PID\n');
    // No descriptor too few, and none of this package's own.
    // One of /dev/null can't be told from the one that libuv keeps.
    const withoutNull = (output: string | undefined) => output?.replace('/proc/PID/fd/3 ', '');
    const [plain] = await run();
    expect([withoutNull(out), err]).toEqual([withoutNull(plain), 'err\n']);
  });

  test('hands arguments and environment on byte for byte', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', ...options, '--'];
    const script = `"$@" sh -c 'printf %s "$0$1$VARIABLE" | od -An -tx1' "$(printf 'a\\377')" "$(printf '\\357\\277\\275')"`;
    const { stdout } = runAsUser(
      host,
      ['sh', '-c', `VARIABLE=$(printf '\\376') && export VARIABLE && ${script}`, 'sh', ...tool],
      { prefix },
    );
    expect(stdout).toBe(' 61 ff ef bf bd fe\n');
  });

  test('says that there is no such command, or that it is none', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', ...options];
    expect(runAsUser(host, [...tool, 'no-such-command'], { prefix })).toMatchObject({
      status: 127,
      stderr:
        "ns-tool: cannot run no-such-command: ENOENT: no such file or directory, execvp 'no-such-command'\n",
    });
    expect(runAsUser(host, [...tool, ''], { prefix })).toMatchObject({
      status: 127,
      stderr: "ns-tool: cannot run : ENOENT: no such file or directory, execvp ''\n",
    });
    fs.writeFileSync(`${host.home}/text`, '');
    expect(runAsUser(host, [...tool, './text'], { prefix })).toMatchObject({
      status: 126,
      stderr: "ns-tool: cannot run ./text: EACCES: permission denied, execvp './text'\n",
    });
  });
});

describe.each([
  ['with privileges', ['env'], []],
  ['without privileges', UNPRIVILEGED, []],
])('ns-tool run --copy-on-write %s', (_, prefix, options) => {
  test('keeps what the command writes from the host, and tells what it was', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', '--copy-on-write', ...options, '--'];
    fs.writeFileSync(`${host.home}/old`, 'old');
    fs.writeFileSync(`${host.home}/gone`, '');
    for (const file of ['old', 'gone']) fs.chownSync(`${host.home}/${file}`, UID, UID);
    const script = 'echo new >old && rm gone && mkdir -p a/b && cat && cat old; exit 7';
    const { stdout, stderr, status } = runAsUser(host, [...tool, 'sh', '-c', script], {
      prefix,
      input: 'in',
    });
    expect({ stdout, status }).toEqual({ stdout: 'innew\n', status: 7 });
    expect(stderr).toBe(
      [
        'ns-tool: the command has changed these files, in memory only:',
        `  created  ${host.home}/a`,
        `  created  ${host.home}/a/b`,
        `  modified ${host.home}/old`,
        `  deleted  ${host.home}/gone`,
        '',
      ].join('\n'),
    );
    expect(fs.readFileSync(`${host.home}/old`, 'utf8')).toBe('old');
    expect(fs.readdirSync(host.home).sort()).toEqual(['gone', 'old']);
  });

  test.for([
    'SIGTERM',
    'SIGALRM',
    // Node ignores these two, and takes the third for itself.
    'SIGPIPE',
    'SIGXFSZ',
    'SIGUSR1',
    'SIGKILL',
  ] as const)('ends by the signal that ended the command: %s', (signal, { ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', '--copy-on-write', ...options];
    const script = `kill -${signal.slice('SIG'.length)} $$`;
    expect(runAsUser(host, [...tool, 'sh', '-c', script], { prefix })).toMatchObject({
      status: null,
      signal,
      stderr: 'ns-tool: the command has changed no files\n',
    });
  });

  test('hands signals on to the command', async ({ ns }) => {
    const host = prepareHost(ns);
    const script = 'trap "echo caught; exit 5" TERM; echo up; while :; do read line || sleep 0.1; done';
    const tool = [host.file('dist/src/cli/ns-tool.cjs'), 'run', '--copy-on-write', ...options];
    const [program = '', ...args] = [...prefix, node, ...tool, 'sh', '-c', script];
    const child = spawn(program, args, { cwd: host.home, env, stdio: ['ignore', 'pipe', 'ignore'] });
    const output = text(child.stdout);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([5, null]);
    expect(await output).toBe('up\ncaught\n');
  });

  test.for([
    ['"$@" touch "$(printf "a\\377")"', 'a\\377'],
    ['VARIABLE=$(printf "\\376") "$@" touch file', 'VARIABLE=\\376'],
  ] as const)('refuses what Node would hand on changed: %s', ([script, received], { ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', '--copy-on-write', ...options, '--'];
    const { status, stderr } = runAsUser(host, ['sh', '-c', script, 'sh', ...tool], { prefix });
    expect(stderr.split('\n')[0]).toBe(
      `ns-tool: --copy-on-write hands on UTF-8 only, received "${received}"`,
    );
    expect(status).toBe(2);
  });

  test('says that there is no such command', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', '--copy-on-write', ...options];
    expect(runAsUser(host, [...tool, 'no-such-command'], { prefix })).toMatchObject({
      status: 127,
      stderr: 'ns-tool: cannot run no-such-command: spawn no-such-command ENOENT\n',
    });
    expect(runAsUser(host, [...tool, ''], { prefix })).toMatchObject({ status: 127 });
  });
});

describe('ns-tool run --copy-on-write', () => {
  test('hands on all signals that can be caught', async ({ ns }) => {
    const host = prepareHost(ns);
    const tool = [host.file('dist/src/cli/ns-tool.cjs'), 'run', '--copy-on-write', '--', node, '-e'];
    const script = `
      const signals = process.argv.slice(1);
      for (const signal of signals) process.on(signal, () => {
        console.log(signal);
        signals.splice(signals.indexOf(signal), 1);
        if (signals.length === 0) process.exit(5);
      });
      setInterval(() => {}, 1000);
      console.log('up');`;
    const signals: NodeJS.Signals[] = [
      ...(['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM'] as const),
      ...(['SIGPROF', 'SIGXCPU', 'SIGCONT', 'SIGWINCH', 'SIGURG', 'SIGPWR', 'SIGABRT'] as const),
    ];
    const child = spawn(node, [...tool, script, ...signals], {
      cwd: host.home,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const errors = text(child.stderr);
    expect((await lines.next()).value).toBe('up');
    const end = once(child, 'exit');
    for (const signal of signals) {
      child.kill(signal);
      expect((await lines.next()).value).toBe(signal);
    }
    expect(await end).toEqual([5, null]);
    // Nor has it opened a port for debuggers.
    expect(await errors).toBe('ns-tool: the command has changed no files\n');
  });

  test('stops and goes on with the command', async ({ ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', '--copy-on-write', '--'];
    // The signal stops only who is in a group of its own, beside that of its parent, as what a shell starts.
    const group = `
      require(${JSON.stringify(createRequire(import.meta.url).resolve('koffi'))}).load(null).func('setpgid', 'int', ['int', 'int'])(0, 0);
      const { execvp, setCloseOnExec } = require(${JSON.stringify(path.resolve('dist/native/processes.cjs'))});
      for (const fd of [0, 1, 2]) setCloseOnExec(fd, false);
      execvp(process.execPath, process.argv.slice(1));`;
    const child = spawn(node, ['-e', group, '--', ...tool, 'sh', '-c', 'echo $PPID $$; exec sleep 60'], {
      cwd: host.home,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [data] = await once(child.stdout, 'data');
    const pids = String(data).trim().split(' ').map(Number) as [number, number];
    const states = () =>
      pids.map((pid) => / [A-Z] /.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[0].trim());
    process.kill(pids[0], 'SIGTSTP');
    await expect.poll(states, { interval: 5, timeout: 10_000 }).toEqual(['T', 'T']);
    process.kill(pids[0], 'SIGCONT');
    await expect.poll(states, { interval: 5, timeout: 10_000 }).toEqual(['S', 'S']);
    process.kill(pids[0], 'SIGTERM');
    await once(child, 'exit');
  });

  test('prints no file name that could steer a terminal', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', '--copy-on-write'];
    const { stderr } = runAsUser(host, [...tool, 'touch', 'a\x1b[31m\nb'], { prefix: ['env'] });
    expect(stderr).toContain(`\n  created  ${host.home}/a\\033[31m\\012b\n`);
  });

  test('ends as the command does also where its report can’t be written', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = `${node} ${host.file('dist/src/cli/ns-tool.cjs')} run --copy-on-write`;
    const result = runAsUser(host, ['sh', '-c', `${tool} sh -c 'touch file; exit 7' 2>/dev/full`], {
      prefix: ['env'],
    });
    expect(result.status).toBe(7);
  });
});

describe('ns-tool run', () => {
  test('lets a process of the command have a namespace of its own', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', 'sh', '-c'];
    const script = `readlink ${LINK}; ${node} --require ${host.preload} -p 'fs.readlinkSync("${LINK}")'`;
    const { stdout } = runAsUser(host, [...tool, script]);
    expect(new Set(stdout.trim().split('\n')).size).toBe(2);
  });

  test('maps root to the user with --rootless, also for root', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', '--rootless'];
    const { stdout } = runAsUser(host, [...tool, 'cat', '/proc/self/uid_map'], { prefix: ['env'] });
    expect(stdout.trim().split(/\s+/)).toEqual(['0', '0', '1']);
    const asUser = runAsUser(host, [...tool, 'cat', '/proc/self/uid_map']);
    expect(asUser.stdout.trim().split(/\s+/)).toEqual(['0', String(UID), '1']);
  });

  test('makes a namespace of its own also inside another', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = `${node} ${host.file('dist/src/cli/ns-tool.cjs')} run`;
    const script = `readlink ${LINK}; ${tool} readlink ${LINK}`;
    const { stdout } = runAsUser(host, [...tool.split(' '), 'sh', '-c', script], { prefix: ['env'] });
    expect(new Set(stdout.trim().split('\n')).size).toBe(2);
  });

  test('leaves the terminal to the command', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = `${node} ${host.file('dist/src/cli/ns-tool.cjs')} run`;
    // "+" is ps(1)'s mark of the processes in front of the terminal.
    const inside = `sh -c 'test -t 0 && test -t 1 && ps -o stat= -p $$'`;
    const { stdout, status } = spawnSync('script', ['-qec', `${tool} -- ${inside}`, '/dev/null'], {
      encoding: 'utf8',
    });
    expect(stdout.trim()).toMatch(/\+$/);
    expect(status).toBe(0);
  });

  test('does not ignore the signals that Node does', ({ ns }) => {
    const host = prepareHost(ns);
    const tool = `${node} ${host.file('dist/src/cli/ns-tool.cjs')} run`;
    const { stdout } = runAsUser(host, [...tool.split(' '), 'grep', 'SigIgn', '/proc/self/status']);
    expect(stdout).toBe('SigIgn:\t0000000000000000\n');
  });

  test('outlives its parent', async ({ ns }) => {
    const host = prepareHost(ns);
    const tool = `${node} ${host.file('dist/src/cli/ns-tool.cjs')} run`;
    // The shell in between ends as soon as the command is there.
    const script = `${tool} sh -c 'echo up >&3; read line; echo "$line"' <&4 & read up <&5; exit`;
    const child = spawn('sh', ['-c', `mkfifo ${host.home}/fifo; exec 5<>${host.home}/fifo 3>&5; ${script}`], {
      stdio: ['ignore', 'pipe', 'inherit', 'ignore', 'pipe'],
    });
    await once(child, 'exit');
    const [, stdout, , , input] = child.stdio;
    (input as unknown as NodeJS.WritableStream).end('still here\n');
    expect(await text(stdout as NodeJS.ReadableStream)).toBe('still here\n');
  });

  test.for([
    [[], 'run needs a command'],
    [['--'], 'run needs a command'],
    [['--rotless', 'true'], 'unknown option of run: --rotless'],
  ] as const)('refuses %j', ([args, message], { ns }) => {
    const host = prepareHost(ns);
    const result = runAsUser(host, [node, host.file('dist/src/cli/ns-tool.cjs'), 'run', ...args]);
    expect(result).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^ns-tool: .*\n\nusage: /),
    });
    expect(result.stderr).toContain(message);
  });
});
