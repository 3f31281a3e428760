import { isOwnFrame } from '../own-frames.js';
import { answerHere, type Rpc } from './rpc.js';

/** Reports of asynchronous leaks without frames of this package: `onStackTrace` is not asked about those. */
export function withoutOwnFrames(rpc: Rpc): Rpc {
  return answerHere(rpc, {
    onAsyncLeaks: (leaks) => rpc.onAsyncLeaks(leaks.map((leak) => ({ ...leak, stack: shorten(leak.stack) }))),
  });
}

function shorten(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => !isOwnFrame(line))
    .join('\n');
}
