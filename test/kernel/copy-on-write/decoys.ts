import fs from 'node:fs';
import path from 'node:path';
import { temporaryDirectory } from '../../temporary-directory.js';

/** Makes a directory of decoys on the real file system; it is removed when the test ends. */
export function makeDecoys(files: Record<string, string> = {}): string {
  const directory = temporaryDirectory();
  fillDecoys(directory, files);
  return directory;
}

export function fillDecoys(directory: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(`${directory}/${name}`), { recursive: true });
    fs.writeFileSync(`${directory}/${name}`, content);
  }
}

/** The path by which the host's file can be reached from inside a scope: through a process that stayed there. */
export function onHost(file: string): string {
  return `/proc/${process.ppid}/root${file}`;
}

/** Throws unless a file made in `directory` stays out of the host's sight: before anything is destroyed there. */
export function requireContained(directory: string): void {
  if (!fs.existsSync(onHost(directory))) throw new Error(`${directory} can't be seen on the host`);
  const canary = `${directory}/canary-${process.pid}`;
  fs.writeFileSync(canary, '', { flag: 'wx' });
  const escaped = fs.existsSync(onHost(canary));
  fs.rmSync(canary);
  if (escaped) throw new Error(`the scope does not hold: ${canary} appeared on the host`);
}

/** Everything below `directory`, with its type, mode and content. */
export function contentOf(directory: string): string[] {
  const names = fs.readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => {
    const stat = fs.lstatSync(`${directory}/${name}`);
    const content = stat.isFile() ? fs.readFileSync(`${directory}/${name}`, 'utf8') : '';
    return `${name} ${stat.mode.toString(8)} ${stat.uid} ${content}`;
  });
}
