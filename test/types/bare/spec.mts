// What must compile, with declarations of it, as an ES module and as one of CommonJS.
import {
  checkSupport,
  enterMountNamespace,
  MountError,
  type MountPattern,
  MountTable,
  parseMountInfo,
  readMounts,
  withMountNamespace,
} from 'mountns';
import * as matchers from 'mountns/matchers';

const pattern: MountPattern = { fsType: 'tmpfs' };
export const difference = readMounts('host').diff(readMounts());
export const { changed } = difference;
export const found = new MountTable(parseMountInfo('')).find(pattern);
export const fixes = checkSupport().checks.map(({ fix }) => fix);
export const changes = withMountNamespace((ns) => ns.changes());
export const { toShareMountNamespaceWith } = matchers;
export const codeOf = (error: unknown) => (error instanceof MountError ? error.code : undefined);

export async function enter() {
  await using ns = await enterMountNamespace();
  return ns.mounts();
}
