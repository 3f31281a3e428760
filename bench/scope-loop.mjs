// Prints how many microseconds each of N scopes took, after WARM-UP others:
//   node --require mountns/register scope-loop.mjs empty|tmpfs|missing N WARM-UP
import { withMountNamespace } from 'mountns';

const [kind, count, warmUp] = process.argv.slice(2);
const uses = {
  empty: () => {},
  tmpfs: (ns) => ns.tmpfs('/mnt'),
  missing: (ns) => ns.tmpfs('/mnt/mountns-missing'),
};
const times = [];
for (let index = -Number(warmUp); index < Number(count); index++) {
  const start = performance.now();
  await withMountNamespace(uses[kind]);
  if (index >= 0) times.push((performance.now() - start) * 1000);
}
// At the end, as printf(3) has it in the loop that this is measured against.
console.log(times.map((time) => time.toFixed(1)).join('\n'));
