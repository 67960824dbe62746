// Calls that the worker has not answered yet, and how to tell which of them never will be.
//
// A thread that cannot read a message does not learn whose it was. So the client then sends the worker the number of its
// last call, and the worker says which calls never came, and which it works on. Messages keep their order: all answers
// that were sent before have arrived by then, and a call that came, is not worked on and waits here has lost its answer.

import { EdgeVecError, fix } from '../../base/errors.js';
import type { PongMessage } from './protocol.js';

interface Pending {
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: EdgeVecError) => void;
}

export class Calls {
  readonly #pending = new Map<number, Pending>();
  #sent = 0;

  /** Sends a call with the next number, which it keeps only if `send` does not throw. */
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

  /** Number of the last call that was sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Rejects the calls that get no answer any more. */
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

/** A message could not be read in the thread it was sent to: the call, or its answer. */
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
