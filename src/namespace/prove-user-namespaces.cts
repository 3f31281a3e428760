import child_process = require('node:child_process');

import { CAP_SYS_ADMIN } from '../../native/constants.cjs';
import { messageOf } from '../errors/message-of.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { type Fix, fixFor } from '../obstacles/machine.cjs';
import { findUserNamespaceObstacle, noUnshare, type UserNamespaceStep } from '../obstacles/obstacles.cjs';
import { hasCapability } from '../obstacles/process-status.cjs';
import { findUnshare, UNSHARE_FLAGS, type UnshareCommand } from './unshare-command.cjs';

/** What keeps a process from making a user namespace and mounting in it. */
interface Refusal {
  /** "there is no unshare(1)" */
  what: string;
  /** What was found out, and what unshare(1) printed. */
  why: string;
  fix?: Fix | undefined;
}

type Tried = { command: UnshareCommand } | { refusal: Refusal };

let tried: Tried | undefined;

/**
 * Tries whether a process without privileges may make a user namespace here and mount in it, once. That it can
 * be made proves nothing (AppArmor may refuse everything inside), so a mount is changed in it.
 */
export function tryUserNamespaces(): Tried {
  tried ??= findUserNamespaces();
  return tried;
}

/**
 * How unshare(1) is called, to make a user namespace and a mount namespace in it.
 *
 * @throws {NamespaceError} with the first step that is refused, and the reason when it can be found out.
 */
export function requireUserNamespaces(): UnshareCommand {
  const result = tryUserNamespaces();
  if ('command' in result) return result.command;
  const { what, why, fix } = result.refusal;
  const intent = hasCapability(CAP_SYS_ADMIN)
    ? 'cannot enter a mount namespace without root:'
    : 'cannot enter a mount namespace: this process lacks CAP_SYS_ADMIN, and';
  throw new NamespaceError({
    summary: `${intent} ${what}`,
    why,
    fix: fixFor(fix ?? 'see `npx ns-tool doctor`'),
  });
}

function findUserNamespaces(): Tried {
  let refusal: Refusal | undefined;
  for (const command of findUnshare()) {
    try {
      return tryUnshare(command);
    } catch (error) {
      refusal ??= { what: 'unshare(1) could not be started', why: messageOf(error) };
    }
  }
  return { refusal: refusal ?? { what: 'there is no unshare(1)', ...noUnshare() } };
}

function tryUnshare(command: UnshareCommand): Tried {
  if (tryFlags(command, UNSHARE_FLAGS) === undefined) return { command };
  for (const [step, flags] of STEPS) {
    const printed = tryFlags(command, flags);
    if (printed === undefined) continue;
    const obstacle = findUserNamespaceObstacle(step);
    const why = [obstacle?.why, printed].filter(Boolean).join('\n');
    return { refusal: { what: `unshare(1) can't ${step}`, why, fix: obstacle?.fix } };
  }
  // What was refused a moment ago is allowed now.
  return { command };
}

/** What unshare(1) printed when it failed, else undefined. It starts itself: that program certainly exists. */
function tryFlags(unshare: UnshareCommand, flags: readonly string[]): string | undefined {
  const [path, ...args] = unshare;
  const { status, stderr, error } = child_process.spawnSync(path, [...args, ...flags, ...unshare, '--help'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error !== undefined) throw error;
  return status === 0 ? undefined : stderr.trim() || `exit status ${status}`;
}

const STEPS: readonly [UserNamespaceStep, string[]][] = [
  ['make a user namespace', ['--user', '--']],
  ['be root in it', ['--user', '--map-root-user', '--']],
  ['mount in it', UNSHARE_FLAGS],
];
