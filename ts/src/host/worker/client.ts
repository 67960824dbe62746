// The database in a worker: calls become messages, and the worker's death becomes an error of every
// pending call.

import type { Method, ReplyOf, RequestOf } from '../../base/calls.js';
import { asEdgeVecError, closed, EdgeVecError, unanswered } from '../../base/errors.js';
import { weakly } from '../../base/finalizer.js';
import type { ResolvedOptions } from '../../base/options.js';
import { Slices } from '../../base/time-slices.js';
import { CLOSING_MS } from '../../base/timeout.js';
import type { EdgeVecEvent } from '../../base/types.js';
import type { SalvageReport } from '../../database/salvage/report.js';
import type { EngineModules } from '../../engine/load.js';
import type { StoredOptions } from '../../format/manifest.js';
import type { Host } from '../host.js';
import { buffersOf } from './buffers.js';
import { Calls } from './calls.js';
import { packError, unpackError, unpackEvent, unpackReport } from './error-data.js';
import { awaitLock } from './liveness.js';
import type { FromWorker, ToWorker } from './protocol.js';
import { partsFor } from './script.js';
import { type Started, startWorker, workerFailed } from './start.js';

/** How long the answer may take after the worker has closed its database, in milliseconds. */
const ANSWER_MS = 500;

/**
 * How long a worker may take to answer a ping after its lock has become free, in milliseconds. The
 * worker releases the lock only by ending, so the client expects no answer. The ping is for a
 * browser that releases the lock of a living worker.
 */
const FREED_MS = 1_000;
/**
 * The same time if the client has never seen the lock held. The worker lives, and may answer late
 * on a loaded machine.
 */
const UNSEEN_MS = 30_000;

export class WorkerHost implements Host {
  readonly kind = 'worker';
  readonly partsInFlight = 2;
  readonly transactions = { next: 1 };
  readonly slices = new Slices();
  engine!: StoredOptions;
  report: SalvageReport | undefined;
  readonly #worker: Worker;
  readonly #tell: (event: EdgeVecEvent) => void;
  /** Whether the worker holds a storage. The storage must be closed before the worker ends. */
  #isDurable: boolean;
  readonly #calls = new Calls();
  readonly #ended = new AbortController();
  /** The reason why no call can succeed any more. */
  #over: EdgeVecError | undefined;
  #stopWaiting = (): void => {};
  /** Runs when the worker answers a ping. */
  #lives = (): void => {};

  private constructor(worker: Worker, tell: (event: EdgeVecEvent) => void, isDurable: boolean) {
    this.#worker = worker;
    this.#tell = tell;
    this.#isDurable = isDurable;
  }

