// Prints how many microseconds each of N scopes took, after WARM-UP others:
//   node --require mountns/register scope-loop.mjs empty|tmpfs N WARM-UP
import { withMountNamespace } from 'mountns';

const [kind, count, warmUp] = process.argv.slice(2);
const use = kind === 'tmpfs' ? (ns) => ns.tmpfs('/mnt') : () => {};
for (let index = -Number(warmUp); index < Number(count); index++) {
  const start = performance.now();
  await withMountNamespace(use);
  if (index >= 0) console.log(((performance.now() - start) * 1000).toFixed(1));
}
