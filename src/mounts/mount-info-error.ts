/** A line of mountinfo that no kernel prints. */
export class MountInfoError extends SyntaxError {
  override readonly name = 'MountInfoError';
  /** Counted from 1. */
  readonly lineNumber: number;
  /** The line, without its newline. */
  readonly line: string;

  constructor(reason: string, lineNumber: number, line: string) {
    super(`parse mountinfo failed: line ${lineNumber} ${reason}\n  line: ${JSON.stringify(line)}`);
    this.lineNumber = lineNumber;
    this.line = line;
  }
}
