// The life of a fixture of 100 files: on a tmpfs of a scope, as other libraries have it, and what of it is the kernel's.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createFixture } from 'fs-fixture';
import { Volume } from 'memfs';
import mockFs from 'mock-fs';
import { withMountNamespace } from 'mountns';
import { compile } from './compile.mjs';
import { alternate, ratio } from './measure.mjs';

const runs = Number(process.argv[2]);
const files = Object.fromEntries(
  Array.from({ length: 100 }, (_, index) => [
    `directory-${index % 10}/file-${index}.txt`,
    `content ${index}\n`.repeat(20),
  ]),
);

function write(io, root) {
  for (const directory of new Set(Object.keys(files).map((name) => path.dirname(name))))
    io.mkdirSync(path.join(root, directory), { recursive: true });
  for (const [name, content] of Object.entries(files)) io.writeFileSync(path.join(root, name), content);
}

function read(io, root) {
  for (const name of Object.keys(files)) io.readFileSync(path.join(root, name), 'utf8');
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-bench-'));
const floor = compile('floor', directory);
const results = await alternate(
  {
    mountns: () =>
      withMountNamespace((ns) => {
        ns.tmpfs('/mnt');
        write(fs, '/mnt');
        read(fs, '/mnt');
      }),
    'fs-fixture': async () => {
      const fixture = await createFixture(files);
      read(fs, fixture.path);
      await fixture.rm();
    },
    'mock-fs': () => {
      mockFs(Object.fromEntries(Object.entries(files).map(([name, content]) => [`/mnt/${name}`, content])));
      read(fs, '/mnt');
      mockFs.restore();
    },
    memfs: () => {
      const volume = Volume.fromJSON({});
      write(volume, '/mnt');
      read(volume, '/mnt');
    },
    floor: () => ({ wall: Number(execFileSync(floor, ['fixture'])) }),
  },
  { runs, warmUp: 5 },
);
fs.rmSync(directory, { recursive: true });
const what = 'fixture of 100 files: make, read, throw away';
const row = (against, reach) => ({
  what,
  against,
  ...ratio(results.mountns.wall, results[against].wall),
  reach,
});
console.log(
  JSON.stringify([
    row('fs-fixture', 1),
    row('mock-fs', 1),
    row('memfs'),
    {
      what: `${what}: the system calls alone, in C`,
      against: 'mock-fs',
      ...ratio(results.floor.wall, results['mock-fs'].wall),
    },
  ]),
);
