// Calls that the worker has not answered yet. The client also finds calls that will get no answer.
//
// If a thread cannot read a message, the thread does not learn the number of the call. The client
// then sends the worker the number of the last call. The worker answers with the calls that never
// came, and with the calls under way. Messages keep their order, so all earlier answers have
// arrived by then. If a call came to the worker, is not under way and still waits here, its answer
// is lost.

import { EdgeVecError, fix } from '../../base/errors.js';
import type { PongMessage } from './protocol.js';

interface Pending {
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: EdgeVecError) => void;
}

export class Calls {
  readonly #pending = new Map<number, Pending>();
  #sent = 0;

  /** Sends a call with the next number. If `send` throws, the next call gets the same number. */
  send(send: (call: number) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = this.#sent + 1;
      send(call);
      this.#sent = call;
      this.#pending.set(call, { resolve, reject });
    });
  }

  resolve(call: number, reply: unknown): void {
    this.#take(call)?.resolve(reply);
  }

  reject(call: number, error: EdgeVecError): void {
    this.#take(call)?.reject(error);
  }

  rejectAll(error: EdgeVecError): void {
    fix(error);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  /** The number of the last sent call. */
  get sent(): number {
    return this.#sent;
  }

  /** Rejects the calls that will get no answer. */
  compare({ pong, running, unread }: PongMessage): void {
    for (const call of [...this.#pending.keys()]) {
      if (call <= pong && !running.includes(call)) this.reject(call, unreadable(unread.includes(call)));
    }
  }

  #take(call: number): Pending | undefined {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    return pending;
  }
}

/** A call, or its answer, could not be read in the receiving thread. */
function unreadable(isCall: boolean): EdgeVecError {
  const rest = 'All other calls go on.';
  return isCall
    ? new EdgeVecError('MESSAGE_UNREADABLE', 'The worker could not read the call', {
        remedy: `Nothing of it was done. Threads fail so for lack of memory: pass less at once. ${rest}`,
      })
    : new EdgeVecError('MESSAGE_UNREADABLE', "The worker's answer to the call could not be read", {
        remedy: `What was asked for has been done. Threads fail so for lack of memory: ask for less at once. ${rest}`,
      });
}
