import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';

const platforms = [
  { platform: 'darwin', cpu: 'arm64' },
  { platform: 'win32', cpu: 'x64' },
];

/** Installs the packed package as npm does on that platform, without any runner. */
function install({ platform, cpu }: (typeof platforms)[number]): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-platform-'));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  fs.writeFileSync(path.join(directory, 'package.json'), '{ "private": true, "type": "module" }');
  fs.writeFileSync(
    path.join(directory, 'platform.cjs'),
    `Object.defineProperty(process, 'platform', { value: '${platform}' });`,
  );
  const installed = inject('installed');
  const tarball = fs.readdirSync(installed).find((name) => name.endsWith('.tgz')) as string;
  const options = [`--os=${platform}`, `--cpu=${cpu}`, '--prefer-offline', '--ignore-scripts'];
  execFileSync('npm', ['install', ...options, path.join(installed, tarball)], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return directory;
}

describe.each(platforms)('$platform-$cpu', ({ platform, cpu }) => {
  test('the package installs there, and what needs no runner can be imported, without native code', () => {
    const directory = install({ platform, cpu });
    expect(fs.readdirSync(path.join(directory, 'node_modules/@koromix'))).toEqual([
      `koffi-${platform}-${cpu}`,
    ]);
    const script = `
      import fs from 'node:fs';
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const { exports } = require('mountns/package.json');
      const names = Object.keys(exports).filter((name) => !/vitest$|jest$|register|package.json/.test(name));
      for (const name of names) await import(name.replace('.', 'mountns'));
      const { checkSupport } = await import('mountns');
      const { supported, summary } = checkSupport();
      const isNative = fs.readFileSync('/proc/self/maps', 'latin1').includes('koffi');
      const required = require('mountns').checkSupport().summary;
      console.log(JSON.stringify({ names, supported, summary, required, isNative }));`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', './platform.cjs', '--input-type=module', '-e', script],
      { cwd: directory, encoding: 'utf8' },
    );
    expect(stderr.replace(/^.*Warning: .*\n(\(Use .*\n)?/gm, '')).toBe('');
    const summary = `mountns needs Linux, this is ${platform}`;
    expect(JSON.parse(stdout)).toEqual({
      names: ['.', './vitest/config', './jest/runner', './matchers'],
      supported: false,
      summary,
      required: summary,
      isNative: false,
    });
    const preloaded = spawnSync(
      process.execPath,
      ['--require', './platform.cjs', '--require', 'mountns/register', '-e', '0'],
      { cwd: directory, encoding: 'utf8' },
    );
    expect(preloaded.stderr).toContain(`NamespaceError: ${summary}\n`);
    expect(preloaded.status).toBe(1);
  });
});
