import diagnosticsChannel = require('node:diagnostics_channel');

/**
 * One value for the whole process, however often this package is loaded in it.
 *
 * Jest evaluates modules once per test file in a realm of its own, Vite may inline a second copy, and the
 * preload is CommonJS where the rest is not. Node's core modules are the only objects that all of them share.
 */
export function processWide<T extends object>(key: string, create: () => T): T {
  const holder = diagnosticsChannel as unknown as Record<symbol, T | undefined>;
  const symbol = Symbol.for(`mountns.${key}`);
  let value = holder[symbol];
  if (value === undefined) {
    value = create();
    Object.defineProperty(holder, symbol, { value, enumerable: false });
  }
  return value;
}
