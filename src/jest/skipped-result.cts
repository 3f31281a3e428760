import type { FileResult, TestFile } from './jest.cjs';

/** The result of a file none of whose tests ran. Nothing of it was looked at, so that one entry stands for all. */
export function skippedResult({ path, context }: TestFile, reason: string): FileResult {
  const now = Date.now();
  const title = `its tests [${reason}]`;
  return {
    displayName: context.config.displayName,
    leaks: false,
    numFailingTests: 0,
    numPassingTests: 0,
    numPendingTests: 1,
    numTodoTests: 0,
    openHandles: [],
    perfStats: { start: now, end: now, runtime: 0, slow: false },
    skipped: true,
    snapshot: {
      added: 0,
      fileDeleted: false,
      matched: 0,
      unchecked: 0,
      uncheckedKeys: [],
      unmatched: 0,
      updated: 0,
    },
    testFilePath: path,
    testResults: [
      {
        ancestorTitles: [],
        duration: null,
        failureDetails: [],
        failureMessages: [],
        fullName: title,
        location: null,
        numPassingAsserts: 0,
        status: 'pending',
        title,
      },
    ],
  };
}
