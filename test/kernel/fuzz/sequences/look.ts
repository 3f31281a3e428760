import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { MountTable } from 'mountns';
import { O_PATH } from '../../../../native/constants.cjs';
import { openat, readlinkat } from '../../../../native/directories.cjs';
import { readDirectory } from '../../../../native/directory-entries.cjs';
import { isSameFile, locationOf, mountIdOf } from '../../../../native/statx.cjs';
import { using } from '../../../../native/using.cjs';
import { fgetxattr, flistxattr } from '../../../../native/xattr.cjs';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants;

/** Opened before any test takes /proc away. */
export const procFd = fs.openSync('/proc', O_RDONLY | O_DIRECTORY);
const hostRootFd = fs.openSync(`/proc/${process.ppid}/root`, O_PATH | O_DIRECTORY);

function readProc(path: string): string {
  return using(openat(procFd, path, O_RDONLY), (fd) => fs.readFileSync(fd, 'latin1'));
}

/** The lines of the table of this process, and the text of that of the host. */
export const ownTable = () => readProc('self/mountinfo').split('\n').filter(Boolean).sort();
export const hostTable = () => readProc(`${process.ppid}/mountinfo`);

/** How many descriptors this process has open. */
export const descriptorCount = (): number =>
  using(openat(procFd, 'self/fd', O_RDONLY | O_DIRECTORY), (fd) => readDirectory(fd).length);

/** All below a directory of the host, with what could change. */
export function hostTree(directory: string): string[] {
  const lines: string[] = [];
  const walk = (dirfd: number, name: string, path: string) => {
    const fd = openat(dirfd, name, O_PATH | O_NOFOLLOW);
    try {
      const s = fs.fstatSync(fd, { bigint: true });
      let content = '';
      if (s.isSymbolicLink()) content = readlinkat(fd, '').toString();
      if (s.isFile() || s.isDirectory()) {
        const rd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW);
        try {
          content = `${flistxattr(rd)
            .sort()
            .map((x) => `${x}=${fgetxattr(rd, x).toString('latin1')}`)
            .join()} `;
          if (s.isFile()) content += fs.readFileSync(rd, 'latin1');
          else for (const n of readDirectory(rd).map(String).sort()) walk(rd, n, `${path}/${n}`);
        } finally {
          fs.closeSync(rd);
        }
      }
      lines.push(
        `${path} ${s.ino} ${s.mode.toString(8)} ${s.uid} ${s.gid} ${s.size} ${s.mtimeNs} ${content}`,
      );
    } finally {
      fs.closeSync(fd);
    }
  };
  walk(hostRootFd, directory.slice(1), '');
  return lines.sort();
}

/** What is seen at paths: those below a directory, by their names. */
export type View = Map<string, string>;

export function view(directory: string, skip: ReadonlySet<string>): View {
  const found: View = new Map();
  const walk = (path: string, name: string) => {
    // A bind of a directory in itself doubles what there is.
    if (found.size > 400) return;
    let line: string;
    try {
      const s = fs.lstatSync(path);
      line = `${s.mode.toString(8)} ${s.uid}:${s.gid} `;
      if (s.isSymbolicLink()) line += readlink(path);
      else if (s.isFile()) line += `${Math.round(s.mtimeMs)} ${readFile(path)}`;
      if (s.isDirectory() && !skip.has(path)) {
        line += Math.round(s.mtimeMs);
        found.set(name, line);
        for (const n of list(path)) walk(path === '/' ? `/${n}` : `${path}/${n}`, `${name}/${n}`);
        return;
      }
    } catch (error) {
      line = String((error as NodeJS.ErrnoException).code);
    }
    found.set(name, line);
  };
  walk(directory, '');
  return found;
}

const codeOr = (f: () => string): string => {
  try {
    return f();
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
};
const readlink = (p: string) => codeOr(() => fs.readlinkSync(p));
const readFile = (p: string) => codeOr(() => fs.readFileSync(p, 'latin1'));
const list = (p: string) => {
  try {
    return fs.readdirSync(p).sort();
  } catch {
    return [];
  }
};

/** Where this process is, and what else belongs to it and not to a mount. */
export function place() {
  const cwd = codeOr(() =>
    using(openat(procFd, 'thread-self', O_PATH), (fd) => readlinkat(fd, 'cwd').toString()),
  );
  return {
    cwd,
    process: codeOr(() => process.cwd()),
    /** Whether the working directory is what its path leads to. */
    isSeen: codeOr(() => String(isSameFile(locationOf('.'), locationOf(cwd)))) === 'true',
    mountId: mountIdOf('.'),
    rootId: mountIdOf('/'),
    dot: codeOr(() => String(fs.statSync('.').ino)),
    root: codeOr(() => `${mountIdOf('/')} ${mountIdOf('/..')} ${fs.statSync('/').ino}`),
    umask: readProc('self/status').match(/Umask:\s*(\d+)/)?.[1],
    environment: createHash('md5').update(JSON.stringify(process.env)).digest('hex'),
  };
}

/** The processes that this one has started. */
export const children = () => readProc(`thread-self/children`).trim();

/** All that a step is judged by. */
export interface Look {
  lines: string[];
  table: MountTable;
  view: View;
  place: ReturnType<typeof place>;
  descriptors: number;
}

export function look({ prefix }: { prefix: string }): Look {
  const lines = ownTable();
  const table = new MountTable(lines.map((line) => `${line}\n`).join(''));
  const procs = [...table].filter((mount) => mount.fsType === 'proc' && table.at(mount.mountPoint) === mount);
  const skip = new Set(procs.map(({ mountPoint }) => mountPoint));
  return { lines, table, view: view(prefix || '/', skip), place: place(), descriptors: descriptorCount() };
}
