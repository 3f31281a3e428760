import type { SystemCallError } from '../../native/system-call-error.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { findMountNamespaceObstacle } from '../support/obstacles.cjs';
import { detectPlace, fixFor } from '../support/place.cjs';

/** Why the kernel refused a namespace, from the facts that can be read again: capabilities, seccomp, limits. */
export function explainRefusal(error: SystemCallError): NamespaceError {
  const obstacle = findMountNamespaceObstacle(error.code, error.syscall);
  return new NamespaceError({
    summary: `cannot enter a mount namespace: ${error.syscall}(2) ${error.code}`,
    why: obstacle?.why,
    fix: obstacle === undefined ? undefined : fixFor(obstacle.fix, detectPlace()),
    call: error.call,
    cause: error,
  });
}
