/** A test file that this worker is about to run, or has run. */
export interface FileContext {
  filepath: string;
  /** Whether the worker ends with this file. */
  isIsolated: boolean;
}

/** Before Vitest loads a test file and its setup files. */
export async function beforeFile(_context: FileContext): Promise<void> {}

/** After the last hook of a test file, also when it has failed. */
export async function afterFile(_context: FileContext): Promise<void> {}
