import { expect, test } from 'vitest';
import { findSudoUser } from '../../../src/sudo/sudo-user.js';

test('is who sudo says, for root', () => {
  expect(findSudoUser({ SUDO_UID: '1000', SUDO_GID: '100' }, 0)).toEqual({ uid: 1000, gid: 100 });
  expect(findSudoUser({ SUDO_UID: '1000', SUDO_GID: '0' }, 0)).toEqual({ uid: 1000, gid: 0 });
});

test.each([
  [{}, 0],
  [{ SUDO_UID: '1000', SUDO_GID: '1000' }, 1000],
  [{ SUDO_UID: '1000' }, 0],
  [{ SUDO_UID: '0', SUDO_GID: '0' }, 0],
  [{ SUDO_UID: '', SUDO_GID: '1000' }, 0],
  [{ SUDO_UID: '1000x', SUDO_GID: '1000' }, 0],
  [{ SUDO_UID: '-1', SUDO_GID: '1000' }, 0],
  [{ SUDO_UID: '4294967295', SUDO_GID: '1000' }, 0],
])('is nobody for %j and uid %d', (env, euid) => {
  expect(findSudoUser(env, euid)).toBeUndefined();
});
