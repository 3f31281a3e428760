import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

import { withOwnSetupFile } from '../../../src/vitest/worker/own-setup-file.js';
import type { Rpc } from '../../../src/vitest/worker/rpc.js';

const url = new URL('../../../dist/src/vitest/setup.js', import.meta.url).href;
const path = fileURLToPath(url);

test('answers for the setup file of the package, and asks the server for all other files', async () => {
  const server = { resolve: vi.fn(async () => null), fetch: vi.fn(async () => ({ cache: true })) };
  const rpc = withOwnSetupFile(server as unknown as Rpc);
  const resolved = await rpc.resolve(path, undefined, 'ssr');
  expect(resolved).toEqual({ file: path, id: path, url: path });
  expect(await rpc.fetch(path, undefined, 'ssr')).toEqual({ externalize: url, type: 'module' });
  expect(server.resolve).not.toHaveBeenCalled();
  expect(server.fetch).not.toHaveBeenCalled();
  expect(await rpc.resolve('/a.ts', undefined, 'ssr')).toBeNull();
  expect(await rpc.fetch('/a.ts', '/b.ts', 'ssr')).toEqual({ cache: true });
  expect(server.resolve).toHaveBeenCalledExactlyOnceWith('/a.ts', undefined, 'ssr');
  expect(server.fetch).toHaveBeenCalledExactlyOnceWith('/a.ts', '/b.ts', 'ssr');
});
