import { printable } from '../mounts/printable.js';
import { readProc } from './proc.js';

/** A process, as /proc tells of it (proc_pid_stat(5)). */
export interface ProcessInfo {
  readonly pid: number;
  readonly parentPid: number;
  /** When it started, in hundredths of a second since the machine did. With the pid it names one process. */
  readonly startTime: number;
  /** Whether nothing runs in it any more; it is there until its parent has waited for it. */
  readonly hasEnded: boolean;
  /** Its arguments, or its name in brackets where it has none. */
  readonly command: string;
}

/** Undefined when there is no such process (any more). */
export function readProcess(pid: number): ProcessInfo | undefined {
  const stat = readProc(`${pid}/stat`);
  if (stat === undefined) return undefined;
  const { name, state, ...info } = parseStat(stat);
  return { ...info, command: describeCommand(readProc(`${pid}/cmdline`) ?? '', name) };
}

/**
 * Parses the part of `/proc/PID/stat` that is needed here. The second field is the name of the program in
 * parentheses, and can hold anything.
 *
 * @throws {TypeError} when the text is not of that form
 */
export function parseStat(stat: string): Omit<ProcessInfo, 'command'> & { name: string; state: string } {
  const [, pid, name] = /^(\d+) \((.*)\) /s.exec(stat) ?? [];
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  const [state = '', parentPid, threads, startTime] = [STATE, PARENT_PID, THREADS, START_TIME].map(
    (field) => fields[field - STATE],
  );
  if (name === undefined || startTime === undefined) throw new TypeError(`no /proc/PID/stat: ${stat}`);
  return {
    pid: Number(pid),
    name,
    state,
    parentPid: Number(parentPid),
    startTime: Number(startTime),
    // The first thread of a process can end before the others.
    hasEnded: state === 'X' || (state === 'Z' && Number(threads) <= 1),
  };
}

function describeCommand(cmdline: string, name: string): string {
  const text = cmdline.replace(/\0+$/, '').replaceAll('\0', ' ');
  const command = printable(Buffer.from(text === '' ? `[${name}]` : text, 'latin1').toString());
  return command.length > LONGEST ? `${command.slice(0, LONGEST - 1)}…` : command;
}

// Numbers of fields.
const STATE = 3;
const PARENT_PID = 4;
const THREADS = 20;
const START_TIME = 22;

const LONGEST = 100;
