// Measures this package side by side with others, and writes the table as JSON and Markdown:
//   npm run bench                    everything
//   npm run bench -- --quick scopes  one section, with few runs
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const SECTIONS = [
  'worker-start',
  'one-file',
  'suites',
  'user-namespace',
  'scopes',
  'copy-on-write',
  'fixtures',
  'mount-info',
];
const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !SECTIONS.includes(name));
if (unknown.length > 0)
  throw new Error(`unknown section ${unknown.join(', ')}, known are ${SECTIONS.join(', ')}`);

// Whatever the benchmarks mount stays in a namespace of their own.
if (process.env.MOUNTNS_BENCH !== 'inside') {
  const inside = ['--mount', '--propagation', 'private', process.execPath, ...process.argv.slice(1)];
  execFileSync('unshare', inside, { stdio: 'inherit', env: { ...process.env, MOUNTNS_BENCH: 'inside' } });
  process.exit();
}

const results = {
  node: process.version,
  kernel: os.release(),
  cores: os.availableParallelism(),
  load: os.loadavg()[0],
  quick: values.quick,
  rows: [],
};
for (const name of positionals.length > 0 ? positionals : SECTIONS) {
  const { default: section } = await import(`./sections/${name}.mjs`);
  for (const row of await section(values)) {
    results.rows.push(row);
    console.log(line(row));
  }
}
const directory = path.join(import.meta.dirname, 'results');
fs.mkdirSync(directory, { recursive: true });
fs.writeFileSync(path.join(directory, 'latest.json'), `${JSON.stringify(results, null, 2)}\n`);
fs.writeFileSync(path.join(directory, 'latest.md'), markdown(results));

function markdown({ node, kernel, cores, load, rows }) {
  return [
    `Node ${node}, Linux ${kernel}, ${cores} cores, load ${load.toFixed(1)} at the start.`,
    '',
    '| what | against | median | p10 to p90 | runs | reach |',
    '|---|---|---|---|---|---|',
    ...rows.map(line),
    '',
  ].join('\n');
}

function line({ what, against, median, p10, p90, runs, reach, atLeast, unit = '' }) {
  const number = (value) => `${value.toFixed(2)}${unit && ` ${unit}`}`;
  const goal = reach !== undefined ? `at most ${reach}` : atLeast !== undefined ? `at least ${atLeast}` : '';
  return `| ${what} | ${against} | ${number(median)} | ${number(p10)} to ${number(p90)} | ${runs} | ${goal} |`;
}
