import nodeModule = require('node:module');

import { readModulesAtOnce } from './module-reads.cjs';

interface Resolution {
  url: string;
  format?: string | null | undefined;
  shortCircuit?: boolean;
}
type Next = (specifier: string, context: object) => Resolution;
type Resolve = (
  specifier: string,
  context: { conditions: readonly string[]; parentURL?: string | undefined },
  next: Next,
) => Resolution;

/** Node has them since 22.15. An older one looks for each module anew. */
const { registerHooks } = nodeModule as {
  registerHooks?: (hooks: { resolve: Resolve }) => { deregister: () => void };
};

type File = [url: string, format: string | null | undefined];

/** Where the imports of ES modules lead to. */
interface Resolutions {
  files: File[];
  /** Indexes in `files`: of the module that imports, and of what it gets. */
  imports: [from: number, specifier: string, to: number][];
}

let found: Resolutions | undefined;
let hooks: { deregister: () => void } | undefined;

/**
 * Until {@link closeResolutions}, imports lead to where they did in an equal process. For each import in each module
 * Node looks at the places where the file could be: for the modules of Vitest that takes as long as its own start.
 * Where Node has no hooks for that, it looks as ever, and {@link readModulesAtOnce} saves the part that it can.
 *
 * @param known what {@link notedResolutions} has returned there; when empty, the imports are noted
 * @see https://nodejs.org/api/module.html#moduleregisterhooksoptions
 */
export function openResolutions(known: string): void {
  if (registerHooks === undefined) {
    hooks = readModulesAtOnce();
    return;
  }
  if (known === '') found = { files: [], imports: [] };
  const resolve = found === undefined ? replay(JSON.parse(known)) : note(found);
  // A `require` of the same name can lead elsewhere.
  const isImport = ({ conditions }: Parameters<Resolve>[1]) => conditions.includes('import');
  hooks = registerHooks({
    resolve: (specifier, context, next) =>
      isImport(context) ? resolve(specifier, context, next) : next(specifier, context),
  });
}

/** Where imports have led to since {@link openResolutions}, if they are noted. */
export function notedResolutions(): string | undefined {
  return found && JSON.stringify(found);
}

/**
 * From now on Node looks for every module.
 *
 * @returns whether it did not yet
 */
export function closeResolutions(): boolean {
  if (hooks === undefined) return false;
  hooks.deregister();
  hooks = undefined;
  return true;
}

function replay({ files, imports }: Resolutions): Resolve {
  const resolutions = new Map<string, Resolution>();
  for (const [from, specifier, to] of imports) {
    const [parentURL] = files[from] as File;
    const [url, format] = files[to] as File;
    resolutions.set(`${specifier} ${parentURL}`, { url, format, shortCircuit: true });
  }
  return (specifier, context, next) =>
    resolutions.get(`${specifier} ${context.parentURL ?? ''}`) ?? next(specifier, context);
}

function note({ files, imports }: Resolutions): Resolve {
  const indexes = new Map<string, number>();
  const indexOf = (url: string, format?: string | null) => {
    const index = indexes.get(url) ?? files.push([url, format]) - 1;
    indexes.set(url, index);
    return index;
  };
  return (specifier, context, next) => {
    const resolution = next(specifier, context);
    imports.push([indexOf(context.parentURL ?? ''), specifier, indexOf(resolution.url, resolution.format)]);
    return resolution;
  };
}
