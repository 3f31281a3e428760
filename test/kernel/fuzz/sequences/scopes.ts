import fs from 'node:fs';
import {
  enterMountNamespace,
  MountError,
  type MountNamespace,
  NamespaceError,
  readMounts,
  withMountNamespace,
} from 'mountns';
import { expect } from 'mountns/vitest';
import { checkChanges, openParts } from './changes.js';
import { type Around, type Context, nameOf, resolvePath, type World } from './context.js';
import { checkDone, checkWorkingDirectory, isTied } from './done.js';
import { hostTable, hostTree, look, ownTable, place } from './look.js';
import { act, mayWrite, OPERATIONS, perform } from './perform.js';
import type { ScopePlan, Step } from './steps.js';
import { missingOf, sub, timeless, tolerateProvided } from './views.js';

class Thrown extends Error {}

/** Runs a scope with all its steps, and checks what is around it afterwards, unless it is not alone there. */
export async function runScope(plan: ScopePlan, around: Around, isAlone = true): Promise<void> {
  const { world } = around;
  const before = look(around);
  const isNamed = Array.isArray(plan.copyOnWrite);
  const named = isNamed ? (plan.copyOnWrite as string[]).map((name) => resolvePath(around, name)) : [];
  const options = { copyOnWrite: isNamed ? named : (plan.copyOnWrite as boolean) };
  const entered: Context[] = [];
  const body = async (ns: MountNamespace) => {
    const ctx: Context = {
      ...around,
      ns,
      plan,
      isMemory: plan.copyOnWrite === true || around.isMemory,
      named: [...named, ...(around.isRearranged ? [] : around.named)],
      hasNamed: isNamed || around.hasNamed,
      isRearranged: around.isRearranged && named.length === 0,
      hasWritten: false,
      isBlind: false,
      parts: [],
    };
    entered.push(ctx);
    try {
      const inside = look(ctx);
      expect(inside.place.cwd, 'the working directory in a scope').toBe(before.place.cwd);
      expect(inside.place.umask, 'the umask in a scope').toBe(before.place.umask);
      // The times of a directory that is named change.
      if (isAlone)
        expect(timeless(inside.view), 'a scope begins with what is around').toEqual(timeless(before.view));
      if (!isTied(before.table)) expect(isTied(inside.table), 'a scope begins private').toBe(false);
      openParts(ctx, new Set([...before.table].map(({ device }) => device)));
      checkChanges(ctx);
      for (const step of plan.steps) await runStep(ctx, step);
      checkChanges(ctx);
      if (ownTable().length > 0) expect(ns).toBeIsolatedFromHost();
    } finally {
      for (const { fd } of ctx.parts) fs.closeSync(fd);
      if (ctx.hasWritten) around.onWrite();
    }
    if (!plan.steps.some((step) => step.do === 'stray') || !mayWrite(ctx, 'stray')) return;
    ctx.hasWritten = true;
    around.onWrite();
    void fs.promises.writeFile(resolvePath(ctx, 'stray'), '').catch(() => {});
  };
  const error = await errorOf(() =>
    plan.isHandle && isAlone ? withHandle(options, body) : withMountNamespace(options, body),
  );
  checkEntry(plan, error, entered[0] !== undefined, world);
  if (!isAlone) return;
  const after = look(around);
  expect(after.lines, 'the table after a scope').toEqual(before.lines);
  expect(after.place, 'the place after a scope').toEqual(before.place);
  if (!entered[0]?.hasWritten || plan.copyOnWrite === true) expectSameFiles(world, before, after);
  for (const use of [() => entered[0]?.ns.mounts(), () => entered[0]?.ns.tmpfs(world.base)]) {
    if (entered[0] !== undefined) expect(use, 'a scope that has ended').toThrow(NamespaceError);
  }
  checkHost(world);
}

function expectSameFiles(
  world: World,
  before: { view: Map<string, string> },
  after: { view: Map<string, string> },
): void {
  const found = tolerateProvided(after.view, before.view, [...world.provided]);
  expect(timeless(found), 'the files after a scope').toEqual(timeless(before.view));
}

async function withHandle(options: object, body: (ns: MountNamespace) => Promise<void>): Promise<void> {
  const ns = await enterMountNamespace(options);
  try {
    await body(ns);
  } finally {
    for (let time = 0; time < 2; time++) await ns[Symbol.asyncDispose]();
  }
}

function checkEntry(plan: ScopePlan, error: unknown, isEntered: boolean, world: World): void {
  const kind =
    plan.copyOnWrite === true ? 'all copy-on-write' : plan.copyOnWrite === false ? 'plain' : 'named';
  const isRefused = error !== undefined && !(error instanceof Thrown);
  if (isRefused && isEntered) throw error;
  if (isRefused) expectExplained(error, `scope of ${plan.copyOnWrite}`);
  world.count(kind, isRefused ? 'refused' : 'done');
}

/** Nothing on the host has changed, as seen from there. */
export function checkHost(world: World): void {
  expect(hostTable(), 'the table of the host').toBe(world.hostTable);
  expect(hostTree(world.base), 'the files of the host').toEqual(world.hostTree);
}

