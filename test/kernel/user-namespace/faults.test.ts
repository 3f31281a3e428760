import fs from 'node:fs';
import path from 'node:path';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { prepareHost, runAsUser } from './user-host.js';

const SCRIPT = `
import fs from 'node:fs';
import { withMountNamespace } from 'INDEX';

const answerOf = (call) => {
  try {
    call();
    return 'nothing';
  } catch (error) {
    return error.code;
  }
};

await withMountNamespace((ns) => {
  ns.induce('EIO', 'FILE');
  for (const flags of ['r', 'r+', 'w', 'a']) console.log(answerOf(() => fs.openSync('FILE', flags)));
  console.log(answerOf(() => fs.copyFileSync('FILE', 'FILE-copy')));
});
console.log(fs.readFileSync('FILE', 'utf8'));
`;

test('EIO needs no privileges', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const file = path.join(host.home, 'file');
    fs.writeFileSync(file, 'old');
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(
      script,
      SCRIPT.replace('INDEX', host.file('dist/src/index.js')).replaceAll('FILE', file),
    );
    const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script]);
    expect({ stdout, stderr }).toEqual({ stdout: 'EIO\nEIO\nEIO\nEIO\nEIO\nold\n', stderr: '' });
  });
});
