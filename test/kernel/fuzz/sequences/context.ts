import type { MountNamespace } from 'mountns';
import type { ScopePlan } from './steps.js';

/** What the scopes of a run have in common. */
export class World {
  /** What was met of each operation and kind of scope. */
  readonly outcomes = new Map<string, { done: number; refused: number }>();
  /** Ends of the names of what may have been made to be mounted on. */
  readonly provided = new Set<string>();
  hostTable = '';
  hostTree: string[] = [];
  hostDevices = new Set<string>();

  /** @param base the directory of decoys, which the host has too */
  constructor(readonly base: string) {}

  count(what: string, outcome: 'done' | 'refused'): void {
    const counts = this.outcomes.get(what) ?? { done: 0, refused: 0 };
    counts[outcome] += 1;
    this.outcomes.set(what, counts);
  }
}

/** What a scope finds when it is entered. */
export interface Around {
  world: World;
  /** What paths are relative to: the directory of the decoys, and nothing when that is the root. */
  prefix: string;
  /** Whether all that is written goes to memory. */
  isMemory: boolean;
  /** The directories of which that is so. */
  named: readonly string[];
  /** Whether any was named, here or around: also where no path is known to lead there any more. */
  hasNamed: boolean;
  /** Whether paths may mean something else than at entry. */
  isRearranged: boolean;
  onWrite: () => void;
}

/** An open scope. */
export interface Context extends Around {
  ns: MountNamespace;
  plan: ScopePlan;
  hasWritten: boolean;
  /** Whether the old root is in sight, where nothing of it is looked at. */
  isBlind: boolean;
  parts: Part[];
}

/** What stands in for a mount in a copy-on-write scope: without what is mounted on it. */
export interface Part {
  path: string;
  fd: number;
  before: ReadonlyMap<string, string>;
}

export const resolvePath = ({ prefix }: { prefix: string }, at: string) =>
  at.startsWith('/') ? at : at === '' ? prefix || '/' : `${prefix}/${at}`;

/** As views call it. */
export const nameOf = (at: string) => (at === '' || at === '/' ? '' : at.startsWith('/') ? at : `/${at}`);
