import fs = require('node:fs');
import path = require('node:path');

import type Koffi from 'koffi';

import { requireInMainRealm } from './main-realm.cjs';
import { probe } from './unless.cjs';
import { using } from './using.cjs';

const { existsSync, openSync, readSync, realpathSync } = fs;

/** What of koffi is used here: all of it is native code. */
export type NativeKoffi = Pick<typeof Koffi, 'errno' | 'load' | 'version'>;

let told: string | undefined;

/**
 * Koffi, without the JavaScript that looks for its native code: that takes Node several times as long as the native
 * code itself, in every worker. Where this does not find it at its usual place, koffi is loaded as any package.
 *
 * @throws {KoffiError} when it can't be loaded.
 */
export function loadKoffi(): NativeKoffi {
  const native = loadNativeCode(told) ?? loadNativeCode(findNativeCode());
  try {
    return native ?? (requireInMainRealm('koffi') as NativeKoffi);
  } catch (cause) {
    throw new KoffiError((cause as Error).message, { cause });
  }
}

/** There is no native code, or Node can't load it. */
export class KoffiError extends Error {}

/** Saves {@link loadKoffi} the search. `file` is what {@link findNativeCode} has returned in an equal process. */
export function expectNativeCode(file: string): void {
  told = file;
}

/** The native code of koffi for this process, if it is at its usual place. */
export function findNativeCode(): string | undefined {
  return probe(lookForNativeCode);
}

function loadNativeCode(file: string | undefined): NativeKoffi | undefined {
  // In Node's cache, so that koffi gets the same when a test loads it.
  const native = file === undefined ? undefined : probe(() => requireInMainRealm(file) as NativeKoffi);
  return native?.version?.startsWith('3.') ? native : undefined;
}

function lookForNativeCode(): string | undefined {
  const { platform, arch } = process;
  if (platform !== 'linux' || !ARCHITECTURES.has(arch)) return undefined;
  const start = interpreter();
  const libc = LIBRARIES.find(({ loader }) => start.includes(loader))?.name;
  if (libc === undefined) return undefined;
  const places = requireInMainRealm.resolve.paths('koffi') ?? [];
  const koffi = places.map((place) => path.join(place, 'koffi')).find((place) => existsSync(place));
  // Beside it, where koffi looks too; in a store of linked packages that is beside the real one.
  return (
    koffi && path.join(realpathSync(koffi), `../@koromix/koffi-linux-${arch}/${libc}_${arch}/koffi.node`)
  );
}

/** The beginning of Node's own binary, which names the dynamic loader of its libc: elf(5), PT_INTERP. */
function interpreter(): string {
  const start = Buffer.alloc(4096);
  return using(openSync(process.execPath, 'r'), (fd) =>
    start.toString('latin1', 0, readSync(fd, start, 0, start.length, 0)),
  );
}

const LIBRARIES = [
  { loader: '/ld-linux-', name: 'linux' },
  { loader: '/ld-musl-', name: 'musl' },
];
const ARCHITECTURES: ReadonlySet<string> = new Set(['x64', 'arm64']);
