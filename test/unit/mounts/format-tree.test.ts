import { expect, test } from 'vitest';

import { formatTree } from '../../../src/mounts/format-tree.js';
import { parseMountInfo } from '../../../src/mounts/parse-mount-info.js';

const machine = `\
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
22 27 0:21 / /proc rw,nosuid - proc proc rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw,mode=755
26 24 0:24 / /dev/pts rw,relatime master:1 - devpts devpts rw,mode=600
29 26 0:26 / /dev/pts rw,relatime shared:3 master:1 propagate_from:2 - devpts devpts rw
25 24 0:23 / /dev/shm ro,relatime unbindable - tmpfs  rw
31 27 254:0 /srv/data /data rw,relatime - ext4 /dev/vda ro
`;

test('draws the mounts as findmnt does, each below the mount that it is on', () => {
  expect(formatTree(parseMountInfo(machine))).toMatchInlineSnapshot(`
    "TARGET         SOURCE              FSTYPE   PROPAGATION              OPTIONS
    /              /dev/vda            ext4     shared:1                 rw,relatime,discard
    ├─/proc        proc                proc     private                  rw,nosuid
    ├─/dev         devtmpfs            devtmpfs private                  rw,relatime,mode=755
    │ ├─/dev/pts   devpts              devpts   slave:1                  rw,relatime,mode=600
    │ │ └─/dev/pts devpts              devpts   slave:1+shared:3, from 2 rw,relatime
    │ └─/dev/shm   ""                  tmpfs    unbindable               ro,relatime
    └─/data        /dev/vda[/srv/data] ext4     private                  ro,relatime"
  `);
});

test('draws several trees when the parents are not among the mounts', () => {
  const mounts = parseMountInfo(machine).filter(({ id }) => id !== 27 && id !== 26);
  expect(formatTree(mounts)).toMatchInlineSnapshot(`
    "TARGET     SOURCE              FSTYPE   PROPAGATION              OPTIONS
    /proc      proc                proc     private                  rw,nosuid
    /dev       devtmpfs            devtmpfs private                  rw,relatime,mode=755
    └─/dev/shm ""                  tmpfs    unbindable               ro,relatime
    /dev/pts   devpts              devpts   slave:1+shared:3, from 2 rw,relatime
    /data      /dev/vda[/srv/data] ext4     private                  ro,relatime"
  `);
});

test('colours guides, types, ties to other mounts and ro, and changes nothing else', () => {
  const mounts = parseMountInfo(machine).slice(3, 6);
  const coloured = formatTree(mounts, { colour: true });
  expect(JSON.stringify(coloured).replaceAll('\\u001b', '^').replaceAll('\\n', '\n')).toMatchInlineSnapshot(`
    ""^[1mTARGET     ^[22m^[1mSOURCE ^[22m^[1mFSTYPE ^[22m^[1mPROPAGATION              ^[22m^[1mOPTIONS^[22m
    /dev/pts   devpts ^[36mdevpts ^[39m^[33mslave:1                  ^[39mrw,relatime,mode=600
    ^[2m└─^[22m/dev/pts devpts ^[36mdevpts ^[39m^[33mslave:1+shared:3, from 2 ^[39mrw,relatime
    /dev/shm   \\"\\"     ^[36mtmpfs  ^[39munbindable               ^[31mro^[39m,relatime""
  `);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences are what is looked for
  expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(formatTree(mounts));
  const written = parseMountInfo('1 0 0:1 / / rw - ext4 /dev/vda rw,errors=remount-ro\n');
  expect(formatTree(written, { colour: true })).toContain('rw,errors=remount-ro');
});

test('keeps one line a mount and its columns, whatever the names are', () => {
  const hostile = `\
1 0 0:1 / / rw - tmpfs t rw
2 1 0:2 / /a\\012b\\134 rw - tmpfs \\033[2J rw
3 1 0:3 / /日本😀 rw - tmpfs t rw
4 1 0:4 / /\\377\\342\\200\\256x\u0085 rw - tmpfs t rw
5 1 0:5 / /a\\040b rw - tmpfs t rw,x=\\015
`;
  expect(formatTree(parseMountInfo(hostile))).toMatchInlineSnapshot(`
    "TARGET                       SOURCE  FSTYPE PROPAGATION OPTIONS
    /                            t       tmpfs  private     rw
    ├─/a\\012b\\134                \\033[2J tmpfs  private     rw
    ├─/日本😀                       t       tmpfs  private     rw
    ├─/\\377\\342\\200\\256x\\302\\205 t       tmpfs  private     rw
    └─/a b                       t       tmpfs  private     rw,x=\\015"
  `);
});

test('says when there are none', () => {
  expect(formatTree([])).toBe('no mounts');
});

test('draws stacks as deep as the kernel allows', () => {
  const lines = Array.from({ length: 3000 }, (_, id) => `${id + 1} ${id} 0:1 / / rw - tmpfs t rw\n`);
  expect(formatTree(parseMountInfo(lines.join(''))).split('\n')).toHaveLength(3001);
});
