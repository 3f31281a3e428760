import fs from 'node:fs';
import { NamespaceError, readMounts } from 'mountns';
import { expect } from 'vitest';
import { O_PATH, OPEN_TREE_CLONE } from '../../../../native/constants.cjs';
import { openat, readlinkat } from '../../../../native/directories.cjs';
import { readDirectory } from '../../../../native/directory-entries.cjs';
import { openTree } from '../../../../native/mount-tree.cjs';
import { fgetxattr, flistxattr } from '../../../../native/xattr.cjs';
import { type Context, resolvePath } from './context.js';
import { procFd } from './look.js';

const kind = (line: string) => line.split(' ')[0]?.replace(/\d{4}$/, '');

/** Compares what `ns.changes()` says with two walks through the layers of the scope. */
export function checkChanges(ctx: Context): void {
  if (ctx.plan.copyOnWrite === false) {
    expect(() => ctx.ns.changes()).toThrow(NamespaceError);
    return;
  }
  const { created, modified, deleted } = ctx.ns.changes();
  const expected = { created: new Set<string>(), modified: new Set<string>(), deleted: new Set<string>() };
  const maybe = new Set<string>();
  for (const { path, fd, before } of ctx.parts) {
    const others = ctx.parts
      .filter((o) => o.path !== path && o.path.startsWith(`${path}/`))
      .map((o) => o.path);
    const apart = (p: string) => others.some((o) => p === o || p.startsWith(`${o}/`));
    const after = partTree(fd);
    for (const [name, line] of after) {
      const p = path + name;
      if (apart(p)) continue;
      const was = before.get(name);
      if (was === undefined || kind(was) !== kind(line)) {
        if ([...ctx.world.provided].some((s) => p.endsWith(s))) maybe.add(p);
        else expected.created.add(p);
      } else if (was !== line) expected.modified.add(p);
    }
    for (const [name, line] of before) {
      const p = path + name;
      if (apart(p)) continue;
      const parent = name.slice(0, name.lastIndexOf('/'));
      const now = after.get(name);
      // The parent is there, as a directory.
      const isParentThere = name === '' || (after.get(parent)?.startsWith('4') && true);
      if ((now === undefined && isParentThere) || (now !== undefined && kind(now) !== kind(line)))
        expected.deleted.add(p);
    }
  }
  const inBase = (p: string) => p === ctx.world.base || p.startsWith(`${ctx.world.base}/`);
  const clean = (list: string[]) => list.filter((p) => inBase(p) && !(list === created && maybe.has(p)));
  expect(
    { created: clean(created), modified: clean(modified), deleted: clean(deleted) },
    'changes()',
  ).toEqual({
    created: [...expected.created].sort(),
    modified: [...expected.modified].sort(),
    deleted: [...expected.deleted].sort(),
  });
}

/** What a mount shows below a directory, without what is mounted there. */
function partTree(fd: number): Map<string, string> {
  const found = new Map<string, string>();
  const { O_RDONLY, O_NOFOLLOW } = fs.constants;
  const walk = (dirfd: number, name: string | Buffer, path: string) => {
    const nofollow = path === '' ? 0 : O_NOFOLLOW;
    const p = openat(dirfd, name, O_PATH | nofollow);
    try {
      const s = fs.fstatSync(p);
      let line = `${s.mode.toString(8)} ${s.uid}:${s.gid} `;
      if (s.isSymbolicLink()) line += readlinkat(p, '').toString();
      else if (s.isFile() || s.isDirectory()) {
        const rd = openat(dirfd, name, O_RDONLY | nofollow);
        try {
          line += flistxattr(rd)
            .filter((x) => !/\.mountns/.test(x))
            .sort()
            .map((x) => `${x}=${fgetxattr(rd, x)}`)
            .join();
          if (s.isFile()) line += fs.readFileSync(rd, 'latin1');
          else for (const n of readDirectory(rd)) walk(rd, n, `${path}/${n}`);
        } finally {
          fs.closeSync(rd);
        }
      }
      found.set(path, line);
    } finally {
      fs.closeSync(p);
    }
  };
  walk(procFd, `self/fd/${fd}`, '');
  return found;
}

/** Finds the layers, right after a scope was entered. */
export function openParts(ctx: Context, outerDevices: ReadonlySet<string>): void {
  if (ctx.plan.copyOnWrite === false || ctx.prefix !== ctx.world.base) return;
  const table = readMounts('self');
  const roots =
    ctx.plan.copyOnWrite === true ? [ctx.prefix] : ctx.plan.copyOnWrite.map((name) => resolvePath(ctx, name));
  const paths = new Set<string>();
  for (const r of roots) {
    paths.add(r);
    for (const m of table.under(r)) if (table.at(m.mountPoint) !== undefined) paths.add(m.mountPoint);
  }
  for (const path of paths) {
    const device = table.containing(path)?.device as string;
    if (outerDevices.has(device)) continue;
    const part = { path, fd: openTree(path, OPEN_TREE_CLONE), before: new Map<string, string>() };
    ctx.parts.push(part);
    part.before = partTree(part.fd);
  }
}
