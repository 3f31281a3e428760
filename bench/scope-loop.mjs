// Prints how many microseconds each of N scopes took: node --require mountns/register scope-loop.mjs empty|tmpfs N
import { withMountNamespace } from 'mountns';

const [kind, count] = process.argv.slice(2);
const use = kind === 'tmpfs' ? (ns) => ns.tmpfs('/mnt') : () => {};
for (let index = -20; index < Number(count); index++) {
  const start = performance.now();
  await withMountNamespace(use);
  if (index >= 0) console.log(((performance.now() - start) * 1000).toFixed(1));
}
