import { expect, test } from 'vitest';

import { isReadOnly } from '../../../src/mounts/mount.js';
import { mergeOptions, splitOptions } from '../../../src/mounts/options.js';

test.each([
  ['', []],
  ['rw', ['rw']],
  ['rw,', ['rw', '']],
  [',rw', ['', 'rw']],
  ['a=b=c,d=:e', ['a=b=c', 'd=:e']],
  ['context="a,b"', ['context="a,b"']],
  ['context="a,b",', ['context="a,b"', '']],
  [
    'fscontext="a,b",defcontext="c,d",rootcontext="e,f"',
    ['fscontext="a,b"', 'defcontext="c,d"', 'rootcontext="e,f"'],
  ],
  ['context="a,b', ['context="a', 'b']],
  ['context="a,b"c', ['context="a', 'b"c']],
  ['context="",rw', ['context=""', 'rw']],
])('%j holds %j', (list, options) => {
  expect(splitOptions(list)).toEqual(options);
});

test.each([
  [['rw', 'nosuid'], ['rw', 'size=1k'], ['rw', 'nosuid', 'size=1k'], false],
  [['ro', 'nosuid'], ['rw', 'size=1k'], ['ro', 'nosuid', 'size=1k'], true],
  [['rw', 'nosuid'], ['ro', 'size=1k'], ['ro', 'nosuid', 'size=1k'], true],
  [['ro', 'sync'], ['ro', 'sync'], ['ro', 'sync'], true],
])('%j with %j are %j', (options, superOptions, merged, readOnly) => {
  expect(mergeOptions({ options, superOptions })).toEqual(merged);
  expect(isReadOnly({ options, superOptions })).toBe(readOnly);
});
