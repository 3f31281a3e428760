/**
 * What a process is to a test runner that starts one process for each test file, all with the same options of
 * Node. Each of those needs a namespace of its own, and the one that starts them none.
 */
export type TestRole = 'starts test processes' | 'is a test process' | undefined;

/** Tells it from what Node and Mocha leave in the process. */
export function findTestRole({
  execArgv,
  argv,
  env,
}: Pick<NodeJS.Process, 'execArgv' | 'argv' | 'env'>): TestRole {
  if (execArgv.includes('--test') && !ISOLATION_NONE.test(execArgv.join(' '))) return 'starts test processes';
  // The process of Mocha itself runs tests too, unless it is told to start others.
  if (env.MOCHA_WORKER_ID !== undefined && MOCHA_WORKER.test(argv[1] ?? '')) return 'is a test process';
  return undefined;
}

const ISOLATION_NONE = /--(experimental-)?test-isolation[= ]none\b/;
const MOCHA_WORKER = /[\\/]mocha[\\/]lib[\\/]nodejs[\\/]worker\.c?js$/;
