import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inSteps } from '../../../src/operations/in-steps.js';

describe('inSteps', () => {
  test('returns what the steps return, and undoes nothing', () => {
    const undone: string[] = [];
    const result = inSteps(({ onFailure }) => {
      onFailure(() => undone.push('a'));
      return 42;
    });
    expect(result).toBe(42);
    expect(undone).toEqual([]);
  });

  test('undoes the steps before the one that fails, the last first, and throws its error', () => {
    const undone: string[] = [];
    const error = new Error('mine');
    const run = () =>
      inSteps(({ onFailure }) => {
        onFailure(() => undone.push('a'));
        onFailure(() => undone.push('b'));
        throw error;
      });
    expect(run).toThrow(error);
    expect(undone).toEqual(['b', 'a']);
  });

  test('goes on undoing when that fails, and tells both errors', () => {
    const undone: string[] = [];
    const [error, other] = [new Error('mine'), new Error('other')];
    const run = () =>
      inSteps(({ onFailure }) => {
        onFailure(() => undone.push('a'));
        onFailure(() => {
          throw other;
        });
        throw error;
      });
    expect(run).toThrow(
      expect.objectContaining({
        name: 'AggregateError',
        message: 'an operation failed, and could not be undone: Error: mine',
        errors: [error, other],
      }),
    );
    expect(undone).toEqual(['a']);
  });

  test.each([true, false])('closes descriptors after that (a failure: %s)', (fails) => {
    let fd = -1;
    let wasOpen: boolean | undefined;
    const run = () =>
      inSteps(({ onFailure, closing }) => {
        fd = closing(fs.openSync('/', 'r'));
        onFailure(() => {
          wasOpen = fs.fstatSync(fd).isDirectory();
        });
        if (fails) throw new Error('mine');
      });
    if (fails) expect(run).toThrow('mine');
    else run();
    expect(wasOpen).toBe(fails ? true : undefined);
    expect(() => fs.fstatSync(fd)).toThrow('EBADF');
  });
});
