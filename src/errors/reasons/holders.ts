import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { decodePath } from '../../../native/path-bytes.cjs';
import { mountIdOf } from '../../../native/statx.cjs';
import { probe } from '../../../native/unless.cjs';
import { printable } from '../../mounts/printable.js';
import { accessModeOf } from '../../processes/access-mode.cjs';

/** A process that uses a mount. */
export interface Holder {
  pid: number;
  /** As in /proc/PID/comm. */
  name: string;
  /** `cwd /x`, `root /x`, `fd 21 /x/file`, `mapping of /x/library.so`. */
  uses: string[];
}

/**
 * The processes in this mount namespace that use the mount with this id (proc_pid_cwd(5), proc_pid_fd(5),
 * proc_pid_map_files(5)); with `writing`, only those that could write through it. Processes that may not be
 * looked at are left out.
 */
export function findHolders(mountId: number, { writing = false } = {}): Holder[] {
  const namespace = readlinkSync('/proc/thread-self/ns/mnt');
  const holders: Holder[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || probe(() => readlinkSync(`/proc/${pid}/ns/mnt`)) !== namespace) continue;
    const links = writing ? writableLinks(pid) : allLinks(pid);
    const uses = links.filter(({ link }) => probe(() => mountIdOf(link)) === mountId).map(describeUse);
    const name = probe(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd()) ?? '?';
    if (uses.length > 0) holders.push({ pid, name, uses: [...new Set(uses)] });
  }
  return holders;
}

/** Holders for people, a line each: `process 7 (sleep): cwd /x`. */
export function formatHolders(holders: readonly Holder[]): string {
  const lines = holders.slice(0, MOST).map(({ pid, name, uses }) => {
    const who = pid === process.pid ? `${name}, this process` : name;
    const more = uses.length > MOST ? `, and ${uses.length - MOST} more` : '';
    return `process ${pid} (${printable(who)}): ${uses.slice(0, MOST).join(', ')}${more}`;
  });
  if (holders.length > MOST) lines.push(`and ${holders.length - MOST} more processes`);
  return lines.join('\n');
}

interface Use {
  what: string;
  /** A link of proc that leads to the file itself, whatever its path is now. */
  link: string;
}

function allLinks(pid: number): Use[] {
  const fds = list(`/proc/${pid}/fd`).map((fd) => ({ what: `fd ${fd}`, link: `/proc/${pid}/fd/${fd}` }));
  const mappings = list(`/proc/${pid}/map_files`).map((range) => mapping(pid, range));
  const places = ['cwd', 'root'].map((what) => ({ what, link: `/proc/${pid}/${what}` }));
  return [...places, ...fds, ...mappings];
}

function writableLinks(pid: number): Use[] {
  const fds = list(`/proc/${pid}/fd`).filter((fd) => probe(() => accessModeOf(pid, fd)));
  const maps = probe(() => readFileSync(`/proc/${pid}/maps`, 'latin1')) ?? '';
  const shared = [...maps.matchAll(/^(\S+) .w.s /gm)].map(([, range]) => mapping(pid, range as string));
  return [...fds.map((fd) => ({ what: `fd ${fd}`, link: `/proc/${pid}/fd/${fd}` })), ...shared];
}

function mapping(pid: number, range: string): Use {
  return { what: 'mapping of', link: `/proc/${pid}/map_files/${range}` };
}

function describeUse({ what, link }: Use): string {
  const path = probe(() => decodePath(readlinkSync(link, 'buffer'))) ?? '?';
  return `${what} ${printable(path)}`;
}

function list(directory: string): string[] {
  return probe(() => readdirSync(directory)) ?? [];
}

const MOST = 10;
