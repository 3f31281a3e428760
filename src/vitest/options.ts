import { inspect } from 'node:util';

import { probe } from '../../native/unless.cjs';
import { checkCopyOnWrite } from '../scope/scope-options.js';

/** The options of {@link mountNamespaces} and {@link mountNamespacePool}. */
export interface MountNamespacesOptions {
  /**
   * What scopes do that do not say it themselves: `true` makes all of their file system copy-on-write, a list the
   * directories that it names. Code outside of scopes writes to the host in any case.
   * @defaultValue false
   */
  copyOnWrite?: boolean | readonly string[] | undefined;
  /**
   * What happens on a machine that refuses mount namespaces: the files fail, or are reported as skipped. With
   * MOUNTNS_REQUIRE=1 in the environment they fail all the same.
   * @defaultValue 'fail'
   */
  unsupported?: 'fail' | 'skip' | undefined;
  /**
   * `'enforced'` takes from root the right to ignore permission bits (CAP_DAC_*), so they give EACCES.
   * @defaultValue 'root'
   */
  permissions?: 'root' | 'enforced' | undefined;
  /**
   * How many spare workers are started ahead, each with its namespace ready, while files are left to run.
   * `true` takes the processors that `maxWorkers` leaves idle, at most `maxWorkers` of them.
   * @defaultValue true
   */
  prewarm?: boolean | number | undefined;
  /**
   * What happens to a test file that has changed the host: a mount of its worker got there, a file system of the
   * host was remounted, a mount point that it made was left. The file fails, or it is only said, or nobody looks.
   * @defaultValue 'fail'
   */
  leaks?: 'fail' | 'warn' | 'off' | undefined;
}

/** The options with their defaults filled in. */
export type ResolvedOptions = Resolved<MountNamespacesOptions>;

export type Resolved<Options> = { [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

interface OptionRow {
  default: unknown;
  /** What may be given. */
  accepts: readonly unknown[] | { describe: string; test: (value: unknown) => boolean };
}

const rows: Record<keyof MountNamespacesOptions, OptionRow> = {
  copyOnWrite: {
    default: false,
    accepts: {
      describe: 'true, false or a list of absolute paths',
      test: (value) => probe(() => checkCopyOnWrite(value)) !== undefined,
    },
  },
  unsupported: { default: 'fail', accepts: ['fail', 'skip'] },
  permissions: { default: 'root', accepts: ['root', 'enforced'] },
  prewarm: {
    default: true,
    accepts: {
      describe: 'true, false or a whole number from 0',
      test: (value) => typeof value === 'boolean' || (Number.isInteger(value) && (value as number) >= 0),
    },
  },
  leaks: { default: 'fail', accepts: ['fail', 'warn', 'off'] },
};

/** Options that do nothing for a caller, with the reason. */
export type UselessOptions = Partial<Record<keyof MountNamespacesOptions, string>>;

/**
 * Checks the options of `caller` and fills in the defaults.
 *
 * @throws {TypeError} for an option that is unknown, useless or has a wrong value.
 */
export function resolveOptions(
  caller: string,
  options: MountNamespacesOptions = {},
  useless: UselessOptions = {},
): ResolvedOptions {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw invalid(`${caller}: options must be an object, received ${inspect(options)}`);
  }
  const resolved: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(rows)) resolved[name] = row.default;
  for (const [name, value] of Object.entries(options)) {
    const row = Object.hasOwn(rows, name) ? rows[name as keyof MountNamespacesOptions] : undefined;
    if (row === undefined) {
      const known = Object.keys(rows).filter((each) => !(each in useless));
      throw invalid(`${caller}: unknown option ${inspect(name)}, known are ${known.join(', ')}`);
    }
    if (value === undefined) continue;
    const reason = useless[name as keyof MountNamespacesOptions];
    if (reason !== undefined) throw invalid(`${caller}: option ${name} ${reason}`);
    if (!isAccepted(row, value)) {
      throw invalid(`${caller}: option ${name} must be ${describe(row)}, received ${inspect(value)}`);
    }
    resolved[name] = value;
  }
  return resolved as unknown as ResolvedOptions;
}

function isAccepted({ accepts }: OptionRow, value: unknown): boolean {
  return 'test' in accepts ? accepts.test(value) : accepts.includes(value);
}

function describe({ accepts }: OptionRow): string {
  if ('describe' in accepts) return accepts.describe;
  const values = accepts.map((value) => inspect(value));
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

function invalid(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' });
}
