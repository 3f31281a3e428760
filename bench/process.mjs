import { spawn } from 'node:child_process';
import fs from 'node:fs';

/**
 * Runs a command to its end. `wall` and `cpu` are milliseconds, of the command and of everything that it started and
 * waited for; `memory` (if asked for) is the largest sum of the memory of all its processes, in MiB. A page that several
 * share counts once: `Pss` of proc_pid_smaps(5). Looking takes time, so `wall` and `cpu` say nothing then.
 */
export async function runProcess(command, { cwd, env, memory = false } = {}) {
  const script = `TIMEFORMAT='%R %U %S'; time "$@" >/dev/null 2>&3 3>&-`;
  const child = spawn('bash', ['-c', script, 'bash', ...command], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let times = '';
  let errors = '';
  child.stderr.on('data', (chunk) => {
    times += chunk;
  });
  child.stdio[3].on('data', (chunk) => {
    errors += chunk;
  });
  let peak = 0;
  const sampler = memory
    ? setInterval(() => {
        peak = Math.max(peak, memoryOf(child.pid));
      }, 30)
    : undefined;
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(sampler);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${errors}${times}`);
  const [wall, user, system] = times
    .trim()
    .split(/\s+/)
    .map((seconds) => Number(seconds) * 1000);
  return memory ? { memory: peak } : { wall, cpu: user + system };
}

function memoryOf(pid) {
  let sum = 0;
  for (const descendant of tree(pid)) {
    try {
      // Between vfork(2) and execve(2) it has the memory of its parent.
      if (commandOf(descendant) === commandOf(parentOf(descendant))) continue;
      const [, kilobytes] = /^Pss: +(\d+)/m.exec(fs.readFileSync(`/proc/${descendant}/smaps_rollup`, 'utf8'));
      sum += Number(kilobytes);
    } catch {
      // It has ended.
    }
  }
  return sum / 1024;
}

function commandOf(pid) {
  return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}

function parentOf(pid) {
  return /^PPid:\t(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
}

function tree(pid) {
  try {
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return [pid, ...(children === '' ? [] : children.split(' ').flatMap(tree))];
  } catch {
    return [];
  }
}
