// Runs a command on a hostile host: in a mount namespace whose `/` is shared, as on a machine with systemd.
// In a container `/` is often private, and a forgotten MS_PRIVATE goes unnoticed.
//
//   node test/hostile-host.mjs vitest run
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error('usage: node test/hostile-host.mjs command [argument …]');
  process.exit(2);
}

if (process.getuid?.() !== 0)
  console.error('without root the tests run in a user namespace: those of what it does not allow will fail');
const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const child = spawn(
  'unshare',
  [
    ...asRoot,
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    'mount --make-rshared / && exec "$@"',
    'sh',
    command,
    ...args,
  ],
  { stdio: 'inherit' },
);

for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
  process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => {
  // A terminal sends it to all processes in front of it; the command would get it twice, which means more to it.
  if (!process.stdin.isTTY) child.kill('SIGINT');
});

child.on('error', (error) => {
  console.error(`${error.message}: the tests need unshare(1) and mount(8) of util-linux`);
  process.exit(127);
});
child.on('exit', (code, signal) =>
  process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
);
