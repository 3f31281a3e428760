// @ts-check
// Makes what is packed small. Names of classes stay, which messages show; those of functions do not, which take a
// twentieth of the package. It runs before the package is packed; after that, `npm run build` writes everything anew.
import fs from 'node:fs';
import path from 'node:path';
import { minifySync } from 'rolldown/experimental';

const dist = path.resolve(import.meta.dirname, '../dist');
const keepNames = { function: false, class: true };

for (const name of fs.readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!/\.c?js$/.test(name)) continue;
  const file = path.join(dist, name);
  const source = fs.readFileSync(file, 'utf8');
  // Of the others, Node reads the names of the exports off the source.
  const isFree = name.endsWith('.js') || !name.includes('/');
  const { code, errors } = minifySync(name, source, {
    module: name.endsWith('.js'),
    mangle: (isFree || !source.includes('__exportStar')) && { toplevel: true, keepNames },
    compress: isFree && { keepNames },
    codegen: { removeWhitespace: true },
  });
  if (errors.length > 0) throw new Error(`${name}: ${errors.map(({ message }) => message).join('\n')}`);
  fs.writeFileSync(file, code);
}
