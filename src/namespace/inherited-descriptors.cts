import fs = require('node:fs');

import { HOST_DESCRIPTORS } from './environment.cjs';

/**
 * The descriptors that this process got from its parent, to be asked for before it opens any itself: Node has
 * made them close-on-exec when it started. Node's own are made by the kernel for it alone, or are pipes with
 * both ends here; and those of the host were handed to the preload, not to the program.
 */
export function findInheritedDescriptors(): number[] {
  const links = fs.readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [{ fd: Number(fd), link: fs.readlinkSync(`/proc/self/fd/${fd}`) }];
    } catch {
      return []; // the one that the list was read through
    }
  });
  const handed = (process.env[HOST_DESCRIPTORS] ?? '').split(':').map(Number);
  const own = ({ fd, link }: (typeof links)[number]) =>
    fd > STDERR &&
    (handed.includes(fd) ||
      link.startsWith('anon_inode:') ||
      link === '/dev/null' ||
      (link.startsWith('pipe:') && links.filter((other) => other.link === link).length > 1));
  return links.filter((each) => !own(each)).map(({ fd }) => fd);
}

const STDERR = 2;
