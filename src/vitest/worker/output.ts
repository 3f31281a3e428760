import { finished, Writable } from 'node:stream';

import type { Printed } from '../protocol.js';

// A test may replace, cork or end these streams, replace their methods, and timers.
const { stdout, stderr } = process;
const { uncork, write } = Writable.prototype;
const { setTimeout } = globalThis;

/**
 * Settles when all that this process has printed is written. The pool ends a worker as soon as Vitest has the
 * result: what is still in it would be lost.
 *
 * @returns how much it has printed since its start
 */
export async function flushOutput(): Promise<Printed> {
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE).unref());
  await Promise.race([Promise.all([flush(stdout), flush(stderr)]), patience]);
  // Undefined where a preload of the user has put something else in their place.
  return { stdout: stdout.bytesWritten ?? 0, stderr: stderr.bytesWritten ?? 0 };
}

async function flush(stream: Writable): Promise<void> {
  while (stream.writableCorked > 0) uncork.call(stream);
  if (!(stream.writableLength > 0)) return;
  await new Promise<void>((resolve) => {
    const done = () => resolve();
    if (stream.writableEnded) finished(stream, { readable: false }, done);
    else write.call(stream, '', 'utf8', done);
  });
}

/** In milliseconds. Only streams that a test has broken, and readers that stand still, take that long. */
const PATIENCE = 60_000;
