import type { Mount, MountTable } from 'mountns';
import { expect } from 'vitest';
import { OWN_LAYER } from '../../../../src/layers/own-layer.js';
import { isInUserNamespace } from '../../../unprivileged.js';
import { type Context, nameOf, resolvePath } from './context.js';
import type { Look, View } from './look.js';
import type { Step } from './steps.js';
import { missingOf, sub, timeless, tolerateProvided, without } from './views.js';

type StepAt = Extract<Step, { at: string }>;

/** Whether what is mounted can travel: then less is known of what an operation does. */
export const isTied = (table: MountTable) =>
  [...table].some((mount) => mount.peerGroup !== undefined || mount.master !== undefined);

/** What an operation that succeeded has to have done, by the documentation. */
export function checkDone(ctx: Context, step: Step, before: Look, after: Look): void {
  // Where the root is detached, the table is empty.
  if (!('at' in step) || before.lines.length === 0 || after.lines.length === 0) return;
  const path = resolvePath(ctx, step.at);
  if (looksTheSame(step)) expect(timeless(after.view), 'what is in sight').toEqual(timeless(before.view));
  const isMount = before.table.at(path) !== undefined && path !== '/';
  if (step.do === 'propagation') checkPropagation(step, path, before, after);
  else if (step.do === 'remount') checkFlags(step.flags, path, before, after);
  else if (step.do === 'readonly' && isMount) checkFlags(['ro'], path, before, after);
  else if (!isTied(before.table) && !isTied(after.table)) checkMounts(ctx, step, before, after);
}

function checkMounts(ctx: Context, step: StepAt, before: Look, after: Look): void {
  const path = resolvePath(ctx, step.at);
  checkMountsElsewhere(ctx, step, before, after);
  if (path !== '/' && step.do !== 'umount') expect(after.table.at(path), 'a mount').toBeDefined();
  if (!step.at.startsWith('/')) checkFiles(step, before, after);
  if (step.do !== 'umount' || step.lazy) return;
  expect(after.lines.length, 'one mount less').toBe(before.lines.length - 1);
  for (const line of after.lines) expect(before.lines, 'no other mount changes').toContain(line);
}

const SAME = ['EBUSY', 'EXDEV', 'EROFS', 'EACCES', 'ENOSPC'];

function looksTheSame(step: StepAt): boolean {
  if (step.do === 'induce') return SAME.includes(step.errno);
  if (step.do === 'overlay') return step.lower === undefined;
  return step.do === 'readonly' || step.do === 'propagation' || step.do === 'remount';
}

function checkPropagation(
  { type, recursive }: Extract<Step, { do: 'propagation' }>,
  path: string,
  before: Look,
  after: Look,
): void {
  const types = { shared: ['shared', 'slave+shared'], slave: ['slave', 'private', 'unbindable'] };
  expect(types[type as 'slave'] ?? [type]).toContain(after.table.at(path)?.propagation);
  const rest = (line: string) => line.replace(/ (shared|master|propagate_from):\d+| unbindable/g, '');
  expect(after.lines.map(rest), 'all but propagation').toEqual(before.lines.map(rest));
  if (!recursive && !isTied(before.table)) expectOneChange(before, after);
}

function checkFlags(flags: readonly string[], path: string, before: Look, after: Look): void {
  const rest = (line: string) => line.replace(/^((?:\S+ ){5})\S+/, '$1');
  expect(after.lines.map(rest).sort(), 'all but flags').toEqual(before.lines.map(rest).sort());
  const options = after.table.at(path)?.options;
  for (const flag of flags) {
    if (/^(ro|rw|no.*|relatime)$/.test(flag)) expect(options).toContain(flag);
    else expect(options).not.toContain(`no${flag}`);
  }
}

function expectOneChange(before: Look, after: Look): void {
  const changed = after.lines.filter((line) => !before.lines.includes(line));
  expect(changed.length, 'other mounts change').toBeLessThanOrEqual(1);
}

