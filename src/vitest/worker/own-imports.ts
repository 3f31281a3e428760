import { closeResolutions, notedResolutions } from '../../../native/resolutions.cjs';
import type { WorkerMessage } from '../protocol.js';
import { answerHere, type Rpc } from './rpc.js';

/**
 * What this worker imports before the first module of the user's: it leads to where it did in an equal worker, or is
 * noted for others. What the user imports is looked for as ever.
 */
export class OwnImports {
  readonly #post: (message: WorkerMessage) => void;

  constructor(post: (message: WorkerMessage) => void) {
    this.#post = post;
  }

  /** Tells what was noted until now. */
  tell(): void {
    const resolutions = notedResolutions();
    if (resolutions !== undefined) this.#post({ mountns: 'resolutions', resolutions });
  }

  /** Before anything of the user's is imported. */
  end(): void {
    if (closeResolutions()) this.tell();
  }

  /** Ends when Vitest asks its server for a first module. */
  endWith(rpc: Rpc): Rpc {
    return answerHere(rpc, {
      fetch: (...args) => {
        this.end();
        return rpc.fetch(...args);
      },
    });
  }
}
