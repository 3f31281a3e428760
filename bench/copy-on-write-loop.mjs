// A copy-on-write scope in which files of a tree are changed, against the same in a copy made by cp.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withMountNamespace } from 'mountns';
import { compile } from './compile.mjs';
import { alternate, ratio } from './measure.mjs';

const runs = Number(process.argv[2]);
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-bench-'));
const floor = compile('floor', directory);
const rows = [];
for (const size of [1000, 5000]) {
  const tree = path.join(directory, `tree-${size}`);
  for (let index = 0; index < size; index++) {
    fs.mkdirSync(path.join(tree, String(index % 50)), { recursive: true });
    fs.writeFileSync(path.join(tree, String(index % 50), `${index}.txt`), 'x'.repeat(1000));
  }
  for (const changed of [0, 1000]) {
    const change = (root) => {
      for (let index = 0; index < changed; index++)
        fs.appendFileSync(path.join(root, String(index % 50), `${index}.txt`), 'y');
    };
    const copy = path.join(directory, 'copy');
    const { scope, copied, kernel } = await alternate(
      {
        scope: () => withMountNamespace({ copyOnWrite: [tree] }, () => change(tree)),
        copied: () => {
          execFileSync('cp', ['-a', '--reflink=auto', tree, copy]);
          change(copy);
          execFileSync('rm', ['-rf', copy]);
        },
        kernel: () => ({ wall: changed > 0 ? Number(execFileSync(floor, ['overlay', tree])) : 0 }),
      },
      { runs },
    );
    const what = `copy-on-write, ${size} files, ${changed} changed`;
    const against = 'cp -a --reflink=auto, and rm';
    rows.push({ what, against, ...ratio(scope.wall, copied.wall), reach: size === 1000 ? 0.1 : undefined });
    if (changed > 0)
      rows.push({
        what: `${what}: the system calls alone, in C`,
        against,
        ...ratio(kernel.wall, copied.wall),
      });
  }
}
fs.rmSync(directory, { recursive: true });
console.log(JSON.stringify(rows));
