/**
 * `mountns/jest`: all of `mountns`, and its matchers and snapshots in Jest's `expect`. Importing it registers
 * them, in a test file or in `setupFilesAfterEnv`.
 */
import type * as Matchers from '../../matchers/index.js' with { 'resolution-mode': 'import' };
import { requireInMainRealm } from '../../native/main-realm.cjs';
import type * as Modules from '../worker-modules.js' with { 'resolution-mode': 'import' };

export * from '../commonjs/index.cjs';
export type {} from './matcher-types.cjs';

interface Expect {
  extend(matchers: object): void;
  addSnapshotSerializer(serializer: object): void;
}

// Jest's own `require` knows this name, wherever the package of that name is installed.
const { expect } = require('@jest/globals') as { expect: Expect | undefined };
if (expect === undefined) {
  throw new TypeError(
    'mountns/jest: Jest has no expect() yet: put it into setupFilesAfterEnv, not setupFiles',
  );
}
const { mountSerializer, asyncDispose } = load<typeof Modules>('../worker-modules.js');
expect.extend({ ...load<typeof Matchers>('../../matchers/index.js') });
expect.addSnapshotSerializer(mountSerializer);
// Jest's environment for Node has given it to its realm already, that for jsdom has not.
(Symbol as { asyncDispose?: symbol }).asyncDispose ??= asyncDispose;

function load<T>(file: string): T {
  return requireInMainRealm(`${__dirname}/${file}`) as T;
}
