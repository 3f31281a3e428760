import { expect, test } from 'vitest';
import { CAP_SETFCAP, CAP_SYS_ADMIN } from '../../../native/constants.cjs';
import { hasCapability, parseProcessStatus } from '../../../src/obstacles/process-status.cjs';

test('reads the fields of /proc/PID/status', () => {
  const text =
    'Name:\tCapEff:\nUid:\t0\t0\nCapInh:\t0\nCapEff:\t000001ffffffffff\nSeccomp:\t2\nSeccomp_filters:\t1\n';
  expect(parseProcessStatus(text)).toEqual({ capEff: '000001ffffffffff', seccomp: 2 });
  expect(parseProcessStatus('CapEff:\t00\n')).toEqual({ capEff: '00', seccomp: undefined });
});

test('tells capabilities by their bits, those above 31 too', () => {
  const seccomp = 0;
  expect(hasCapability(CAP_SYS_ADMIN, { capEff: '0000000000200000', seccomp })).toBe(true);
  expect(hasCapability(CAP_SYS_ADMIN, { capEff: '000001ffffdfffff', seccomp })).toBe(false);
  expect(hasCapability(CAP_SETFCAP, { capEff: '0000000080000000', seccomp })).toBe(true);
  expect(hasCapability(40, { capEff: '0000010000000000', seccomp })).toBe(true);
  expect(hasCapability(8, { capEff: '0000010000000000', seccomp })).toBe(false);
});