function checkMountsElsewhere(ctx: Context, step: StepAt, before: Look, after: Look): void {
  const touched = [step.at, step.do === 'move' ? step.from : step.at].map((at) => resolvePath(ctx, at));
  const [now, then] = [after, before].map(({ table }) => seenOutside(touched, table)) as [View, View];
  // Without root, what stands in for a directory binds each of its entries.
  if (isInUserNamespace) for (const path of now.keys()) if (!then.has(path)) now.delete(path);
  expect(now, 'mounts elsewhere').toEqual(then);
}

/** The mounts that are seen, but for those at the paths and below, as if no layer of the package covered them. */
function seenOutside(paths: readonly string[], table: MountTable): View {
  const seen: View = new Map();
  for (const { mountPoint } of table) {
    if (paths.some((path) => `${mountPoint}/`.startsWith(path === '/' ? '/' : `${path}/`))) continue;
    let mount: Mount | undefined = table.at(mountPoint);
    while (mount?.source === OWN_LAYER) mount = table.find({ id: mount.parentId, mountPoint });
    if (mount === undefined || mountPoint === '/') continue;
    const { device, root, options, propagation, fsType, source } = mount;
    seen.set(mountPoint, `${device} ${root} ${options} ${propagation} ${fsType} ${source}`);
  }
  return seen;
}

function checkFiles(step: StepAt, before: Look, after: Look): void {
  const name = nameOf(step.at);
  const missing = missingOf(before.view, name);
  const known = (view: View) =>
    timeless(new Map([...view].filter(([each]) => !missing.some((end) => each.endsWith(end)))));
  const from = 'from' in step ? nameOf(step.from) : name;
  const elsewhere = (view: View) => timeless(without(step.do === 'move' ? without(view, from) : view, name));
  const found = tolerateProvided(after.view, before.view, missing, name);
  expect(elsewhere(found), 'files elsewhere').toEqual(elsewhere(before.view));
  const isEmpty = step.do === 'tmpfs' || step.do === 'mount' || step.do === 'mask';
  if (isEmpty) expect(sub(after.view, name).size, 'nothing in it').toBe(1);
  // What is made to be mounted on in the source shows in its copy.
  const isWithin = missing.length > 0 && `${name}/`.startsWith(`${from}/`);
  const isWhole =
    step.do === 'move'
      ? !`${from}/`.startsWith(`${name}/`)
      : step.do === 'bind' && step.recursive && !step.from.startsWith('l') && !hasUnbindable(before.table);
  if (isWhole && !isWithin)
    expect(known(sub(after.view, name)), 'the source').toEqual(known(sub(before.view, from)));
}

const hasUnbindable = (table: MountTable) => table.find({ propagation: 'unbindable' }) !== undefined;

/** The working directory is what its path leads to, unless that was covered. */
export function checkWorkingDirectory(ctx: Context, step: Step, before: Look, after: Look): void {
  if (!('at' in step)) return;
  const { cwd, process: told, isSeen, mountId, rootId } = after.place;
  // Of what is out of the tree, getcwd(2) tells that, and its link the path that it would have in a tree of its own.
  const isInTree = mountId === rootId || after.table.find({ id: mountId }) !== undefined;
  if (cwd.startsWith('/') && !cwd.endsWith(' (deleted)'))
    expect(told, 'process.cwd()').toBe(isInTree ? cwd : 'ENOENT');
  if (!before.place.isSeen || isTied(before.table)) return;
  if (!isInTree) {
    expect(step, 'what took it out of the tree').toMatchObject({ do: 'umount', lazy: true });
    return;
  }
  const path = resolvePath(ctx, step.at);
  const isCovered = `${cwd}/`.startsWith(path === '/' ? '/' : `${path}/`);
  const isSame = looksTheSame(step) || (step.do === 'induce' && step.errno === 'ELOOP');
  if (isSame || !isCovered) expect(isSeen, `whether ${cwd} is where its path leads`).toBe(true);
}
