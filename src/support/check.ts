import type { Fix } from '../obstacles/machine.cjs';

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

type Check = (name: string, detail: string, reason?: Pick<SupportCheck, 'why' | 'fix'>) => SupportCheck;

const found =
  (status: SupportCheck['status']): Check =>
  (name, detail, reason = {}) => ({ name, status, detail, ...reason });

export const ok: Check = found('ok');
export const limited: Check = found('limited');
export const refused: Check = found('refused');
