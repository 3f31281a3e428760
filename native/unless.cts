/** Runs `step`; undefined where it fails with one of `codes`. */
export function unless<T>(codes: readonly string[], step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Whether `step` does not fail, with one of `codes` that is. */
export function succeeds(codes: readonly string[], step: () => void): boolean {
  return (
    unless(codes, () => {
      step();
      return true;
    }) ?? false
  );
}

/** What `look` returns, or undefined where it fails. */
export function probe<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
