import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';

import { OwnSetupFile } from '../../../src/vitest/worker/own-setup-file.js';
import type { Rpc } from '../../../src/vitest/worker/rpc.js';

const url = new URL('../../../dist/src/vitest/setup.js', import.meta.url).href;
const path = fileURLToPath(url);

test('answers for the setup file of the package, and asks the server for all other files', async () => {
  const server = { resolve: vi.fn(async () => null), fetch: vi.fn(async () => ({ cache: true })) };
  const rpc = new OwnSetupFile(true).answerTo(server as unknown as Rpc, { isIsolated: true });
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

test('leaves it to the server where Node does not find the Vitest that runs', () => {
  const server = {} as Rpc;
  expect(new OwnSetupFile(false).answerTo(server, { isIsolated: true })).toBe(server);
});

describe('what the server has said about the setup file', () => {
  const shared = { isIsolated: false };
  /** As Vite answers: a module has another name in an environment for browsers. */
  const serve = () => ({
    resolve: vi.fn(async (id: string, _importer: unknown, environment: string) => ({
      url: `/${environment}${id}`,
    })),
    fetch: vi.fn(async (url: string): Promise<object> => ({ code: `code of ${url}` })),
  });
  const importSetupFile = async (rpc: Rpc, environment: string) => {
    const { url } = (await rpc.resolve(path, undefined, environment)) as { url: string };
    return rpc.fetch(url, undefined, environment);
  };

  test('is repeated to each file of a worker', async () => {
    const server = serve();
    const setupFile = new OwnSetupFile(true);
    for (const environment of ['ssr', 'client', 'ssr', 'client']) {
      const answer = await importSetupFile(setupFile.answerTo(server as unknown as Rpc, shared), environment);
      expect(answer).toEqual({ code: `code of /${environment}${path}` });
      // As Vitest does.
      Object.assign(answer, { id: 'changed' });
    }
    expect(server.resolve).toHaveBeenCalledTimes(2);
    expect(server.fetch).toHaveBeenCalledTimes(2);
  });

  test('is not repeated where it was that the worker has the file', async () => {
    const server = serve();
    server.fetch.mockResolvedValueOnce({ cache: true });
    const rpc = new OwnSetupFile(true).answerTo(server as unknown as Rpc, shared);
    expect(await importSetupFile(rpc, 'ssr')).toEqual({ cache: true });
    expect(await importSetupFile(rpc, 'ssr')).toEqual({ code: `code of /ssr${path}` });
  });

  test('is repeated for no other file', async () => {
    const server = serve();
    const rpc = new OwnSetupFile(true).answerTo(server as unknown as Rpc, shared);
    await importSetupFile(rpc, 'ssr');
    for (let time = 1; time <= 2; time++) {
      expect(await rpc.resolve('/a.ts', undefined, 'ssr')).toEqual({ url: '/ssr/a.ts' });
      expect(await rpc.fetch('/ssr/a.ts', undefined, 'ssr')).toEqual({ code: 'code of /ssr/a.ts' });
    }
    expect(server.resolve).toHaveBeenCalledTimes(3);
    expect(server.fetch).toHaveBeenCalledTimes(3);
  });
});
