import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const dist = path.resolve('dist');

/** What a leak check prints and returns in a process that has lost the table of the host meanwhile. */
function checkWithoutTable(policy: 'fail' | 'warn'): { stdout: string; stderr: string } {
  const script = `
    import { closeSync } from 'node:fs';
    import { namespaceRecord } from '${dist}/src/namespace/namespace-record.cjs';
    import { LeakCheck } from '${dist}/src/leaks/leak-check.js';
    const check = LeakCheck.begin('${policy}');
    closeSync(namespaceRecord.entered.host.mountInfoFd);
    console.log(check.end('a.test.ts').map(({ code, message }) => code + ' ' + message).join());`;
  const node = ['--require', `${dist}/src/register.cjs`, '--input-type=module', '--eval', script];
  const env = { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' };
  return spawnSync(process.execPath, node, { env, encoding: 'utf8' });
}

const TEXT = 'cannot tell what has reached the host: Error: EBADF: bad file descriptor, read';

test('a leak check that can’t be made is a leak', () => {
  expect(checkWithoutTable('fail')).toMatchObject({ stdout: `ERR_MOUNTNS_LEAK ${TEXT}\n`, stderr: '' });
});

test('a leak check that can’t be made is only said with leaks: warn', () => {
  const stderr = `mountns: a.test.ts: ${TEXT}\n`;
  expect(checkWithoutTable('warn')).toMatchObject({ stdout: '\n', stderr });
});
