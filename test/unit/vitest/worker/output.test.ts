import { afterEach, expect, test, vi } from 'vitest';

import { flushOutput } from '../../../../src/vitest/worker/output.js';

afterEach(() => vi.restoreAllMocks());

test('tells how much was printed to the streams that the process began with', async () => {
  const { stdout, stderr } = process;
  vi.spyOn(stdout, 'bytesWritten', 'get').mockReturnValue(7);
  vi.spyOn(process, 'stdout', 'get').mockReturnValue({ write: () => true } as unknown as typeof stdout);
  expect(await flushOutput()).toEqual({ stdout: 7, stderr: stderr.bytesWritten });
});
