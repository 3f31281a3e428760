import { expect, test } from 'vitest';
import { Diary } from '../../../src/vitest/worker/diary.js';

test('tells what was being run when a process started, unless that is too close to a change', async () => {
  const diary = new Diary('1000.00 500.00\n');
  diary.note({ file: 'a' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  diary.note({ file: 'a', test: 'one' });
  expect(diary.at(100_000 - 5)).toBeUndefined();
  expect(diary.at(100_000)).toBeUndefined();
  expect(diary.at(100_000 + 5)).toMatchObject({ file: 'a' });
  expect(diary.at(100_000 + 5)?.test).toBeUndefined();
  expect(diary.at(110_000)).toMatchObject({ file: 'a', test: 'one' });
  expect(diary.current).toEqual({ file: 'a', test: 'one' });
});
