/** Who has called sudo(8): ids from its environment variables. */
export interface SudoUser {
  uid: number;
  gid: number;
}

/** The user that this process runs for, if it is root by sudo(8). */
export function findSudoUser(
  env: NodeJS.ProcessEnv = process.env,
  euid = process.geteuid?.(),
): SudoUser | undefined {
  const [uid, gid] = [env.SUDO_UID, env.SUDO_GID].map(parseId);
  if (euid !== 0 || uid === undefined || gid === undefined || uid === 0) return undefined;
  return { uid, gid };
}

function parseId(text = ''): number | undefined {
  const id = Number(text);
  return /^\d+$/.test(text) && id < NO_ID ? id : undefined;
}

/** chown(2) takes it for "leave as it is". */
const NO_ID = 0xffffffff;
