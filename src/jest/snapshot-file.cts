import path = require('node:path');

import type { SnapshotResolver, WorkerConfig } from './jest.cjs';
import { loadModule } from './load-module.cjs';

/** Where Jest keeps the snapshots of a test file that are not inline. */
export async function snapshotFile(config: WorkerConfig, testPath: string): Promise<string> {
  const { snapshotResolver } = config;
  if (snapshotResolver) {
    const resolver = await loadModule<SnapshotResolver>(config, snapshotResolver);
    return resolver.resolveSnapshotPath(testPath, '.snap');
  }
  const { dir, base } = path.parse(testPath);
  return `${dir}/__snapshots__/${base}.snap`;
}
