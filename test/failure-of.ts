/**
 * The message of the assertion that fails in `fn`, without what differs between runs and machines: ids, the size of
 * the table, and options that depend on how the kernel was built.
 */
export async function failureOf(fn: () => unknown): Promise<string> {
  return stable((await errorOf(fn)).message);
}

/** The error of `fn`; that there is none, or that a matcher was misused, is an error of its own. */
export async function errorOf(fn: () => unknown): Promise<Error> {
  let error: unknown;
  try {
    await fn();
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof Error) || error instanceof TypeError) {
    throw new Error('a failed assertion was expected', { cause: error });
  }
  return error;
}

export function stable(text: string): string {
  return text
    .replaceAll(/mnt:\[\d+\]/g, 'mnt:[…]')
    .replaceAll(/\b\d+ mounts\b/g, '… mounts')
    .replaceAll(/(?<=\b(?:shared|slave|from|peer group)[: ])\d+/g, '…')
    .replaceAll(/,(?:inode64|inode32|seclabel)\b/g, '');
}
