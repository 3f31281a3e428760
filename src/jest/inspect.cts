import type * as Inspector from 'node:inspector';

import { JEST_INSPECT } from '../namespace/environment.cjs';

/**
 * The port and host that a worker is debugged at, and whether it waits for the debugger, when Jest itself was started
 * with --inspect or --inspect-brk: the port next to Jest's. jest-worker takes these options off its workers.
 */
export function findInspectRequest(execArgv: readonly string[]): string | undefined {
  for (const option of execArgv) {
    const match = OPTION.exec(option);
    if (match === null) continue;
    const [, wait = '', host = '', port = DEFAULT_PORT] = match;
    // 0 is any port that is free.
    return [port === '0' ? 0 : Number(port) + 1, host, wait].join(' ');
  }
  return undefined;
}

/** Listens for a debugger, if this worker is to be debugged. */
export function listenForDebugger(): void {
  const request = process.env[JEST_INSPECT];
  if (request === undefined) return;
  const inspector = require('node:inspector') as typeof Inspector;
  const [port, host, wait] = request.split(' ');
  inspector.open(Number(port), host || undefined, wait !== '');
}

/** `--inspect[=[host:]port]`, where the host may stand alone, and one of IPv6 in brackets. */
const OPTION = /^--inspect(-brk|-wait)?(?:=(?!\d+$)\[?(.*?)\]?)?(?:[=:](\d+))?$/;
const DEFAULT_PORT = '9229';
