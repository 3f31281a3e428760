import { readlinkSync } from 'node:fs';

/** What the doctor asks a pool worker: which mount namespace it is in. */
export default (): string => readlinkSync('/proc/thread-self/ns/mnt');
