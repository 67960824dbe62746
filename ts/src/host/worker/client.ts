// The database in a worker: calls become messages, and the worker's death becomes an error of every pending call.

import { notCloneable } from '../../database/cloning.js';
import { Slices } from '../../database/slices.js';
import type { EngineModule } from '../../engine/load.js';
import { closed, EdgeVecError } from '../../errors.js';
import { weakly } from '../../finalizer.js';
import type { Method, Reply, Request } from '../../messages.js';
import type { ResolvedOptions } from '../../options.js';
import type { Host } from '../host.js';
import { buffersOf } from './buffers.js';
import { unpackError } from './error-data.js';
import { awaitLock } from './lock.js';
import type { FromWorker, ToWorker } from './protocol.js';
import { failed, startWorker } from './start.js';

interface Pending {
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: EdgeVecError) => void;
}

export class WorkerHost implements Host {
  readonly kind = 'worker';
  readonly slices = new Slices();
  readonly #worker: Worker;
  readonly #onDeath: (error: EdgeVecError) => void;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  /** Why no call can succeed any more. */
  #over: EdgeVecError | undefined;
  #stopWaiting = (): void => {};

  private constructor(worker: Worker, onDeath: (error: EdgeVecError) => void) {
    this.#worker = worker;
    this.#onDeath = onDeath;
  }

  /** Throws `WORKER_FAILED` if there can be no worker, and whatever the engine in it throws. */
  static async open(engine: EngineModule, options: ResolvedOptions): Promise<WorkerHost> {
    const { worker: how, engine: engineOptions, recall, onEvent } = options;
    const { worker, lock } = await startWorker(how === false ? true : how);
    // The listener often refers to the database, which could then never be collected while its worker lives.
    const tell = weakly(onEvent);
    const host = new WorkerHost(worker, (error) => tell({ type: 'worker-died', error }));
    try {
      await host.#opened({ open: { module: engine.module, options: { engine: engineOptions, recall } } }, lock);
    } catch (error) {
      host.#end(closed());
      throw error;
    }
    return host;
  }

  call<K extends Method>(method: K, request: Request<K>): Promise<Reply<K>> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    return new Promise((resolve, reject) => {
      const call = ++this.#calls;
      try {
        this.#post({ call, method, request }, buffersOf(request));
      } catch (error) {
        // Only metadata can be uncloneable: the rest of a request was checked or made here.
        reject(notCloneable((request as Request<'write'>).part, error));
        return;
      }
      this.#pending.set(call, { resolve: resolve as (reply: unknown) => void, reject });
    });
  }

  close(): void {
    this.#end(closed());
  }

  #opened(message: ToWorker, lock: string | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      let opened = false;
      if (lock !== undefined) {
        this.#stopWaiting = awaitLock(lock, () => {
          if (opened) this.#died('it was terminated or ran out of memory');
          else reject(failed('The worker was terminated or ran out of memory while the database was opened'));
        });
      }
      this.#worker.onerror = (event) => {
        event.preventDefault();
        reject(failed('The worker failed while the database was opened', event.message));
      };
      this.#worker.onmessageerror = () => reject(failed('The worker could not receive the compiled module'));
      this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if ('failed' in data) reject(unpackError(data.failed));
        if (!('ready' in data)) return;
        opened = true;
        this.#listen();
        resolve();
      };
      try {
        this.#post(message, []);
      } catch (error) {
        reject(failed('The compiled module could not be sent to the worker', error));
      }
    });
  }

  #listen(): void {
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (!('call' in data)) return;
      const pending = this.#pending.get(data.call);
      this.#pending.delete(data.call);
      if ('error' in data) pending?.reject(unpackError(data.error));
      else pending?.resolve(data.reply);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#died(event.message || 'an error nobody caught');
    };
    this.#worker.onmessageerror = () => this.#died('a message that could not be read');
  }

  #died(reason: string): void {
    if (this.#over !== undefined) return;
    const error = new EdgeVecError('WORKER_DIED', 'The worker that held the database is gone, and its rows with it', {
      got: reason,
      remedy: 'Open the database again.',
    });
    this.#end(error);
    this.#onDeath(error);
  }

  #end(error: EdgeVecError): void {
    if (this.#over !== undefined) return;
    this.#over = error;
    this.#stopWaiting();
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #post(message: ToWorker, transfer: Transferable[]): void {
    this.#worker.postMessage(message, transfer);
  }
}
