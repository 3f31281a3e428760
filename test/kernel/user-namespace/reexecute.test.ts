import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'mountns/vitest';
import { UID, UNPRIVILEGED, WITHOUT_SYS_ADMIN } from '../../unprivileged.js';
import { env, prepareHost, runAsUser, type UserHost } from './user-host.js';

const node = process.execPath;

describe('a process without CAP_SYS_ADMIN that loads the preload', () => {
  test('is root in a user namespace, and what it creates belongs to the user', ({ ns }) => {
    const host = prepareHost(ns);
    const script = `
      fs.writeFileSync('made', '');
      const { CapEff } = { CapEff: /CapEff:\\s*(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1] };
      const id = child_process.execFileSync('id', ['-u'], { encoding: 'utf8' }).trim();
      console.log(JSON.stringify({ uid: process.getuid(), id, CapEff, made: fs.statSync('made').uid }));`;
    const { stdout, stderr } = runAsUser(host, [node, '--require', host.preload, '-e', script]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      uid: 0,
      id: '0',
      CapEff: expect.stringMatching(/^0*1?f+$/),
      made: 0,
    });
    expect(fs.statSync(`${host.home}/made`)).toMatchObject({ uid: UID, gid: UID });
  });

  test('keeps its mounts from a host whose / is shared', async ({ ns }) => {
    const host = prepareHost(ns);
    const here = `${host.home}/here`;
    fs.mkdirSync(here);
    const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
    fs.writeFileSync(
      `${host.home}/mount.cjs`,
      `require('node:child_process').execFileSync('mount', ['-t', 'tmpfs', 'canary', 'here']);
       require('node:fs').writeFileSync('here/canary', '');
       process.send(require('node:fs').readFileSync('/proc/self/mountinfo', 'utf8'));
       process.once('message', () => process.disconnect());`,
    );
    const child = forkAsUser(host, `${host.home}/mount.cjs`);
    const [inside] = await once(child, 'message');
    expect(inside).toContain(` ${here} rw,relatime - tmpfs canary `);
    expect(inside).not.toMatch(/ (shared|master):\d+ /);
    expect(fs.readdirSync(here)).toEqual([]);
    expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
    child.send('end');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('sees one namespace from sync code, async code and children, and it is not the host’s', ({ ns }) => {
    const host = prepareHost(ns);
    const script = `
      const link = '/proc/thread-self/ns/mnt';
      const options = { encoding: 'utf8' };
      (async () => console.log(JSON.stringify([
        fs.readlinkSync(link),
        await fs.promises.readlink(link),
        child_process.execFileSync('readlink', [link], options).trim(),
      ])))();`;
    const { stdout, stderr } = runAsUser(host, [node, '--require', host.preload, '-e', script]);
    expect(stderr).toBe('');
    const links = new Set(JSON.parse(stdout));
    expect(links.size).toBe(1);
    expect([...links]).not.toContain(fs.readlinkSync('/proc/thread-self/ns/mnt'));
  });

  test('still reads the host’s table, as it is now', async ({ ns }) => {
    const host = prepareHost(ns);
    fs.writeFileSync(
      `${host.home}/read.mjs`,
      `import { readMounts } from ${JSON.stringify(host.file('dist/src/index.js'))};
       process.send('ready');
       process.once('message', (path) => {
         process.send({ host: readMounts('host').at(path)?.source, self: readMounts('self').at(path)?.source });
         process.disconnect();
       });`,
    );
    const child = forkAsUser(host, `${host.home}/read.mjs`);
    expect(await once(child, 'message')).toEqual(['ready', undefined]);
    fs.mkdirSync(`${host.home}/later`);
    ns.mount({ type: 'tmpfs', source: 'later', target: `${host.home}/later` });
    child.send(`${host.home}/later`);
    const [answer] = await once(child, 'message');
    expect(answer).toEqual({ host: 'later' });
  });

  test('keeps its arguments, the options of Node and its environment', ({ ns }) => {
    const host = prepareHost(ns);
    fs.writeFileSync(
      `${host.home}/show.cjs`,
      `const { MOUNTNS_HOST, MOUNTNS_NAMESPACE, ...env } = process.env;
       console.log(JSON.stringify({ argv: process.argv.slice(2), execArgv: process.execArgv, env }));`,
    );
    const args = ['', '-x', 'two words', '--', 'a\nb', 'é', ''];
    const command = [node, '--no-warnings', '--require', host.preload, 'show.cjs', ...args];
    const { stdout, stderr } = runAsUser(host, command, { env: { EMPTY: '', LINES: 'a\nb' } });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      argv: args,
      execArgv: ['--no-warnings', '--require', host.preload],
      env: { ...env, HOME: host.home, EMPTY: '', LINES: 'a\nb' },
    });
  });

  test('keeps its arguments though --title has overwritten them', ({ ns }) => {
    const host = prepareHost(ns);
    const script = 'console.log(JSON.stringify([process.title, process.argv.slice(1)]))';
    const command = [node, '--title=mine', '--require', host.preload, '-e', script, '--', '-x', ''];
    expect(runAsUser(host, command).stdout).toBe('["mine",["-x",""]]\n');
    fs.writeFileSync(`${host.home}/show.cjs`, script);
    const viaEnvironment = runAsUser(host, [node, './show.cjs', 'a'], {
      env: { NODE_OPTIONS: `--title=mine --require ${host.preload}` },
    });
    expect(viaEnvironment.stdout).toBe(`["mine",["${host.home}/show.cjs","a"]]\n`);
  });

  test('keeps its standard streams, its pid and further descriptors', async ({ ns }) => {
    const host = prepareHost(ns);
    const script = `
      process.stdin.on('data', (chunk) => process.stdout.write(chunk));
      process.stdin.on('end', () => fs.writeSync(4, String(process.pid)));
      process.stderr.write('on stderr');`;
    const [program, ...args] = [...UNPRIVILEGED, node, '--require', host.preload, '-e', script];
    const child = spawn(program as string, args, {
      cwd: host.home,
      env,
      stdio: ['pipe', 'pipe', 'pipe', 'ignore', 'pipe'],
    });
    child.stdin?.end('through');
    const [, stdout, stderr, , extra] = child.stdio as NodeJS.ReadableStream[];
    const read = [stdout, stderr, extra].map((stream) => text(stream as NodeJS.ReadableStream));
    expect(await Promise.all(read)).toEqual(['through', 'on stderr', String(child.pid)]);
  });

  test.for([
    ['process.exit(7)', { status: 7, signal: null }],
    ['process.kill(process.pid, "SIGTERM")', { status: null, signal: 'SIGTERM' }],
    ['throw new Error("mine")', { status: 1, signal: null }],
  ] as const)('ends as the program in it: %s', ([script, end], { ns }) => {
    const host = prepareHost(ns);
    expect(runAsUser(host, [node, '--require', host.preload, '-e', script])).toMatchObject(end);
  });

  test.for(['json', 'advanced'] as const)(
    'keeps the message channel (%s), and messages sent before it was ready',
    async (serialization, { ns }) => {
      const host = prepareHost(ns);
      fs.writeFileSync(
        `${host.home}/echo.cjs`,
        `process.on('message', (message) => message === 'end' ? process.disconnect() : process.send({ message }));`,
      );
      const child = forkAsUser(host, `${host.home}/echo.cjs`, serialization);
      const answers: unknown[] = [];
      child.on('message', (answer) => answers.push(answer));
      const messages =
        serialization === 'advanced' ? [new Set([1n]), new Map([['a', new Date(0)]])] : [{ a: [1] }, 'text'];
      for (const message of messages) child.send(message);
      child.send('end');
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(answers).toEqual(messages.map((message) => ({ message })));
    },
  );

  test('dies with its parent', async ({ ns }) => {
    const host = prepareHost(ns);
    fs.writeFileSync(`${host.home}/stay.cjs`, `console.log('up'); setInterval(() => {}, 1000);`);
    const script = `
      const child = child_process.spawn(process.execPath,
        ['--require', ${JSON.stringify(host.preload)}, 'stay.cjs'], { stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.once('data', () => process.kill(process.pid, 'SIGKILL'));
      child.stdout.pipe(process.stdout);`;
    // The descriptor of stderr is shared with the grandchild: it closes when both are gone.
    const [program, ...args] = [...UNPRIVILEGED, node, '-e', script];
    const child = spawn(program as string, args, {
      cwd: host.home,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    expect(await text(child.stderr)).toBe('');
    expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGKILL');
  });

  test('leaves its descriptors of the host to no child', ({ ns }) => {
    const host = prepareHost(ns);
    const script = `
      const list = () => child_process.execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' });
      console.log(/ -> (mnt:|.*mountinfo$)/m.test(list()));`;
    const result = runAsUser(host, [node, '--require', host.preload, '-e', script]);
    expect(result).toMatchObject({ stdout: 'false\n', stderr: '' });
  });

  test('makes no namespace of its own in a child', ({ ns }) => {
    const host = prepareHost(ns);
    const script = `
      const link = '/proc/self/ns/mnt';
      const args = ['--require', ${JSON.stringify(host.preload)}, '-p', 'fs.readlinkSync("' + link + '")'];
      const child = child_process.execFileSync(process.execPath, args, { encoding: 'utf8' });
      console.log(child.trim() === fs.readlinkSync(link));`;
    const result = runAsUser(host, [node, '--require', host.preload, '-e', script]);
    expect(result).toMatchObject({ stdout: 'true\n', stderr: '' });
  });
});

test('root without CAP_SYS_ADMIN gets a user namespace too', ({ ns }) => {
  const host = prepareHost(ns);
  const prefix = WITHOUT_SYS_ADMIN;
  const script = `console.log(fs.readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\\s+/).join())`;
  const { stdout } = runAsUser(host, [node, '--require', host.preload, '-e', script], { prefix });
  expect(stdout).toBe('0,0,1\n');
});

function forkAsUser(
  { home, preload }: UserHost,
  script: string,
  serialization: 'json' | 'advanced' = 'json',
): ChildProcess {
  const [execPath, ...execArgv] = [...UNPRIVILEGED, node, '--require', preload];
  return fork(script, [], {
    execPath: execPath as string,
    execArgv,
    cwd: home,
    env,
    serialization,
    stdio: 'inherit',
  });
}
