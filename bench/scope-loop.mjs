// Prints how many microseconds each of N scopes took, after WARM-UP others:
//   node --require mountns/register scope-loop.mjs empty|tmpfs N WARM-UP
import { withMountNamespace } from 'mountns';

const [kind, count, warmUp] = process.argv.slice(2);
const use = kind === 'tmpfs' ? (ns) => ns.tmpfs('/mnt') : () => {};
const times = [];
for (let index = -Number(warmUp); index < Number(count); index++) {
  const start = performance.now();
  await withMountNamespace(use);
  if (index >= 0) times.push((performance.now() - start) * 1000);
}
// At the end, as printf(3) has it in the loop that this is measured against.
console.log(times.map((time) => time.toFixed(1)).join('\n'));
