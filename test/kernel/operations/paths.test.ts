import fs from 'node:fs';
import { expect } from 'mountns/vitest';
import { encodePath } from '../../../native/path-bytes.cjs';
import { errorOf } from '../errors/error-of.js';
import { operationTest } from './operation-test.js';

const NAMES = {
  spaces: 'a b  c',
  'a newline': 'a\nb',
  'a tab and a backslash': 'a\t\\b',
  'an escape of its own': 'a\\040b',
  'more than ASCII': 'ä€𝄞',
  'bytes outside of UTF-8': 'a\udcff\udc80b',
};

for (const [what, name] of Object.entries(NAMES)) {
  operationTest(`a path may hold ${what}, existing or missing`, [], (ns, dir) => {
    const read = (file: string) => fs.readFileSync(encodePath(file), 'utf8');
    const write = (file: string) => fs.writeFileSync(encodePath(file), 'x');
    ns.tmpfs(`${dir}/t/${name}/missing`);
    write(`${dir}/t/${name}/missing/f`);
    const made = encodePath(`${dir}/t`);
    expect(fs.readdirSync(made, 'buffer')).toEqual([encodePath(name)]);
    expect(ns.mounts().at(`${dir}/t/${name}/missing`)?.fsType).toBe('tmpfs');
    expect(ns).toBeIsolatedFromHost(`${dir}/t/${name}/missing`);

    ns.tmpfs(`${dir}/t/${name}`);
    write(`${dir}/t/${name}/f`);
    ns.bind(`${dir}/t/${name}/f`, `${dir}/t/${name}/file ${name}`);
    expect(read(`${dir}/t/${name}/file ${name}`)).toBe('x');
    ns.readonly(`${dir}/t/${name}/f`);
    ns.umount(`${dir}/t/${name}/f`);
    ns.mask(`${dir}/t/${name}/f`);
    expect(read(`${dir}/t/${name}/f`)).toBe('');
    ns.move(`${dir}/t/${name}`, `${dir}/moved/${name}`);
    ns.propagation(`${dir}/moved/${name}`, 'shared');
    ns.propagation(`${dir}/moved/${name}`, 'private');
    ns.remount(`${dir}/moved/${name}`, { flags: ['noexec'] });
    ns.overlay(`${dir}/moved/${name}`);
    write(`${dir}/moved/${name}/g`);
    ns.pivotRoot(`${dir}/moved/${name}`, `${dir}/moved/${name}/old ${name}`);
    expect(read('/g')).toBe('x');
    expect(ns.mounts().at(`/old ${name}`)).toBeDefined();
  });
}

operationTest(
  'nothing is mounted on the root of the process, where no path would lead to it',
  ['d/'],
  (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    const before = String(ns.mounts());
    const operations = [
      () => ns.tmpfs('/'),
      () => ns.mount({ target: '//', type: 'tmpfs' }),
      () => ns.proc('/'),
      () => ns.bind(`${dir}/d`, '/.'),
      () => ns.overlay('/', { lower: `${dir}/d` }),
      () => ns.mask('/'),
      () => ns.move(`${dir}/d`, '/'),
    ];
    for (const operation of operations) {
      const error = errorOf(operation);
      expect(error).toMatchObject({ code: 'EBUSY', path: '/' });
      expect(error.message).toBe(
        'cannot mount on /: it is the root of this process\n' +
          '  why:  no path would lead to the new mount, the root stays the one beneath it\n' +
          '  fix:  mount it elsewhere, and make that the root: ns.pivotRoot(path)',
      );
    }
    expect(String(ns.mounts())).toBe(before);
  },
);

operationTest('a message shows such a path in one line', [], (ns, dir) => {
  expect(() => ns.umount(`${dir}/a\nb\udcff`)).toThrow(
    expect.objectContaining({
      path: `${dir}/a\nb\udcff`,
      message: expect.stringMatching(
        new RegExp(
          `^umount ${dir}/a\\\\012b\\\\377 failed: openat2\\(2\\) ENOENT, no such file or directory\n`,
        ),
      ),
    }),
  );
});
