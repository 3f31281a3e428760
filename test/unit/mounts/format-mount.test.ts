import { expect, test } from 'vitest';

import { formatMount } from '../../../src/mounts/format-mount.js';
import type { Mount } from '../../../src/mounts/mount.js';
import { parseMountInfo } from '../../../src/mounts/parse-mount-info.js';

test.each([
  ['/ /data ro,relatime - tmpfs tmpfs rw', 'tmpfs on /data type tmpfs (ro,relatime), private'],
  [
    '/ /data rw,relatime - tmpfs tmpfs ro,size=1k',
    'tmpfs on /data type tmpfs (ro,relatime,size=1k), private',
  ],
  ['/srv /d rw shared:7 - ext4 /dev/sda1 rw', '/dev/sda1[/srv] on /d type ext4 (rw), shared:7'],
  ['/ /d rw master:7 - ext4 /dev/sda1 rw', '/dev/sda1 on /d type ext4 (rw), slave:7'],
  ['/ /d rw shared:9 master:7 - ext4 x rw', 'x on /d type ext4 (rw), slave:7+shared:9'],
  ['/ /d rw master:7 propagate_from:2 - ext4 x rw', 'x on /d type ext4 (rw), slave:7, from 2'],
  ['/ /d rw unbindable - ext4 x rw', 'x on /d type ext4 (rw), unbindable'],
  ['net:[40] /n rw - nsfs nsfs rw', 'nsfs[net:[40]] on /n type nsfs (rw), private'],
  ['/ /a\\040b\\012c\\134 rw - tmpfs  rw', '"" on /a b\\012c\\134 type tmpfs (rw), private'],
])('%s', (line, text) => {
  expect(formatMount(parseMountInfo(`1 2 0:3 ${line}`)[0] as Mount)).toBe(text);
});
