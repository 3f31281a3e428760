import { cInt, cPath, cString, type PathLike, printable, quoted } from './arguments.cjs';
import { flagNames } from './flag-names.cjs';
import { systemCall } from './libc.cjs';

const mountCall = systemCall('mount', [
  'const void *',
  'const void *',
  'const void *',
  'unsigned long',
  'const void *',
]);
const umount2Call = systemCall('umount2', ['const void *', 'int']);
const pivotRootCall = systemCall('pivot_root', ['const void *', 'const void *']);

/** The arguments of mount(2). `null` is NULL: a change of propagation has only a target and flags. */
export interface MountArguments {
  source?: PathLike | null;
  target: PathLike;
  type?: string | null;
  flags?: number;
  data?: PathLike | null;
}

/** mount(2). */
export function mount({ source = null, target, type = null, flags = 0, data = null }: MountArguments): void {
  const cTarget = cPath('target', target);
  const cFlags = cInt('flags', flags) >>> 0;
  const cSource = source === null ? null : cPath('source', source);
  const cType = type === null ? null : cPath('type', type);
  const cData = data === null ? null : cString('data', data);
  const facts = () => ({
    path: printable(source ?? target),
    dest: source === null ? undefined : printable(target),
    call: `mount(${[source, target, type].map(quoted).join(', ')}, ${flagNames('MS_', cFlags)}, ${quoted(data)})`,
  });
  mountCall(facts, cSource, cTarget, cType, cFlags, cData);
}

/**
 * umount2(2). `target` may be relative ("." is the mount of the current directory).
 *
 * @param known the path that messages show in its place
 */
export function umount2(target: PathLike, flags = 0, known = target): void {
  const cTarget = cPath('target', target);
  const cFlags = cInt('flags', flags);
  const facts = () => ({
    path: printable(known),
    call: `umount2(${quoted(known)}, ${flagNames(['MNT_', 'UMOUNT_'], cFlags)})`,
  });
  umount2Call(facts, cTarget, cFlags);
}

/** pivot_root(2): `newRoot` becomes the root mount and the old one moves to `putOld`. */
export function pivotRoot(newRoot: PathLike, putOld: PathLike): void {
  const cNewRoot = cPath('newRoot', newRoot);
  const cPutOld = cPath('putOld', putOld);
  const facts = () => ({
    path: printable(newRoot),
    dest: printable(putOld),
    call: `pivot_root(${quoted(newRoot)}, ${quoted(putOld)})`,
  });
  pivotRootCall(facts, cNewRoot, cPutOld);
}
