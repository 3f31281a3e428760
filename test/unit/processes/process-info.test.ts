import { expect, test } from 'vitest';

import { parseStat } from '../../../src/processes/process-info.js';

/** A line of /proc/PID/stat with a name, a state and a number of threads. */
const stat = (name: string, state: string, threads = 1) =>
  `42 (${name}) ${state} 7 42 42 0 -1 4194304 91 0 0 0 0 0 0 0 20 0 ${threads} 0 123456 2617344 212 18446744073709551615`;

test('finds the parent and the time of the start', () => {
  expect(parseStat(stat('sleep', 'S'))).toEqual({
    pid: 42,
    name: 'sleep',
    state: 'S',
    parentPid: 7,
    startTime: 123456,
    hasEnded: false,
  });
});

test.each([') S 1 (', 'a b', '(((', ') Z 1 1', 'line\nbreak', ''])('takes the name %j', (name) => {
  expect(parseStat(stat(name, 'R'))).toMatchObject({
    name,
    parentPid: 7,
    startTime: 123456,
    hasEnded: false,
  });
});

test('a process has ended when none of its threads is left', () => {
  expect(parseStat(stat('x', 'Z')).hasEnded).toBe(true);
  expect(parseStat(stat('x', 'X')).hasEnded).toBe(true);
  expect(parseStat(stat('x', 'Z', 2)).hasEnded).toBe(false);
  expect(parseStat(stat('x', 'D')).hasEnded).toBe(false);
});

test.each(['', '42 (sleep', '42 (sleep) S 7'])('refuses %j', (text) => {
  expect(() => parseStat(text)).toThrow(TypeError);
});
