import fs = require('node:fs');

import { cInt, cPath, type PathLike, printable, quoted } from './arguments.cjs';
import { O_CLOEXEC, POLLIN } from './constants.cjs';
import { systemCall } from './libc.cjs';
import { poll } from './poll.cjs';

const { readSync } = fs;

const initCall = systemCall('inotify_init1', ['int']);
const addWatchCall = systemCall('inotify_add_watch', ['int', 'const void *', 'unsigned int']);

/** inotify_init1(2) with `IN_CLOEXEC`. */
export function inotifyInit(): number {
  return initCall(() => ({ call: 'inotify_init1(IN_CLOEXEC)' }), O_CLOEXEC);
}

/** inotify_add_watch(2): the number of the watch. It keeps neither the mount nor its file system busy. */
export function inotifyAddWatch(fd: number, path: PathLike, mask: number): number {
  const cFile = cPath('path', path);
  const call = () => `inotify_add_watch(${fd}, ${quoted(path)}, 0x${mask.toString(16)})`;
  return addWatchCall(() => ({ path: printable(path), call: call() }), cInt('fd', fd), cFile, mask);
}

/** The numbers of the watches that had one of the events in `mask`, of what is there to be read (inotify(7)). */
export function inotifyRead(fd: number, mask: number): number[] {
  const watches: number[] = [];
  while (poll(fd, POLLIN) !== 0) {
    const length = readSync(fd, EVENTS);
    for (let at = 0; at < length; at += HEADER + EVENTS.readUInt32LE(at + 12)) {
      if ((EVENTS.readUInt32LE(at + 4) & mask) !== 0) watches.push(EVENTS.readInt32LE(at));
    }
  }
  return watches;
}

const EVENTS = Buffer.alloc(4096);
// struct inotify_event: wd, mask, cookie, length of the name
const HEADER = 16;
