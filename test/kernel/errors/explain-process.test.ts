import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from 'mountns/vitest';

test('says that a process has more capabilities than this one', async () => {
  const other = spawn('unshare', ['--mount', 'sh', '-c', 'echo; read line']);
  await once(other.stdout, 'data');
  const script = `
    import { compareMountNamespaces } from '${path.resolve('dist/src/namespace/compare-namespaces.js')}';
    try {
      compareMountNamespaces('self', ${other.pid});
    } catch (error) {
      console.log(error.why);
    }`;
  const drop = ['--bounding-set=-sys_ptrace', '--inh-caps=-sys_ptrace'];
  const node = [process.execPath, '--input-type=module', '--eval', script];
  const why = execFileSync('setpriv', [...drop, '--', ...node], { encoding: 'utf8' });
  other.kill('SIGKILL');
  await once(other, 'exit');
  const shown = why.replace(String(other.pid), 'PID').replaceAll(/\b[0-9a-f]{16}\b/g, '…');
  expect(shown).toMatchInlineSnapshot(`
    "process PID has capabilities that this one lacks (CapPrm …, CapEff here …)
    "
  `);
});
