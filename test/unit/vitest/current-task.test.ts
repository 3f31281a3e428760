import fs from 'node:fs';
import { expect, test } from 'vitest';

import { type CurrentTaskFile, openCurrentTask } from '../../../src/vitest/worker/current-task.js';

test.for(['x', '\u0001', '\ud83d', '€'])('a title of many %j leaves room for the time limit', (character) => {
  const file = openCurrentTask() as CurrentTaskFile;
  file.write({ test: character.repeat(5_000), timeout: 60_000 });
  // What the pool reads.
  const record = Buffer.alloc(4096);
  fs.readSync(file.fd, record, 0, record.length, 0);
  const { test: title, timeout } = JSON.parse(record.toString().split('\n', 1)[0] as string);
  fs.closeSync(file.fd);
  expect(title).toBe(character.repeat(600));
  expect(timeout).toBe(60_000);
});
