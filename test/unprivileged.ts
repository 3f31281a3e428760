import fs from 'node:fs';

/** Whether this process has its privileges from a user namespace only (user_namespaces(7)). */
export const isInUserNamespace = !/^\s*0\s+0\s+4294967295\s*$/.test(
  fs.readFileSync('/proc/self/uid_map', 'latin1'),
);

/**
 * The user that commands run as, to be without privileges. In a user namespace there is no other user to become:
 * there it is root without CAP_SYS_ADMIN.
 */
export const UID = isInUserNamespace ? 0 : 1234;

/** Runs the command behind it as root without CAP_SYS_ADMIN: mountns needs a user namespace then. */
export const WITHOUT_SYS_ADMIN: readonly string[] = [
  'setpriv',
  '--bounding-set=-sys_admin',
  '--inh-caps=-sys_admin',
  '--',
];

/** Runs the command behind it without privileges. */
export const UNPRIVILEGED: readonly string[] = isInUserNamespace
  ? WITHOUT_SYS_ADMIN
  : ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', '--inh-caps=-all', '--'];
