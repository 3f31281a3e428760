import { KoffiError } from '../../native/koffi.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { ExplainedError } from '../errors/explained-error.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { fixFor } from '../obstacles/machine.cjs';
import { findMountNamespaceObstacle } from '../obstacles/obstacles.cjs';

/**
 * Why the kernel refused a namespace, from the facts that can be read again: capabilities, seccomp, limits. What is no
 * error of a system call stays as it is.
 */
export function explainRefusal(error: unknown): unknown {
  if (error instanceof KoffiError) {
    return new NamespaceError({
      summary: 'cannot load koffi, the native code of mountns',
      why: error.message,
      fix: [
        'npm install --include=optional, after removing node_modules and a lock file that another platform has made;',
        'and start Node without --no-addons',
      ].join('\n'),
      cause: error,
    });
  }
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (error instanceof ExplainedError || code === undefined || syscall === undefined) return error;
  const obstacle = findMountNamespaceObstacle(code, syscall);
  return new NamespaceError({
    summary: `cannot enter a mount namespace: ${syscall}(2) ${code}`,
    why: obstacle?.why,
    fix: obstacle === undefined ? undefined : fixFor(obstacle.fix),
    // Node's own errors have their path in the message only.
    call: error instanceof SystemCallError ? error.call : message,
    cause: error,
  });
}
