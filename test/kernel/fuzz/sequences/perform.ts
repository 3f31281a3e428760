import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { readMounts } from 'mountns';
import { expect } from 'vitest';
import { type Context, resolvePath } from './context.js';
import { ownTable } from './look.js';
import type { Step } from './steps.js';

/** The steps that are operations of a scope. */
export const OPERATIONS: ReadonlySet<string> = new Set([
  'tmpfs',
  'mount',
  'bind',
  'overlay',
  'readonly',
  'remount',
  'mask',
  'move',
  'propagation',
  'pivotRoot',
  'umount',
  'induce',
  'proc',
]);

/** Does the operation. */
export function perform(ctx: Context, step: Step): unknown {
  const { ns } = ctx;
  const p = (at: string) => resolvePath(ctx, at);
  switch (step.do) {
    case 'tmpfs':
      return ns.tmpfs(p(step.at), step.size === undefined ? {} : { size: step.size });
    case 'mount':
      return ns.mount({ target: p(step.at), type: step.type, flags: step.flags as never });
    case 'bind':
      return ns.bind(p(step.from), p(step.at), { recursive: step.recursive, readonly: step.readonly });
    case 'overlay': {
      const { lower, upper, work } = step;
      return ns.overlay(p(step.at), {
        lower: lower?.map(p),
        upper: upper === undefined ? undefined : p(upper),
        work: work === undefined ? undefined : p(work),
      });
    }
    case 'readonly':
      return ns.readonly(p(step.at), { recursive: step.recursive });
    case 'remount':
      return ns.remount(p(step.at), { flags: step.flags as never, recursive: step.recursive });
    case 'mask':
      return ns.mask(p(step.at));
    case 'move':
      return ns.move(p(step.from), p(step.at));
    case 'propagation':
      return ns.propagation(p(step.at), step.type as never, { recursive: step.recursive });
    case 'pivotRoot':
      return ns.pivotRoot(p(step.at), step.old === undefined ? undefined : p(step.old));
    case 'umount':
      return ns.umount(p(step.at), { lazy: step.lazy });
    case 'induce':
      return ns.induce(
        step.errno as never,
        p(step.at),
        step.errno === 'ENOSPC' ? { inodes: step.inodes } : {},
      );
    case 'proc':
      return ns.proc(p(step.at));
  }
}

/** Where `path` leads, its last name not resolved; undefined where nothing does. */
function parentOf(path: string): string | undefined {
  try {
    return fs.realpathSync(path.slice(0, path.lastIndexOf('/')) || '/');
  } catch {
    return undefined;
  }
}

/** Whether what is written there goes to memory, as documented. */
export function mayWrite(ctx: Context, at: string): boolean {
  if (at === '' || at.startsWith('/')) return false;
  const path = resolvePath(ctx, at);
  const parent = parentOf(path);
  if (parent === undefined) return false;
  if (ctx.isMemory) return true;
  let real = parent;
  try {
    real = fs.realpathSync(path);
  } catch {}
  if (
    !ctx.isRearranged &&
    ctx.named.some(
      (n) => (parent === n || parent.startsWith(`${n}/`)) && (real === n || real.startsWith(`${n}/`)),
    )
  )
    return true;
  const table = readMounts('self');
  return [parent, real].every((each) => {
    const m = table.containing(each);
    return m !== undefined && !ctx.world.hostDevices.has(m.device);
  });
}

/** Does what is no operation of a scope. */
export async function act(ctx: Context, step: Step): Promise<void> {
  const path = 'at' in step ? resolvePath(ctx, step.at) : '';
  const from = 'from' in step ? resolvePath(ctx, step.from) : '';
  const wrote = () => {
    ctx.hasWritten = true;
  };
  switch (step.do) {
    case 'chdir':
      return process.chdir(path);
    case 'umask':
      return void process.umask(step.mask);
    case 'write':
      if (!mayWrite(ctx, step.at)) return;
      wrote();
      if (step.isAsync) await fs.promises.writeFile(path, 'async');
      else fs.writeFileSync(path, 'sync');
      return;
    case 'mkdir':
      if (mayWrite(ctx, step.at)) {
        wrote();
        fs.mkdirSync(path);
      }
      return;
    case 'remove':
      if (mayWrite(ctx, step.at)) {
        wrote();
        if (fs.lstatSync(path).isDirectory()) fs.rmdirSync(path);
        else fs.unlinkSync(path);
      }
      return;
    case 'symlink':
      if (mayWrite(ctx, step.at)) {
        wrote();
        fs.symlinkSync('a', path);
      }
      return;
    case 'chmod':
      if (mayWrite(ctx, step.at)) {
        wrote();
        fs.chmodSync(path, 0o700);
      }
      return;
    case 'rename':
      if (mayWrite(ctx, step.at) && mayWrite(ctx, step.from)) {
        wrote();
        fs.renameSync(from, path);
      }
      return;
    case 'child': {
      const cat = spawnSync('/bin/cat', ['/proc/self/mountinfo'], { encoding: 'latin1', env: {} });
      if (cat.error === undefined && cat.status === 0)
        expect(cat.stdout.split('\n').filter(Boolean).sort()).toEqual(ownTable());
      return;
    }
  }
}
