// @ts-check
// Makes what is packed small. Names stay, so that stacks can be read. It runs when the package is packed; `npm run build`
// writes everything anew.
import fs from 'node:fs';
import path from 'node:path';
import { minifySync } from 'rolldown/experimental';

const dist = path.resolve(import.meta.dirname, '../dist');
const keepNames = { function: true, class: true };

for (const name of fs.readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!/\.c?js$/.test(name)) continue;
  const file = path.join(dist, name);
  // Of the others, Node reads the names of the exports off the source.
  const isBundle = !name.includes('/');
  const { code, errors } = minifySync(name, fs.readFileSync(file, 'utf8'), {
    module: name.endsWith('.js'),
    mangle: isBundle && { keepNames },
    compress: isBundle && { keepNames },
    codegen: { removeWhitespace: true },
  });
  if (errors.length > 0) throw new Error(`${name}: ${errors.map(({ message }) => message).join('\n')}`);
  fs.writeFileSync(file, code);
}
