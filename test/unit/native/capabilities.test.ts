import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseProcessStatus } from '../../../src/obstacles/process-status.cjs';

const script = `
  const { usesCapability } = require(${JSON.stringify(path.resolve('dist/native/capabilities.cjs'))});
  const used = Array.from({ length: 64 }, (_, capability) => usesCapability(capability));
  const status = require('node:fs').readFileSync('/proc/self/status', 'latin1');
  console.log(JSON.stringify({ used, status }));
`;

test('tells the capabilities that /proc/PID/status tells, those above 31 too', () => {
  const launcher = ['--bounding-set', '-sys_admin,-cap_40'];
  const output = execFileSync('setpriv', [...launcher, process.execPath, '-e', script], { encoding: 'utf8' });
  const { used, status } = JSON.parse(output);
  const effective = BigInt(`0x${parseProcessStatus(status).capEff}`);
  const expected = Array.from({ length: 64 }, (_, bit) => (effective & (1n << BigInt(bit))) !== 0n);
  expect(used).toEqual(expected);
  expect([used[18], used[21], used[39], used[40]]).toEqual([true, false, true, false]);
});
