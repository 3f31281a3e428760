import type { Fix } from './machine.cjs';

/** One layer that tests need, and whether this machine gives it. */
export interface SupportCheck {
  name: string;
  /** `limited`: tests run, but not everything works. */
  status: 'ok' | 'limited' | 'refused';
  /** What was found, in one line. */
  detail: string;
  /** Why it is not ok, as far as that could be found out. */
  why?: string | undefined;
  /** What to do, the same everywhere or by place. */
  fix?: Fix | undefined;
}

export function ok(name: string, detail: string): SupportCheck {
  return { name, status: 'ok', detail };
}

export function refused(
  name: string,
  detail: string,
  reason: { why?: string; fix?: Fix } = {},
): SupportCheck {
  return { name, status: 'refused', detail, ...reason };
}

export function limited(
  name: string,
  detail: string,
  reason: { why?: string; fix?: Fix } = {},
): SupportCheck {
  return { name, status: 'limited', detail, ...reason };
}
