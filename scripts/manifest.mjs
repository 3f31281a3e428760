// @ts-check
// Leaves out of the packed package.json what only this repository needs, a hundredth of the package:
//
//   node scripts/manifest.mjs strip     before it is packed
//   node scripts/manifest.mjs restore   after that, which is for you to do when npm was killed meanwhile
import fs from 'node:fs';
import path from 'node:path';

const manifest = path.resolve(import.meta.dirname, '../package.json');
const whole = path.resolve(import.meta.dirname, '../package.json.whole');

if (process.argv[2] === 'strip') {
  fs.copyFileSync(manifest, whole);
  const { scripts: _, devDependencies: __, ...rest } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  fs.writeFileSync(manifest, JSON.stringify(rest));
} else if (fs.existsSync(whole)) {
  fs.renameSync(whole, manifest);
}
