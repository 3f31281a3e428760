import nodeModule = require('node:module');

import { processWide } from './process-wide.cjs';

/**
 * Node's own `require`: what it loads is evaluated once per process, outside of Jest's realms, ES modules too.
 *
 * Jest hands its modules a subclass of Node's `Module` whose `createRequire` makes Jest's own `require`.
 */
export const requireInMainRealm: NodeJS.Require = processWide('require', () => {
  const inherited = Object.getPrototypeOf(nodeModule) as Partial<typeof nodeModule>;
  return (inherited.createRequire ?? nodeModule.createRequire)(__filename);
});
