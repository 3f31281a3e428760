import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'mountns/vitest';
import { temporaryDirectory } from '../../temporary-directory.js';

const dist = path.resolve('dist');

/** Runs a script in a process with a namespace of its own, whose last scope it spoils; returns what that prints. */
function runScript(code: string, directory: string, before = ''): string {
  const script = `
    import fs from 'node:fs';
    import { constants } from 'node:os';
    ${before}
    const { hookSystemCalls } = await import('${dist}/native/libc.cjs');
    const { scopes } = await import('${dist}/src/scope/scopes.js');
    const { enterMountNamespace, withMountNamespace } = await import('${dist}/src/index.js');

    const [, directory] = process.argv;
    const deferred = () => {
      let resolve;
      const promise = new Promise((done) => { resolve = done; });
      return { promise, resolve };
    };
    const around = await enterMountNamespace();
    around.tmpfs('/mnt/around');
    const isAround = (ns) => ns.mounts().at('/mnt/around') !== undefined;
    ${code}`;
  const node = ['--require', `${dist}/src/register.cjs`, '--input-type=module', '--eval', script, directory];
  const env = { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' };
  return execFileSync(process.execPath, node, { env, stdio: 'pipe', encoding: 'utf8' });
}

/** A scope `outer` that waits for one inside, which is not awaited and goes on when told to. */
const CLOSING = `
  const inside = deferred();
  const toGoOn = deferred();
  const hasGoneOn = deferred();
  const outer = withMountNamespace(async () => {
    void withMountNamespace(async (ns) => {
      ns.tmpfs(directory);
      inside.resolve();
      await toGoOn.promise;
      fs.writeFileSync(directory + '/escaped', '');
      hasGoneOn.resolve();
    });
    await inside.promise;
  });
  await inside.promise;`;

test('a scope that is given up while it waits for one inside leaves that around it alone', () => {
  const directory = temporaryDirectory();
  const script = `${CLOSING}
    await scopes.open[1].giveUp('a test');
    await outer;
    console.log(isAround(around), await withMountNamespace(isAround));
    toGoOn.resolve();
    await hasGoneOn.promise;
    await around[Symbol.asyncDispose]();
    console.log(scopes.open.length, scopes.turns.open, scopes.refusal);`;
  expect(runScript(script, directory)).toBe('true true\n0 0 undefined\n');
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('code of a scope that was given up reaches nobody when that around it has ended before it goes on', () => {
  const directory = temporaryDirectory();
  const script = `${CLOSING}
    await scopes.open[1].giveUp('a test');
    await outer;
    await around[Symbol.asyncDispose]();
    toGoOn.resolve();
    await hasGoneOn.promise;
    console.log(fs.readdirSync(directory).join(), scopes.refusal);`;
  expect(runScript(script, directory)).toBe('escaped undefined\n');
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('a scope that waits for its turn in one that is given up is not entered', () => {
  const directory = temporaryDirectory();
  const script = `
    const inside = deferred();
    let waiting;
    void withMountNamespace(async () => {
      void withMountNamespace(() => {
        inside.resolve();
        return new Promise(() => {});
      });
      waiting = withMountNamespace(() => 'entered');
    });
    await inside.promise;
    await scopes.open[1].giveUp('a test');
    const [{ value, reason }] = await Promise.allSettled([waiting]);
    console.log(value, reason?.message);`;
  expect(runScript(script, directory)).toBe(
    'undefined cannot use this mount namespace: the scope that this one lies in has ended\n',
  );
});

test('a scope is not left while a file operation of its code is under way', () => {
  const directory = temporaryDirectory();
  execFileSync('mkfifo', [`${directory}/fifo`]);
  const script = `
    const inside = deferred();
    let fd;
    let pending;
    void withMountNamespace(() => {
      fd = fs.openSync(directory, 'r');
      pending = fs.promises.open(directory + '/fifo', 'r');
      inside.resolve();
      return new Promise(() => {});
    });
    await inside.promise;
    await scopes.open[1].giveUp('a test');
    // A pipe of an overlay is another one.
    const writer = fs.openSync('/proc/self/fd/' + fd + '/fifo', 'r+');
    await (await pending).close();
    fs.closeSync(writer);
    console.log(scopes.quarantine?.baseId, scopes.refusal?.cause.code);`;
  expect(runScript(script, directory)).toBe('undefined ERR_MOUNTNS_PENDING\n');
});

test('code of a scope that was given up stays there when it can go nowhere else', () => {
  const directory = temporaryDirectory();
  const script = `${CLOSING}
    process.chdir(directory);
    hookSystemCalls((name) => (name === 'fsopen' ? constants.errno.EIO : undefined));
    await scopes.open[1].giveUp('a test');
    await outer;
    const left = await Promise.allSettled([around[Symbol.asyncDispose](), withMountNamespace(() => {})]);
    toGoOn.resolve();
    await hasGoneOn.promise;
    console.log(fs.readdirSync(directory).join(), fs.readdirSync('.').join());
    for (const { reason } of left) console.log(reason?.message.split('\\n')[0], reason?.why.split('\\n')[1]);`;
  const outcome = 'its code would reach the host: no more scopes are opened in this process';
  const refused = `a test ended with a scope still open ${outcome}\n`;
  expect(runScript(script, directory)).toBe(`escaped escaped\n${refused}${refused}`);
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('a full disk can be induced on an overlay also after a scope was given up', () => {
  const directory = temporaryDirectory();
  fs.mkdirSync(`${directory}/disk`);
  const script = `
    around.overlay(directory);
    void withMountNamespace(() => new Promise(() => {}));
    while (scopes.open.length < 2) await new Promise(setImmediate);
    await scopes.open[1].giveUp('a test');
    await withMountNamespace((ns) => {
      ns.induce('ENOSPC', directory + '/disk');
      try {
        fs.writeFileSync(directory + '/disk/file', 'x');
      } catch ({ code }) {
        console.log(code);
      }
    });`;
  expect(runScript(script, directory)).toBe('ENOSPC\n');
  expect(fs.readdirSync(`${directory}/disk`)).toEqual([]);
});

test('a scope that ends by itself while it is given up leaves that around it alone', () => {
  const directory = temporaryDirectory();
  execFileSync('mkfifo', [`${directory}/fifo`]);
  const script = `
    let fd;
    let pending;
    const scope = withMountNamespace(() => {
      fd = fs.openSync(directory, 'r');
      pending = fs.promises.open(directory + '/fifo', 'r');
    });
    scope.catch(() => {});
    while (fd === undefined) await new Promise(setImmediate);
    await scopes.open[1].giveUp('a test');
    const [{ reason }] = await Promise.allSettled([scope]);
    // A pipe of an overlay is another one.
    const writer = fs.openSync('/proc/self/fd/' + fd + '/fifo', 'r+');
    await (await pending).close();
    fs.closeSync(writer);
    console.log(reason.code, isAround(around), await withMountNamespace(isAround));`;
  expect(runScript(script, directory)).toBe('ERR_MOUNTNS_PENDING true true\n');
});

test('a scope that ends by itself while its file operations are waited for is not given up', () => {
  const directory = temporaryDirectory();
  execFileSync('mkfifo', [`${directory}/fifo`]);
  // Nobody’s patience ends, and it shows how many wait.
  const before = `
    let now = 0;
    performance.now = () => now;
    let waiting = 0;
    const { getActiveResourcesInfo } = process;
    process.getActiveResourcesInfo = () => {
      waiting++;
      return getActiveResourcesInfo();
    };`;
  const script = `
    let pending;
    const scope = withMountNamespace(() => {
      pending = fs.promises.open(directory + '/fifo');
    });
    while (pending === undefined) await new Promise(setImmediate);
    const givenUp = scopes.open[1].giveUp('a test');
    now += 1000;
    do {
      waiting = 0;
      await new Promise(setImmediate);
    } while (waiting < 2);
    const writer = fs.openSync(directory + '/fifo', 'r+');
    await (await pending).close();
    fs.closeSync(writer);
    await Promise.all([scope, givenUp]);
    console.log(scopes.open.length, scopes.quarantine, isAround(around));`;
  expect(runScript(script, directory, before)).toBe('1 undefined true\n');
});
