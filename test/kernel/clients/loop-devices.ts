import fs from 'node:fs';
import { isInUserNamespace } from '../../unprivileged.js';

/**
 * Why no file system can be mounted through a loop device here, or undefined when that must work: /dev/loop-control
 * is not there in a container, and a user namespace may not mount from disks.
 */
export function probeLoopDevices(): string | undefined {
  if (isInUserNamespace) return 'this is a user namespace, which may not mount from disks';
  try {
    fs.closeSync(fs.openSync('/dev/loop-control', 'r+'));
    return undefined;
  } catch (error) {
    return `/dev/loop-control can't be opened: ${(error as Error).message}`;
  }
}

/** The loop devices of the machine whose file is called so, by sysfs, which knows no namespaces of mounts. */
export function loopDevicesOf(name: string): string[] {
  return fs
    .readdirSync('/sys/block')
    .filter((device) => device.startsWith('loop'))
    .filter((device) => probeText(`/sys/block/${device}/loop/backing_file`)?.includes(name));
}

function probeText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    // It has no file, or has lost it meanwhile.
    return undefined;
  }
}
