import fs = require('node:fs');

import { accessModeOf } from '../processes/access-mode.cjs';
import { HOST_DESCRIPTORS } from './environment.cjs';

const { readdirSync, readlinkSync } = fs;

/**
 * The descriptors that this process got from its parent, to be asked for before it opens any itself: Node has
 * made them close-on-exec when it started. Node's own are made by the kernel for it alone, or are pipes with
 * both ends here, the one to read from and the one to write to; and those of the host were handed to the preload, not to the program.
 */
export function findInheritedDescriptors(): number[] {
  const links = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const link = readlinkSync(`/proc/self/fd/${fd}`);
      return [{ fd: Number(fd), link, end: link.startsWith('pipe:') ? accessModeOf('self', fd) : 0 }];
    } catch {
      return []; // the one that the list was read through
    }
  });
  const handed = (process.env[HOST_DESCRIPTORS] ?? '').split(':').map(Number);
  const own = ({ fd, link, end }: (typeof links)[number]) =>
    fd > STDERR &&
    (handed.includes(fd) ||
      link.startsWith('anon_inode:') ||
      link === '/dev/null' ||
      links.some((other) => other.link === link && other.end !== end));
  return links.filter((each) => !own(each)).map(({ fd }) => fd);
}

const STDERR = 2;
