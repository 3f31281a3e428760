import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { UID, UNPRIVILEGED } from '../unprivileged.js';
import { copyForUser } from './copy-for-user.js';
import { runners, VitestRun } from './vitest-run.js';

const sudo = { SUDO_UID: String(UID), SUDO_GID: String(UID), SUDO_USER: 'somebody' };

describe.each(runners)('%s under sudo', (runner) => {
  test('leaves nothing in the project that belongs to root', async () => {
    const directory = copyForUser('sudo', runner);
    const { code, stdout, stderr } = await new VitestRun(directory, { runner, env: sudo }).done;
    expect({ code, stderr, stdout }).toMatchObject({ code: 0 });
    const files = filesIn(directory);
    for (const made of [
      'coverage/index.html',
      'reports/junit.xml',
      'reports/deep/report.json',
      '__snapshots__/sudo.test.ts.snap',
      'left/behind/file',
    ]) {
      expect(files.map(({ name }) => name)).toContain(made);
    }
    expect(files.some(({ name }) => name.startsWith('node_modules/.vite/'))).toBe(true);
    expect(files.filter(({ uid, gid }) => uid !== UID || gid !== UID)).toEqual([]);
  });

  test('neither where it writes outside of the root directory, and the next run without it can', async () => {
    const directory = copyForUser('sudo-outside', runner);
    const { code, stdout, stderr } = await new VitestRun(directory, { runner, env: sudo }).done;
    expect({ code, stderr, stdout }).toMatchObject({ code: 0 });
    const files = filesIn(directory);
    for (const made of [
      'attachments',
      'cache',
      'coverage/coverage-final.json',
      'more/junit.xml',
      'node_modules/.vite-temp',
      'reports/deep/report.json',
    ]) {
      expect(files.map(({ name }) => name)).toContain(made);
    }
    expect(files.filter(({ uid, gid }) => uid !== UID || gid !== UID)).toEqual([]);
    const next = await new VitestRun(directory, { runner, wrapper: UNPRIVILEGED }).done;
    expect(next).toMatchObject({ code: 0 });
  });

  test('nor when its terminal hangs up', async () => {
    const directory = copyForUser('sudo-outside', runner);
    const run = new VitestRun(directory, { runner, env: { ...sudo, WAITS: '1' } });
    await run.output(/waiting/);
    run.child.kill('SIGHUP');
    expect(await run.done).toMatchObject({ signal: 'SIGHUP' });
    expect(filesIn(directory).filter(({ uid, gid }) => uid !== UID || gid !== UID)).toEqual([]);
  });

  test('without sudo, what root makes is root’s', async () => {
    const directory = copyForUser('sudo', runner);
    const { code } = await new VitestRun(directory, { runner }).done;
    expect(code).toBe(0);
    const names = filesIn(directory).flatMap(({ name, uid }) => (uid === 0 ? [name] : []));
    expect(names).toContain('coverage/index.html');
    expect(names).toContain('left/behind/file');
  });
});

function filesIn(directory: string): { name: string; uid: number; gid: number }[] {
  const lines = execFileSync('find', [directory, '-mindepth', '1', '-printf', '%P\\t%U\\t%G\\n'], {
    encoding: 'utf8',
  });
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t') as [string, string, string])
    .map(([name, uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}
