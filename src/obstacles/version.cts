/** Whether `version`, `6.8.0-45-generic` say, is `least`, major and minor, or a later one. */
export function isAtLeast(version: string, least: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > least[0] || (major === least[0] && minor >= least[1]);
}

export const KERNEL = [5, 12] as const;
