import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { type MountNamespace, withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { chroot } from '../../../native/directories.cjs';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { mountIdOf } from '../../../native/statx.cjs';
import { RunMark } from '../../run-mark.js';
import { temporaryDirectory } from '../../temporary-directory.js';
import { isInUserNamespace } from '../../unprivileged.js';
import { collectNotices } from '../collect-notices.js';

interface Inside {
  ns: MountNamespace;
  directory: string;
  /** For what is started: it must have ended with the scope. */
  env: NodeJS.ProcessEnv;
}

const CALLBACKS: Record<string, (inside: Inside) => unknown> = {
  'takes /proc away, and leaves a child and files being written': ({ ns, directory, env }) => {
    spawn('sleep', ['1000'], { env, stdio: 'ignore', detached: true });
    ns.tmpfs(directory);
    if (isInUserNamespace) ns.tmpfs('/proc');
    else ns.umount('/proc', { lazy: true });
    for (let i = 0; i < 100; i++) void fs.promises.writeFile(`${directory}/${i}`, 'x');
  },
  'makes everything shared, mounts, and opens a scope': async ({ ns, directory }) => {
    ns.propagation('/', 'shared', { recursive: true });
    ns.tmpfs(directory);
    await withMountNamespace((inner) => {
      inner.tmpfs(`${directory}/inner`);
      inner.propagation('/', 'shared', { recursive: true });
      inner.tmpfs(`${directory}/inner/more`);
    });
    expect(ns.mounts().under(directory)).toEqual([]);
    fs.writeFileSync(`${directory}/file`, '');
  },
  'changes root by itself': ({ ns, directory }) => {
    ns.tmpfs(directory);
    fs.mkdirSync(`${directory}/root/inside`, { recursive: true });
    process.chdir(`${directory}/root`);
    chroot('.');
    process.chdir('/inside');
    expect(fs.readdirSync('/')).toEqual(['inside']);
  },
  'has a child change root for everybody': ({ ns, directory, env }) => {
    ns.tmpfs(directory);
    fs.mkdirSync(`${directory}/old`);
    const script = 'cd "$1" && pivot_root . old';
    execFileSync('sh', ['-c', script, 'sh', directory], { env });
    expect(fs.readdirSync('/')).toEqual(['old']);
  },
  'leaves an open file, a mapped program and its working directory in a mount': ({ ns, directory, env }) => {
    ns.tmpfs(directory);
    fs.copyFileSync(
      fs.realpathSync(execFileSync('which', ['sleep'], { env, encoding: 'utf8' }).trim()),
      `${directory}/program`,
    );
    fs.mkdirSync(`${directory}/cwd`);
    const fd = fs.openSync(`${directory}/open`, 'w');
    process.chdir(`${directory}/cwd`);
    spawn(`${directory}/program`, ['1000'], { env, stdio: 'ignore' });
    return () => {
      // What is open stays what it is, wherever its path has gone.
      fs.writeSync(fd, 'x');
      expect(fs.fstatSync(fd).size).toBe(1);
      fs.closeSync(fd);
    };
  },
  'fills its file system': async ({ ns, directory }) => {
    ns.tmpfs(directory, { size: '64k', inodes: 10 });
    expect(() => fs.writeFileSync(`${directory}/file`, Buffer.alloc(1 << 20))).toThrow('ENOSPC');
    await expect(fs.promises.writeFile(`${directory}/other`, 'x')).rejects.toThrow('ENOSPC');
    await withMountNamespace((inner) => {
      inner.tmpfs('/mnt');
      expect(() => inner.tmpfs(`${directory}/a/b/c/d/e/f/g/h/i/j/k`)).toThrow('ENOSPC');
    });
  },
  'covers /, /proc, /dev and /tmp, one over the other': ({ ns, env }) => {
    // What ns.tmpfs() refuses.
    const coverRoot = () => execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/'], { env });
    for (const target of ['/proc', '/dev', '/tmp']) ns.tmpfs(target);
    coverRoot();
    ns.tmpfs('/proc');
    coverRoot();
    expect(fs.readdirSync('/proc')).toEqual([]);
  },
};

test.each(Object.entries(CALLBACKS))('nothing is left of a callback that %s', async (_, callback) => {
  const directory = temporaryDirectory();
  const mark = new RunMark();
  const notices = collectNotices();
  const env = { PATH: `${process.env.PATH}:/usr/sbin:/sbin`, ...mark.env };
  const before = look();
  for (let i = 0; i < 2; i++) {
    const after = await withMountNamespace((ns) => callback({ ns, directory, env }));
    if (typeof after === 'function') after();
    expect(look()).toEqual(before);
    expect(fs.readdirSync(directory)).toEqual([]);
  }
  expect(mark.processes()).toEqual([]);
  expect(notices.every(({ summary }) => /still running: killed$/.test(summary))).toBe(true);
  await withMountNamespace((ns) => {
    ns.tmpfs(directory);
    expect(ns).toBeIsolatedFromHost(directory);
  });
});

// In a user namespace there is no second user.
test.skipIf(isInUserNamespace)('leaves a scope whose process has put its privileges aside', async () => {
  const directory = temporaryDirectory();
  const before = look();
  await withMountNamespace((ns) => {
    ns.tmpfs(directory);
    process.seteuid?.(65534);
  });
  expect(process.geteuid?.()).toBe(0);
  expect(look()).toEqual(before);
});

test('an error of leaving is passed on, beside that of the callback, and the next scope works', async () => {
  const before = look();
  const failOnce = () => {
    let failures = 0;
    hookSystemCalls((name) => (name === 'umount2' && failures++ === 0 ? constants.errno.EIO : undefined));
  };
  try {
    const alone = withMountNamespace((ns) => {
      ns.tmpfs('/mnt');
      failOnce();
    });
    await expect(alone).rejects.toMatchObject({
      message: expect.stringMatching(/^leaving a scope failed: umount2\(2\) EIO, i\/o error\n/),
      cause: { code: 'EIO', syscall: 'umount2' },
    });
    const mine = new Error('mine');
    const both = withMountNamespace((ns) => {
      ns.tmpfs('/mnt');
      failOnce();
      throw mine;
    });
    await expect(both).rejects.toMatchObject({
      message: 'mine',
      errors: [mine, { cause: { code: 'EIO' } }],
    });
  } finally {
    hookSystemCalls(undefined);
  }
  await withMountNamespace((ns) => ns.tmpfs('/mnt'));
  expect({ ...look(), own: undefined, root: undefined }).toEqual({
    ...before,
    own: undefined,
    root: undefined,
  });
});

test('process.exit() in a scope ends the process, and the host has none of it', () => {
  const directory = temporaryDirectory();
  const before = look();
  const script = `
    await withMountNamespace(async (ns) => {
      ns.tmpfs(directory);
      fs.writeFileSync(directory + '/file', '');
      await withMountNamespace({ copyOnWrite: true }, () => process.exit(3));
    });`;
  expect(() => runProcess(script, directory)).toThrow(expect.objectContaining({ status: 3 }));
  expect(fs.readdirSync(directory)).toEqual([]);
  expect(look()).toEqual(before);
});

test.each(['{}', '{ copyOnWrite: true }'])(
  'with the options %s, a file operation that does not end does not reach the host, and nothing after it',
  (options) => {
    const directory = temporaryDirectory();
    execFileSync('mkfifo', [`${directory}/fifo`]);
    fs.writeFileSync(`${directory}/decoy`, '');
    const script = `
      let fd;
      const scope = withMountNamespace(${options}, () => {
        // The directory of this scope: a pipe of an overlay is another one.
        fd = fs.openSync(directory, 'r');
        void fs.promises.open(directory + '/fifo', 'r').then(() => fs.promises.rm(directory + '/decoy'));
      });
      const [{ reason }] = await Promise.allSettled([scope]);
      fs.writeFileSync(directory + '/afterwards', '');
      const writer = fs.openSync('/proc/self/fd/' + fd + '/fifo', 'r+');
      while (fs.existsSync(directory + '/decoy')) await new Promise(setImmediate);
      fs.closeSync(writer);
      await withMountNamespace((ns) => ns.tmpfs(directory));
      console.log(reason.code, reason.message.split('\\n')[0], fs.readdirSync(directory).sort().join());
      process.exit();`;
    expect(runProcess(script, directory)).toBe(
      'ERR_MOUNTNS_PENDING a scope ended with file operations still under way after 2 s afterwards,fifo\n',
    );
    expect(fs.readdirSync(directory).sort()).toEqual(['decoy', 'fifo']);
  },
);

test.skipIf(isInUserNamespace).each([
  [
    'for lack of privileges',
    'process.setgid(65534); process.setuid(65534);',
    "EPERM: operation not permitted, chroot '.'\n        this process lacks CAP_SYS_CHROOT (CapEff 0000000000000000)",
  ],
  [
    'without its descriptors',
    'for (let fd = 3; fd < 100; fd++) if (/^\\//.test(linkOf(fd)) && fs.fstatSync(fd).isDirectory()) fs.closeSync(fd);',
    'EBADF: bad file descriptor, fchdir',
  ],
])('a scope that can’t be left %s is the last one, and says why', (_, code, why) => {
  const directory = temporaryDirectory();
  const script = `
    const linkOf = (fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
    const scope = withMountNamespace((ns) => {
      ns.tmpfs(directory);
      ${code}
    });
    const [first] = await Promise.allSettled([scope]);
    const [second] = await Promise.allSettled([withMountNamespace(() => {})]);
    console.log(first.reason.message);
    console.log(first.reason === second.reason);`;
  expect(runProcess(script, directory)).toBe(
    'no more scopes are opened in this process: it could not leave the last one\n' +
      `  why:  the mount tree could not be put back: ${why}\ntrue\n`,
  );
  expect(fs.readdirSync(directory)).toEqual([]);
});

/** Runs code in a process with a namespace of its own; returns what it prints. */
function runProcess(code: string, directory: string): string {
  const script = `
    const fs = require('node:fs');
    const directory = process.argv[1];
    import(${JSON.stringify(path.resolve('dist/src/index.js'))}).then(async ({ withMountNamespace }) => { ${code} });`;
  const node = ['--require', path.resolve('dist/src/register.cjs'), '--eval', script, directory];
  return execFileSync(process.execPath, node, {
    stdio: 'pipe',
    encoding: 'utf8',
    env: { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' },
  });
}

function look() {
  return {
    own: fs.readFileSync('/proc/self/mountinfo', 'utf8'),
    host: fs.readFileSync(`/proc/${process.ppid}/mountinfo`, 'utf8'),
    root: [mountIdOf('/'), mountIdOf('/..')],
    cwd: [process.cwd(), fs.readlinkSync('/proc/self/cwd')],
    umask: process.umask(),
  };
}
