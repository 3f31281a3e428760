import { TEST_CONTEXT } from './environment.cjs';

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
  if (execArgv.includes('--test') && isolates(execArgv, env.NODE_OPTIONS)) return 'starts test processes';
  const { NODE_TEST_CONTEXT: context } = env;
  if (context?.startsWith('child') && context !== env[TEST_CONTEXT]) return 'is a test process';
  // The process of Mocha itself runs tests too, unless it is told to start others.
  if (env.MOCHA_WORKER_ID !== undefined && MOCHA_WORKER.test(argv[1] ?? '')) return 'is a test process';
  return undefined;
}

/** Whether node:test certainly starts a process for each file: a configuration file may say otherwise. */
function isolates(execArgv: readonly string[], nodeOptions = ''): boolean {
  // The last one counts, and Node takes `_` for `-`.
  const options = [nodeOptions, ...execArgv].join(' ').replace(/["\\]/g, '').replaceAll('_', '-');
  const isolation = [...options.matchAll(ISOLATION)].at(-1)?.[1];
  return isolation === undefined ? !options.includes('config-file') : isolation === 'process';
}

const ISOLATION = /--(?:experimental-)?test-isolation[= ](\w+)/g;
const MOCHA_WORKER = /[\\/]mocha[\\/]lib[\\/]nodejs[\\/]worker\.c?js$/;