async function runStep(ctx: Context, step: Step): Promise<void> {
  if (step.do === 'throw') throw new Thrown('on purpose');
  const onWrite = () => {
    ctx.hasWritten = true;
  };
  if (step.do === 'scope') return runScope(step, { ...ctx, onWrite });
  if (step.do === 'together') return runTogether(ctx, step.scopes);
  if (step.do === 'refused') return runRefused(ctx);
  if (OPERATIONS.has(step.do)) return runOperation(ctx, step);
  const lines = ownTable();
  const error = await errorOf(() => act(ctx, step));
  if (error !== undefined && !/^E/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
  // A directory is renamed with the mounts in it.
  const nameless = (line: string) => (step.do === 'rename' ? line.replace(/^((?:\S+ ){4})\S+/, '$1') : line);
  expect(ownTable().map(nameless), 'the table after a write').toEqual(lines.map(nameless));
  checkHost(ctx.world);
}

async function runTogether(ctx: Context, scopes: readonly ScopePlan[]): Promise<void> {
  const before = look(ctx);
  let hasWritten = false;
  const onWrite = () => {
    hasWritten = true;
    ctx.hasWritten = true;
  };
  const settled = await Promise.allSettled(scopes.map((plan) => runScope(plan, { ...ctx, onWrite }, false)));
  for (const each of settled) if (each.status === 'rejected') throw each.reason;
  const after = look(ctx);
  expect(after.lines, 'the table after scopes').toEqual(before.lines);
  expect(after.place, 'the place after scopes').toEqual(before.place);
  if (!hasWritten) expectSameFiles(ctx.world, before, after);
}

async function runRefused(ctx: Context): Promise<void> {
  const before = look(ctx);
  const missing = [`${ctx.prefix}/nothing/here`];
  // With `/` all is copy-on-write, whatever else is named.
  const beside = ctx.prefix === '' ? missing : [ctx.prefix, ...missing];
  for (const copyOnWrite of [missing, beside, ['relative'], 1]) {
    const entered = withMountNamespace({ copyOnWrite } as never, () => expect.unreachable());
    await expect(entered).rejects.toThrow(/nothing\/here|copyOnWrite|root/);
  }
  const { table: _, ...after } = look(ctx);
  expect({ ...after, table: before.table }, 'after a scope that is refused').toEqual(before);
}

async function runOperation(ctx: Context, step: Step): Promise<void> {
  const { world } = ctx;
  const what = step.do === 'induce' ? `induce ${step.errno}` : step.do;
  // The directories belong to the test: it is the kernel that writes there.
  if (step.do === 'overlay' && step.upper !== undefined) {
    if (!mayWrite(ctx, step.upper) || !mayWrite(ctx, step.work as string)) return;
    ctx.hasWritten = true;
  }
  const before = look(ctx);
  for (const at of [('at' in step && step.at) || '', (step.do === 'pivotRoot' && step.old) || '']) {
    for (const names of missingOf(before.view, nameOf(at))) world.provided.add(names);
  }
  const error = await errorOf(() => perform(ctx, step));
  world.count(what, error === undefined ? 'done' : 'refused');
  const name = JSON.stringify(step);
  if (error !== undefined) {
    expectExplained(error, name);
    const after = look(ctx);
    expect(after.lines, `the table after ${name}: ${error}`).toEqual(before.lines);
    expect(timeless(after.view), `the files after ${name}: ${error}`).toEqual(timeless(before.view));
    expect(after.place, `the place after ${name}: ${error}`).toEqual(before.place);
    expect(after.descriptors, `descriptors after ${name}: ${error}`).toBe(before.descriptors);
  } else if (step.do === 'pivotRoot') {
    ctx.isRearranged = true;
    ctx.isBlind ||= step.old !== undefined;
    ctx.prefix = '';
    expect(place().process, 'process.cwd()').toBe(place().cwd);
    if (!ctx.isBlind && !step.at.startsWith('/') && !isTied(before.table)) {
      expect(look(ctx).view, 'the new root').toEqual(sub(before.view, nameOf(step.at)));
    }
  } else {
    ctx.isRearranged ||= ['move', 'umount', 'bind'].includes(step.do);
    const after = look(ctx);
    if (ctx.isBlind) return;
    checkWorkingDirectory(ctx, step, before, after);
    checkDone(ctx, step, before, after);
    // Copies of what is named are held until the scope ends, whose end tells whether any is left.
    if (!ctx.hasNamed) {
      const kept = step.do === 'induce' ? 2 : 0;
      expect(after.descriptors - before.descriptors, `descriptors after ${name}`).toBeLessThanOrEqual(kept);
    }
  }
  expect(String(readMounts('self')), 'two ways to read the table').toBe(String(ctx.ns.mounts()));
  checkHost(world);
}

function expectExplained(error: unknown, what: string): void {
  // All else that is given is well formed.
  if (error instanceof TypeError && /^(putOld must lie in|flags (may )?name)/.test(error.message)) return;
  if (!(error instanceof MountError) && !(error instanceof NamespaceError)) throw error;
  const { why, fix, call } = error;
  expect(why ?? fix ?? call, `${what}: ${error.message}`).toEqual(expect.any(String));
}

async function errorOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}
