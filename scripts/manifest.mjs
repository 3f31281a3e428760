// @ts-check
// Leaves out of the packed package.json and README.md what only this repository needs, a hundredth of the package:
//
//   node scripts/manifest.mjs strip     before it is packed
//   node scripts/manifest.mjs restore   after that, which is for you to do when npm was killed meanwhile
import fs from 'node:fs';
import path from 'node:path';

/** File → what is packed of its text. @type {Record<string, (text: string) => string>} */
const PACKED = {
  'package.json': (text) => {
    const { scripts: _, devDependencies: __, ...rest } = JSON.parse(text);
    return JSON.stringify(rest);
  },
  // Marks for the tests of the documentation, and what only who has a clone can do.
  'README.md': (text) =>
    text.replace(/^<!-- .* -->\n/gm, '').replace(/^## Try it from a clone\n[\s\S]*?(?=^## )/m, ''),
};

for (const [name, pack] of Object.entries(PACKED)) {
  const file = path.resolve(import.meta.dirname, '..', name);
  // Not README.md.whole: npm packs whatever begins like that.
  const whole = path.resolve(import.meta.dirname, '..', `.${name}.whole`);
  if (process.argv[2] === 'strip') {
    fs.copyFileSync(file, whole);
    fs.writeFileSync(file, pack(fs.readFileSync(file, 'utf8')));
  } else if (fs.existsSync(whole)) {
    fs.renameSync(whole, file);
  }
}
