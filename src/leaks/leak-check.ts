import { LeakError } from '../errors/leak-error.js';
import { type EnteredNamespace, namespaceRecord } from '../namespace/namespace-record.cjs';
import { readDescendants } from '../processes/descendants.js';
import { type Notice, notices } from '../processes/notices.js';
import { inodeInProc } from '../processes/proc.js';
import { describeFindings, type Report } from './describe-findings.js';
import { type Findings, LeakWatch, watched } from './leak-watch.js';

/** Looks for what a test file has let out to the host, from its beginning to {@link LeakCheck.end}. */
export class LeakCheck {
  readonly #policy: 'fail' | 'warn';
  readonly #entered: EnteredNamespace;
  #watch: LeakWatch | undefined;

  private constructor(policy: 'fail' | 'warn', entered: EnteredNamespace) {
    this.#policy = policy;
    this.#entered = entered;
    this.#watch = new LeakWatch(entered);
    watched.file = this.#watch;
  }

  /** Undefined when nobody wants to know. */
  static begin(policy: 'fail' | 'warn' | 'off'): LeakCheck | undefined {
    const { entered } = namespaceRecord;
    return policy === 'off' || entered === undefined ? undefined : new LeakCheck(policy, entered);
  }

  /**
   * Says what was found. Another time it does nothing.
   *
   * @param file for notices, where nobody else says whose they are
   * @returns what the file has to fail with
   */
  end(file?: string): LeakError[] {
    if (this.#watch === undefined) return [];
    let report: Report;
    try {
      report = this.#report(this.#watch.finish());
    } catch (error) {
      // It may be anything.
      report = { leaks: [{ summary: `cannot tell what has reached the host: ${error}` }], suspicions: [] };
    }
    watched.file = undefined;
    this.#watch = undefined;
    for (const suspicion of report.suspicions) tell(suspicion, file);
    if (this.#policy === 'fail') return report.leaks.map((leak) => new LeakError(leak));
    for (const leak of report.leaks) tell(leak, file);
    return [];
  }

  #report(findings: Findings): Report {
    if (Object.values(findings).every((list) => list.length === 0)) return { leaks: [], suspicions: [] };
    const { id } = this.#entered.host;
    const onHost = readDescendants().filter(({ pid }) => inodeInProc(`${pid}/ns/mnt`) === id);
    return describeFindings(findings, onHost);
  }
}

function tell(notice: Notice, file: string | undefined): void {
  const { summary } = notice;
  notices.print({ ...notice, summary: file === undefined ? summary : `${file}: ${summary}` });
}
