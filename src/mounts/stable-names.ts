import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { probe } from '../../native/unless.cjs';

/**
 * Gives what another run or machine calls otherwise a name by its first appearance: directories below
 * os.tmpdir(), loop devices, namespaces, processes and descriptors, and peer groups.
 */
export class StableNames {
  readonly #seen = new Map<string, Map<string, number>>();
  readonly #temporary = temporaryPattern();

  /** A path, or an option that holds paths. */
  inText(text: string): string {
    let stable = text.replace(this.#temporary, (directory) => {
      const number = this.numberOf('tmp', directory);
      return number === 1 ? '<tmp>' : `<tmp-${number}>`;
    });
    for (const [kind, pattern] of NUMBERS) {
      stable = stable.replace(pattern, (number) => `<${this.numberOf(kind, number)}>`);
    }
    return stable;
  }

  /** 1 for the first name of its kind, 2 for the next one. */
  numberOf(kind: string, name: string | number): number {
    const names = this.#seen.get(kind) ?? new Map<string, number>();
    this.#seen.set(kind, names);
    const number = names.get(String(name)) ?? names.size + 1;
    names.set(String(name), number);
    return number;
  }
}

const NUMBERS: readonly [kind: string, pattern: RegExp][] = [
  ['device', /(?<=\/dev\/(?:loop|nbd|dm-|z?ram))\d+/g],
  ['namespace', /(?<=^[a-z_]+:\[)\d+(?=\]$)/g],
  ['process', /(?<=\/proc\/)\d+/g],
  ['descriptor', /(?<=\/proc\/(?:self|thread-self|<\d+>)\/fd\/)\d+/g],
];

/** The first directory below the temporary one; the kernel prints that with symbolic links resolved. */
function temporaryPattern(): RegExp {
  const directory = tmpdir();
  // A test may have covered it.
  const parents = new Set([directory, probe(() => realpathSync(directory)) ?? directory]);
  const alternatives = [...parents].map((parent) => parent.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  // In options, a path starts after "=", or in a list of them after ":", and one of them ends there.
  return new RegExp(`(?<=^|[=:])(?:${alternatives.join('|')})/[^/:]+`, 'g');
}
