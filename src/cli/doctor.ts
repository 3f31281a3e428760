import { inspect } from 'node:util';

import { UsageError } from '../errors/usage-error.cjs';
import type { Fix } from '../obstacles/machine.cjs';
import type { SupportCheck } from '../support/check.js';
import { checkPoolWorker } from '../support/check-pool-worker.js';
import { checkPrivileges } from '../support/check-privileges.js';
import { checkRuntime } from '../support/check-runtime.js';
import { conclude, type Support } from '../support/check-support.js';
import { runProbe } from '../support/run-probe.js';

/**
 * `ns-tool doctor`: tries everything that tests need, and says which layer refuses and what to do. Exit status 0
 * only when tests can run.
 */
export async function doctorCommand(
  args: string[],
  write: (text: string) => void = (text) => process.stdout.write(text),
): Promise<number> {
  const unknown = args.find((arg) => arg !== '--json');
  if (unknown !== undefined) throw new UsageError(`doctor takes --json only, received ${inspect(unknown)}`);
  const support = conclude(await examine());
  write(args.includes('--json') ? `${JSON.stringify(support, undefined, 2)}\n` : report(support));
  return support.supported ? 0 : 1;
}

/** Goes from layer to layer, until one refuses. */
async function examine(): Promise<SupportCheck[]> {
  const checks: SupportCheck[] = [];
  for (const layers of [checkRuntime, checkPrivileges, runProbe, async () => [await checkPoolWorker()]]) {
    checks.push(...(await layers()));
    if (checks.some(({ status }) => status === 'refused')) break;
  }
  return checks;
}

function report(support: Support): string {
  const lines = support.checks.flatMap(({ name, status, detail, why, fix }) => [
    `${SIGNS[status]} ${name.padEnd(NAME_WIDTH)} ${detail}`,
    ...(why === undefined ? [] : why.split('\n').map((line) => `${' '.repeat(NAME_WIDTH + 2)} ${line}`)),
    // That of the one that refuses is the conclusion.
    ...(fix === undefined || status === 'refused'
      ? []
      : formatFix(fix).map((line) => `${' '.repeat(NAME_WIDTH + 1)}${line}`)),
  ]);
  return `${lines.join('\n')}\n\n${conclusion(support)}\n`;
}

function conclusion({ supported, mode, checks }: Support): string {
  if (supported) {
    return `Tests can run here, ${mode === 'root' ? 'as root' : 'as root of a user namespace'}.`;
  }
  const obstacle = checks.find(({ status }) => status === 'refused') as SupportCheck;
  return [
    `Tests can't run here. The first layer that refuses: ${obstacle.name}.`,
    ...(obstacle.fix === undefined ? [] : ['', 'What to do:', ...formatFix(obstacle.fix)]),
  ].join('\n');
}

function formatFix(fix: Fix): string[] {
  if (typeof fix === 'string') return fix.split('\n').map((line) => `  ${line}`);
  return Object.entries(fix).map(([place, step]) => `  ${`${place}:`.padEnd(NAME_WIDTH)} ${step}`);
}

const SIGNS = { ok: '✓', limited: '!', refused: '✗' };
const NAME_WIDTH = 15;
