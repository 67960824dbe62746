// The database in a worker: calls become messages, and the worker's death becomes an error of every pending call.

import type { EngineModule } from '../../engine/load.js';
import { asEdgeVecError, closed, EdgeVecError, unanswered } from '../../errors.js';
import { weakly } from '../../finalizer.js';
import type { Method, Reply, Request } from '../../messages.js';
import type { EngineOptions, ResolvedOptions } from '../../options.js';
import type { SalvageReport } from '../../salvage/report.js';
import { Slices } from '../../slices.js';
import type { EdgeVecEvent } from '../../types.js';
import type { Host } from '../host.js';
import { buffersOf } from './buffers.js';
import { packError, unpackError, unpackEvent, unpackReport } from './error-data.js';
import { awaitLock } from './lock.js';
import type { FromWorker, ToWorker } from './protocol.js';
import { failed, startWorker } from './start.js';

/** How long a worker may take to let go of its storage, in milliseconds. */
const CLOSE_MS = 4_000;

interface Pending {
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: EdgeVecError) => void;
}

export class WorkerHost implements Host {
  readonly kind = 'worker';
  readonly slices = new Slices();
  engine!: EngineOptions;
  report: SalvageReport | undefined;
  readonly #worker: Worker;
  readonly #tell: (event: EdgeVecEvent) => void;
  /** Whether it holds a storage, which it should let go of before it ends. */
  #isDurable: boolean;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  /** Why no call can succeed any more. */
  #over: EdgeVecError | undefined;
  #stopWaiting = (): void => {};

  private constructor(worker: Worker, tell: (event: EdgeVecEvent) => void, isDurable: boolean) {
    this.#worker = worker;
    this.#tell = tell;
    this.#isDurable = isDurable;
  }

  /** Throws `WORKER_FAILED` if there can be no worker, and whatever the engine in it throws. */
  static async open(
    engine: EngineModule,
    options: ResolvedOptions,
    source?: AsyncIterable<Uint8Array>,
  ): Promise<WorkerHost> {
    const { worker: how, engine: asked, given, recall, stored, salvages, onEvent } = options;
    const { worker, lock } = await startWorker(how === false ? true : how);
    // The listener often refers to the database, which could then never be collected while its worker lives.
    const tell = weakly(onEvent);
    const host = new WorkerHost(worker, tell, stored !== undefined);
    let pieces: AsyncIterator<Uint8Array> | undefined;
    const next =
      source &&
      ((): Promise<IteratorResult<Uint8Array>> => {
        pieces ??= source[Symbol.asyncIterator]();
        return pieces.next();
      });
    try {
      const imports = source !== undefined;
      const open = { module: engine.module, options: { engine: asked, given, recall, stored, salvages, imports } };
      host.engine = await host.#opened({ open }, lock, next);
    } catch (error) {
      host.#end(closed());
      // Let go, but not waited for: a piece that was asked for may never come.
      pieces?.return?.().catch(() => {});
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
        // A request was checked or made here: all of it can be copied.
        reject(asEdgeVecError(error));
        return;
      }
      this.#pending.set(call, { resolve: resolve as (reply: unknown) => void, reject });
    });
  }

  async close(): Promise<void> {
    if (this.#over !== undefined) return;
    if (!this.#isDurable) return this.#end(closed());
    this.#over = closed();
    const answered = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), CLOSE_MS);
      this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
        if (!('closed' in data)) return;
        clearTimeout(timer);
        resolve(true);
      });
      this.#post({ close: true }, []);
    });
    this.#rejectAll(answered ? this.#over : unanswered());
    this.#stopWaiting();
    this.#worker.terminate();
  }

  #opened(
    message: ToWorker,
    lock: string | undefined,
    next: (() => Promise<IteratorResult<Uint8Array>>) | undefined,
  ): Promise<EngineOptions> {
    return new Promise((resolve, reject) => {
      let opened = false;
      /** Why the source failed: what the worker says of it has lost its cause on the way. */
      let unread: unknown;
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
        if ('event' in data) this.#hear(unpackEvent(data.event));
        if ('hungry' in data) {
          next?.()
            .then(({ done, value }) => this.#feed(done ? null : value))
            .catch((error: unknown) => {
              unread = error;
              this.#post({ feedFailed: packError(error) }, []);
            });
        }
        if ('failed' in data) reject(unread ?? unpackError(data.failed));
        if (!('ready' in data)) return;
        opened = true;
        this.report = data.report && unpackReport(data.report);
        this.#listen();
        resolve(data.ready);
      };
      try {
        this.#post(message, []);
      } catch (error) {
        reject(failed('The compiled module could not be sent to the worker', error));
      }
    });
  }

  #feed(feed: Uint8Array | null): void {
    // Copied: the piece is the caller's.
    this.#post({ feed }, []);
  }

  #listen(): void {
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if ('event' in data) this.#hear(unpackEvent(data.event));
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
    const what = 'The worker that held the database is gone';
    const error = new EdgeVecError('WORKER_DIED', this.#isDurable ? what : `${what}, and its rows with it`, {
      got: reason,
      remedy: this.#isDurable ? 'Open the database again: what it has stored is there.' : 'Open the database again.',
    });
    this.#end(error);
    this.#tell({ type: 'worker-died', error });
  }

  #hear(event: EdgeVecEvent): void {
    if (event.type === 'degraded') this.#isDurable = false;
    this.#tell(event);
  }

  #end(error: EdgeVecError): void {
    if (this.#over !== undefined) return;
    this.#over = error;
    this.#stopWaiting();
    this.#worker.terminate();
    this.#rejectAll(error);
  }

  #rejectAll(error: EdgeVecError): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #post(message: ToWorker, transfer: Transferable[]): void {
    this.#worker.postMessage(message, transfer);
  }
}
