import koffi from 'koffi';

const VERSION_3 = 0x20080522;
const libc = koffi.load(null);
const capget = libc.func('int capget(void *header, void *data)');
const capset = libc.func('int capset(void *header, void *data)');

/** Runs `run` while this thread may not use a capability (capabilities(7)), which it keeps permitted; with a promise, until that settles. */
export function withoutCapability<T>(capability: number, run: () => T): T {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(VERSION_3);
  const data = Buffer.alloc(24);
  if (capget(header, data) !== 0) throw new Error('capget(2) failed');
  // Two structs of effective, permitted and inheritable, for the lower and the upper 32 capabilities.
  const offset = capability < 32 ? 0 : 12;
  const effective = data.readUInt32LE(offset);
  const set = (value: number) => {
    data.writeUInt32LE(value >>> 0, offset);
    if (capset(header, data) !== 0) throw new Error('capset(2) failed');
  };
  set(effective & ~(1 << (capability % 32)));
  let isLater = false;
  try {
    const result = run();
    isLater = result instanceof Promise;
    return result instanceof Promise ? (result.finally(() => set(effective)) as T) : result;
  } finally {
    if (!isLater) set(effective);
  }
}
