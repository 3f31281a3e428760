import type { FileTrees } from '../scope/file-trees.js' with { 'resolution-mode': 'import' };
import type { TestEnvironment, TestEvent } from './jest.cjs';

/**
 * Tells `files` of the tests in a file, by the events that jest-circus sends to the file's environment.
 *
 * Of tests that run at the same time nobody can tell whose scope it is, so in a file with such tests it is not
 * told of any.
 */
export function watchTests(environment: TestEnvironment, files: FileTrees): void {
  const handle = environment.handleTestEvent?.bind(environment);
  let isConcurrent = false;
  environment.handleTestEvent = async (event: TestEvent, state: unknown) => {
    await handle?.(event, state);
    if (event.name === 'add_test') isConcurrent ||= event.concurrent === true;
    if (isConcurrent) return;
    if (event.name === 'test_start') files.startTest();
    if (event.name === 'test_done') await files.endTest(event.test?.name ?? '');
  };
}
