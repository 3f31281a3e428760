import path from 'node:path';
import { mountNamespaces } from 'mountns/vitest/config';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;

/**
 * Tests import sources and run what the build made of them: the preload is loaded by Node before Vite exists, so
 * anything else would be a second copy, and not what users get.
 */
function runBuild(): Plugin {
  return {
    name: 'run-build',
    enforce: 'pre',
    resolveId(source, importer) {
      if (importer === undefined || !source.startsWith('.')) return null;
      const file = path.relative(root, path.resolve(path.dirname(importer), source));
      if (!/^(native|src|matchers)\//.test(file)) return null;
      return { id: path.join(root, 'dist', file), external: true };
    },
  };
}

const server = { deps: { external: [/\/dist\//] } };

export default defineConfig({
  test: {
    // Vite does not follow imports into what was built.
    forceRerunTriggers: ['**/package.json', '**/vitest.config.*', '**/dist/**/*.{js,cjs}'],
    projects: [
      {
        plugins: [runBuild()],
        // Some try hundreds of random inputs, and some machines are slow.
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000, server },
      },
      { test: { name: 'docs', include: ['test/docs/*.test.ts'] } },
      {
        plugins: [runBuild(), mountNamespaces()],
        test: {
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          // Many start processes, and some machines are slow. Nothing is decided by time.
          testTimeout: 30_000,
          server,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
          globalSetup: ['test/e2e/install.ts'],
          // After the others: some of its tests mount on the host, whose table kernel tests compare.
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
