import { expect, test } from 'vitest';

import { spareCount } from '../../../../src/vitest/pool/spare-count.js';

test.each([
  { cores: 8, maxWorkers: 7, count: 1, why: 'the one that Vitest leaves idle by default' },
  { cores: 8, maxWorkers: 4, count: 4, why: 'all that watch mode leaves idle' },
  { cores: 8, maxWorkers: 2, count: 2, why: 'no more than there are workers' },
  { cores: 8, maxWorkers: 8, count: 0, why: 'none is idle' },
  { cores: 8, maxWorkers: 12, count: 0, why: 'there are more workers than processors' },
  { cores: 1, maxWorkers: 1, count: 0, why: 'a single processor' },
])(
  'prewarm: true with $maxWorkers workers on $cores processors: $count, $why',
  ({ cores, maxWorkers, count }) => {
    expect(spareCount(true, maxWorkers, cores)).toBe(count);
  },
);

test.each([undefined, 0, Number.NaN])(
  'where maxWorkers is %s, all processors but one are taken',
  (maxWorkers) => {
    expect(spareCount(true, maxWorkers, 8)).toBe(1);
    expect(spareCount(true, maxWorkers, 1)).toBe(0);
  },
);

test('a number is kept to, up to the number of workers, also where no processor is idle', () => {
  expect(spareCount(2, 8, 8)).toBe(2);
  expect(spareCount(9, 8, 8)).toBe(8);
  expect(spareCount(0, 4, 8)).toBe(0);
});

test('prewarm: false starts none', () => {
  expect(spareCount(false, 4, 8)).toBe(0);
});
