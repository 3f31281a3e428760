import { expect, test } from 'vitest';
import { MNT_DETACH, MS_BIND, MS_REC, UMOUNT_NOFOLLOW } from '../../../native/constants.cjs';
import { flagNames } from '../../../native/flag-names.cjs';

test('names the bits of a flag word, and keeps those without a name', () => {
  expect(flagNames('MS_', 0)).toBe('0');
  expect(flagNames('MS_', MS_BIND | MS_REC)).toBe('MS_BIND|MS_REC');
  expect(flagNames('MS_', (MS_BIND | 0x80000000) >>> 0)).toBe('MS_BIND|0x80000000');
  expect(flagNames('MNT_', MNT_DETACH | UMOUNT_NOFOLLOW)).toBe('MNT_DETACH|0x8');
  expect(flagNames(['MNT_', 'UMOUNT_'], MNT_DETACH | UMOUNT_NOFOLLOW)).toBe('MNT_DETACH|UMOUNT_NOFOLLOW');
});
