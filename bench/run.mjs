// Measures this package side by side with others, and writes the table as JSON and Markdown:
//   npm run bench                    everything
//   npm run bench -- --quick scopes  one section, with few runs
//   npm run bench -- --docs          and puts the table into docs/performance.md, which has one for each Node it names
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { install } from './installed.mjs';

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
  options: { quick: { type: 'boolean', default: false }, docs: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !SECTIONS.includes(name));
if (unknown.length > 0)
  throw new Error(`unknown section ${unknown.join(', ')}, known are ${SECTIONS.join(', ')}`);

// Whatever the benchmarks mount stays in a namespace of their own.
const repository = process.env.MOUNTNS_BENCH;
if (repository === undefined) {
  const own = path.resolve(import.meta.dirname, '..');
  const folder = install(own);
  const script = path.join(folder, 'bench/run.mjs');
  const inside = ['--mount', '--propagation', 'private', process.execPath, script, ...process.argv.slice(2)];
  // What a machine may have set: a file of certificates alone can double the start of Node 20, for all in the same way.
  const machine = { NODE_EXTRA_CA_CERTS: undefined, NODE_OPTIONS: undefined };
  const env = { ...process.env, ...machine, MOUNTNS_BENCH: own };
  const { status } = spawnSync('unshare', inside, { stdio: 'inherit', env });
  fs.rmSync(folder, { recursive: true });
  process.exit(status ?? 1);
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
  const start = performance.now();
  let rows;
  try {
    rows = await section(values);
  } catch (error) {
    // The other sections still say something; the run as a whole has failed.
    console.error(`${name}: ${error.stack}`);
    process.exitCode = 1;
    continue;
  }
  for (const row of rows) {
    results.rows.push(row);
    console.log(line(row));
  }
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
const directory = path.join(repository, 'bench/results');
fs.mkdirSync(directory, { recursive: true });
fs.writeFileSync(path.join(directory, 'latest.json'), `${JSON.stringify(results, null, 2)}\n`);
fs.writeFileSync(path.join(directory, 'latest.md'), markdown(results));
if (values.docs && process.exitCode === undefined) intoDocs(markdown(results));

/** Between two comments, which stay. */
function intoDocs(table) {
  const page = path.join(repository, 'docs/performance.md');
  const [node] = process.versions.node.split('.');
  const [begin, end] = [`<!-- bench: Node ${node} -->\n`, '<!-- end of bench -->'];
  const [before, rest] = fs.readFileSync(page, 'utf8').split(begin);
  if (rest === undefined) throw new Error(`${page} has no ${begin}`);
  fs.writeFileSync(page, `${before}${begin}\n${table}\n${rest.slice(rest.indexOf(end))}`);
}

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
