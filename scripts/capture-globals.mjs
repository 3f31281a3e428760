// @ts-check
/** What tests replace, `vi.stubGlobal('process', undefined)`, and this package uses. */
const GLOBALS =
  /(?<![\w$.#])(AggregateError|Array|BigInt|BigUint64Array|Boolean|Buffer|Date|Error|Int32Array|JSON|Map|Math|Number|Object|Promise|Proxy|RangeError|Reflect|RegExp|Set|String|Symbol|SyntaxError|TypeError|URL|WeakMap|WeakSet|clearInterval|performance|process)(?![\w$])/g;

/** Whether tests run where this file is loaded. @param {string} file */
export function isInWorkers(file) {
  return /^(base|core|worker)\.c?js$/.test(file);
}

/**
 * A bundle that takes the globals which it uses when it is loaded. They keep their names, which is smaller when packed.
 *
 * @param {string} code
 */
export function captureGlobals(code) {
  const used = [...new Set(code.match(GLOBALS))].sort();
  return code.replace(/^("use strict";)?/, `$&const{${used.join()}}=globalThis;`);
}
