import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { refused, type SupportCheck } from './check.js';
import { childEnvironment } from './child-environment.js';

/** Tries the real thing in a child process: it enters a namespace and mounts in it. */
export function runProbe(): SupportCheck[] {
  const { stdout, stderr, status, signal, error } = spawnSync(process.execPath, [probe], {
    // It covers /dev, which this process may stand in.
    cwd: '/',
    encoding: 'utf8',
    env: childEnvironment(),
  });
  const checks = parseChecks(stdout ?? '');
  if (status === 0 || checks.at(-1)?.status === 'refused') return checks;
  const how = error?.message ?? (signal === null ? `exit status ${status}` : `killed by ${signal}`);
  return [
    ...checks,
    refused('worker', `a process that enters a mount namespace failed: ${how}`, {
      ...(stderr ? { why: `it printed: ${stderr.trim()}` } : {}),
    }),
  ];
}

/** A process that started anew, in a user namespace, prints its first checks twice: the last ones count. */
function parseChecks(text: string): SupportCheck[] {
  const lines = text.split('\n').filter(Boolean);
  const checks = lines.map((line) => JSON.parse(line) as SupportCheck);
  return [...new Map(checks.map((check) => [check.name, check])).values()];
}

/** Loads {@link file://./probe.cts} */
const probe = fileURLToPath(new URL('./probe.cjs', import.meta.url));
