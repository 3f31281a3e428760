import type { FileTrees } from '../scope/file-trees.js' with { 'resolution-mode': 'import' };
import type { TestBlock, TestEnvironment, TestEvent } from './jest.cjs';

/**
 * Tells `files` of the tests in a file, by the events that jest-circus sends to the file's environment.
 *
 * Of tests that run at the same time nobody can tell whose scope it is, so in a file with such tests it is not
 * told of any.
 */
export function watchTests(environment: TestEnvironment, files: FileTrees): void {
  const handle = environment.handleTestEvent?.bind(environment);
  let isConcurrent = false;
  // Some events are dispatched synchronously: of those, nobody would await a promise.
  environment.handleTestEvent = (event: TestEvent, state: unknown) => {
    const handled = handle?.(event, state);
    const { name } = event;
    if (name === 'add_test') isConcurrent ||= event.concurrent === true;
    if (isConcurrent || !(name === 'test_start' || name === 'test_done')) return handled;
    return Promise.resolve(handled).then(() =>
      name === 'test_start' ? files.startTest() : files.endTest(titleOf(event.test as TestBlock)),
    );
  };
}

/** As Jest prints it. */
function titleOf({ name, parent }: TestBlock): string {
  // The outer-most block holds all of the file, and has a name of Jest's own.
  return parent?.parent ? `${titleOf(parent)} › ${name}` : name;
}
