import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The folder that the benchmarks run in: a copy of theirs, beside the package as it is packed. */
export const installed = path.resolve(import.meta.dirname, '..');

export const preload = path.join(installed, 'node_modules/mountns/dist/src/register.cjs');

/** Makes such a folder, with what `repository` has installed. What is packed is minified, and not what is built for tests. */
export function install(repository) {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'mountns-bench-'));
  const modules = path.join(folder, 'node_modules');
  fs.mkdirSync(path.join(modules, 'mountns'), { recursive: true });
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: repository,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const tarball = path.join(folder, packed.trim().split('\n').at(-1));
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', path.join(modules, 'mountns')]);
  for (const name of fs.readdirSync(path.join(repository, 'node_modules')))
    if (!name.startsWith('.'))
      fs.symlinkSync(path.join(repository, 'node_modules', name), path.join(modules, name));
  fs.cpSync(path.join(repository, 'bench'), path.join(folder, 'bench'), { recursive: true });
  return folder;
}
