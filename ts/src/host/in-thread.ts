// The database in the caller's own thread: for Node, service workers and edge runtimes, and for
// pages that refuse workers.

import type { Handlers, Method, ReplyOf, RequestOf } from '../base/calls.js';
import { asEdgeVecError, closed } from '../base/errors.js';
import { weakly } from '../base/finalizer.js';
import type { ResolvedOptions } from '../base/options.js';
import { Slices } from '../base/time-slices.js';
import type { Database } from '../database/database.js';
import { type Opened, openDatabase } from '../database/open.js';
import type { SalvageReport } from '../database/salvage/report.js';
import type { EngineModules } from '../engine/load.js';
import type { StoredOptions } from '../format/manifest.js';
import type { DatabaseEvent } from '../persistence/open.js';
import { localSite } from '../storage/site.js';
import { copyReply } from './copy-reply.js';
import type { Host } from './host.js';

/**
 * Calls that are answered without a turn of the event loop. A loop of such calls would hold up this
 * thread until the loop ends: no timer would fire, and no background work would go on.
 */
const AT_ONCE: readonly Method[] = ['search', 'find', 'count', 'stats', 'stored', 'flush'];

export class InThreadHost implements Host {
  readonly kind = 'in-thread';
  /**
   * The first part uses up its turn of the event loop. A second part would have to be packed and
   * stored in the same turn.
   */
  readonly partsInFlight = 1;
  readonly transactions = { next: 1 };
  readonly slices: Slices;
  readonly engine: StoredOptions;
  readonly report: SalvageReport | undefined;
  readonly #ended: AbortController;
  /**
   * Undefined once closed. The engine's memory is then free, even if a caller still holds this
   * host.
   */
  #database: Database | undefined;

  private constructor({ database, engine, report }: Opened, slices: Slices, ended: AbortController) {
    this.#database = database;
    this.#ended = ended;
    this.engine = engine;
    this.report = report;
    this.slices = slices;
  }

  static async open(
    { module, text: textModule }: EngineModules,
    options: ResolvedOptions,
    source?: AsyncIterable<Uint8Array>,
    slices = new Slices(),
  ): Promise<InThreadHost> {
    const { directory, onEvent } = options;
    const site = () => localSite(directory);
    // The listener often refers to the database. Held strongly, it would keep the database from
    // being collected while the storage is open.
    const listener = weakly(onEvent);
    const ended = new AbortController();
    const tell = (event: DatabaseEvent): void => {
      if (event.type === 'storage-gone') ended.abort(event.error);
      listener(event);
    };
    return new InThreadHost(
      await openDatabase(options, { module, textModule, slices, site, tell, source }),
      slices,
      ended,
    );
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  count(): number | undefined {
    try {
      return this.#database?.collection().count;
    } catch {
      // The database has ended by a failure. The next call tells the failure.
      return undefined;
    }
  }

  // An async function: a handler that awaits nothing is done before the call returns, and a throw
  // becomes a rejection.
  async call<K extends Method>(method: K, request: RequestOf<K>): Promise<ReplyOf<K>> {
    const handlers: Handlers | undefined = this.#database;
    if (handlers === undefined) throw closed();
    try {
      const isLate = AT_ONCE.includes(method) && this.slices.isTurnOver();
      const reply = isLate ? await this.#later(() => handlers[method](request)) : await handlers[method](request);
      return await copyReply(method, reply, this.slices);
    } catch (error) {
      throw asEdgeVecError(error);
    }
  }

  /** Answers a call in a later turn of the event loop, in a slice. */
  async #later<T>(answer: () => T | Promise<T>): Promise<T> {
    let reply: T | Promise<T> | undefined;
    await this.slices.run(() => {
      reply = answer();
      return true;
    });
    return reply as T | Promise<T>;
  }

  async close(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    this.#ended.abort(closed());
    await database?.close();
  }
}
