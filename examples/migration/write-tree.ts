import fs from 'node:fs';
import path from 'node:path';

/** Directories are objects, files are strings: what `mock()` of mock-fs and `vol.fromNestedJSON()` of memfs take. */
export interface Tree {
  [name: string]: string | Tree;
}

export function writeTree(directory: string, tree: Tree): void {
  fs.mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(tree)) {
    const file = path.join(directory, name);
    if (typeof content === 'string') fs.writeFileSync(file, content);
    else writeTree(file, content);
  }
}
