import { expect, test } from 'vitest';
import { CAP_SETFCAP, CAP_SYS_ADMIN } from '../../../native/constants.cjs';
import { hasCapability, parseProcessStatus } from '../../../src/obstacles/process-status.cjs';

test('reads the fields of /proc/PID/status', () => {
  const text =
    'Name:\tCapEff:\nUid:\t0\t0\nCapInh:\t0\nCapEff:\t000001ffffffffff\nCapBnd:\t000001fffeffffff\nSeccomp:\t2\nSeccomp_filters:\t1\n';
  expect(parseProcessStatus(text)).toEqual({
    capEff: '000001ffffffffff',
    capBnd: '000001fffeffffff',
    seccomp: 2,
  });
  expect(parseProcessStatus('CapEff:\t00\n')).toEqual({ capEff: '00', capBnd: '0', seccomp: undefined });
});

test('tells capabilities by their bits, those above 31 too', () => {
  expect(hasCapability(CAP_SYS_ADMIN, { capEff: '0000000000200000' })).toBe(true);
  expect(hasCapability(CAP_SYS_ADMIN, { capEff: '000001ffffdfffff' })).toBe(false);
  expect(hasCapability(CAP_SETFCAP, { capEff: '0000000080000000' })).toBe(true);
  expect(hasCapability(40, { capEff: '0000010000000000' })).toBe(true);
  expect(hasCapability(8, { capEff: '0000010000000000' })).toBe(false);
});