  /** @throws `WORKER_FAILED` if no worker can be started, and all errors of opening a database */
  static async open(
    engine: EngineModules,
    options: ResolvedOptions,
    source?: AsyncIterable<Uint8Array>,
  ): Promise<WorkerHost> {
    const { worker: how, engine: asked, given, model, recall, indexed, text, sparse, stored, salvages } = options;
    const imports = source !== undefined;
    const started = await startWorker(how === false ? true : how, partsFor({ imports, salvages, text, sparse }));
    // The listener often refers to the database. Held strongly, it would keep the database from
    // being collected while the worker lives.
    const tell = weakly(options.onEvent);
    const host = new WorkerHost(started.worker, tell, stored !== undefined);
    let pieces: AsyncIterator<Uint8Array> | undefined;
    const next =
      source &&
      ((): Promise<IteratorResult<Uint8Array>> => {
        pieces ??= source[Symbol.asyncIterator]();
        return pieces.next();
      });
    try {
      const open = {
        module: engine.module,
        textModule: engine.text,
        options: { engine: asked, given, model, recall, indexed, text, sparse, stored, salvages, imports },
      };
      host.engine = await host.#opened({ open }, started, next);
    } catch (error) {
      host.#end(closed());
      // Not awaited: the source may never deliver the piece asked for.
      pieces?.return?.().catch(() => {});
      throw error;
    }
    return host;
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  call<K extends Method>(method: K, request: RequestOf<K>): Promise<ReplyOf<K>> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    return this.#calls
      .send((call) => this.#post({ call, method, request }, buffersOf(request)))
      .catch((error) => {
        // The client has checked or made the request, so the whole request can be copied. Any other
        // error is a fault of EdgeVec.
        throw asEdgeVecError(error);
      }) as Promise<ReplyOf<K>>;
  }

  async close(): Promise<void> {
    if (this.#over !== undefined) return;
    if (!this.#isDurable) return this.#end(closed());
    this.#over = closed();
    this.#ended.abort(this.#over);
    const answered = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), CLOSING_MS + ANSWER_MS);
      this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker | null>) => {
        if (data === null || typeof data !== 'object' || !('closed' in data)) return;
        clearTimeout(timer);
        resolve(true);
      });
      this.#post({ close: true }, []);
    });
    this.#calls.rejectAll(answered ? this.#over : unanswered());
    this.#stopWaiting();
    this.#worker.terminate();
  }

  #opened(
    message: ToWorker,
    { lock, isSeen }: Started,
    next: (() => Promise<IteratorResult<Uint8Array>>) | undefined,
  ): Promise<StoredOptions> {
    return new Promise((resolve, reject) => {
      let opened = false;
      /**
       * The error of the source. On its way to the worker and back, the error would lose its cause.
       */
      let unread: unknown;
      const gone = (): void => {
        if (opened) this.#died('it was terminated or ran out of memory');
        else reject(workerFailed('The worker was terminated or ran out of memory while the database was opened'));
      };
      if (lock !== undefined && isSeen) this.#stopWaiting = awaitLock(lock, () => this.#unlessAlive(FREED_MS, gone));
      else if (lock !== undefined) this.#unlessAlive(UNSEEN_MS, gone);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        reject(workerFailed('The worker failed while the database was opened', event.message || undefined));
      };
      const unreadable = (): void => reject(workerFailed('A message of the worker could not be read'));
      this.#worker.onmessageerror = unreadable;
      this.#worker.onmessage = ({ data }: MessageEvent<FromWorker | null>) => {
        if (data === null) return unreadable();
        if (typeof data !== 'object') return;
        if ('pong' in data) this.#lives();
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
        reject(workerFailed('The compiled module could not be sent to the worker', error));
      }
    });
  }

  #feed(feed: Uint8Array | null): void {
    // Copied, since the caller owns the piece.
    this.#post({ feed }, []);
  }

  #listen(): void {
    const unreadable = (): void => this.#ping();
    this.#worker.onmessageerror = unreadable;
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker | null>) => {
      if (data === null) return unreadable();
      if (typeof data !== 'object') return;
      if ('event' in data) this.#hear(unpackEvent(data.event));
      if ('unreadable' in data) unreadable();
      if ('pong' in data) {
        this.#lives();
        this.#calls.compare(data);
      }
      if (!('call' in data)) return;
      if ('error' in data) this.#calls.reject(data.call, unpackError(data.error));
      else this.#calls.resolve(data.call, data.reply);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#died(event.message || 'an error nobody caught');
    };
  }

  /**
   * Pings the worker. A worker that does not answer in time is gone. If the worker answers, its
   * lock is useless here, and the client now notices only errors that fire events.
   */
  #unlessAlive(ms: number, gone: () => void): void {
    const timer = setTimeout(gone, ms);
    this.#lives = () => clearTimeout(timer);
    this.#stopWaiting = this.#lives;
    this.#ping();
  }

  #ping(): void {
    this.#post({ ping: this.#calls.sent }, []);
  }

  #died(reason: string): void {
    if (this.#over !== undefined) return;
    const rows = this.#isDurable ? '' : ', and its rows with it';
    const error = new EdgeVecError('WORKER_DIED', `The worker that held the database is gone${rows}: ${reason}`, {
      remedy: this.#isDurable ? 'Open the database again: what it has stored is there.' : 'Open the database again.',
    });
    this.#end(error);
    this.#tell({ type: 'worker-died', error });
  }

  #hear(event: EdgeVecEvent): void {
    if (event.type === 'degraded') this.#isDurable = false;
    // The worker lives, and refuses every call.
    if (event.type === 'storage-gone') this.#ended.abort(event.error);
    this.#tell(event);
  }

  #end(error: EdgeVecError): void {
    if (this.#over !== undefined) return;
    this.#over = error;
    this.#ended.abort(error);
    this.#stopWaiting();
    this.#worker.terminate();
    this.#calls.rejectAll(error);
  }

  #post(message: ToWorker, transfer: Transferable[]): void {
    this.#worker.postMessage(message, transfer);
  }
}
