// The database in this very thread: for Node, service workers and edge runtimes, and where a worker is refused.

import { Database } from '../database/database.js';
import { Slices } from '../database/slices.js';
import { type EngineModule, startEngine } from '../engine/load.js';
import { asEdgeVecError, closed } from '../errors.js';
import type { Handlers, Method, Reply, Request } from '../messages.js';
import type { ResolvedOptions } from '../options.js';
import type { Host } from './host.js';

export class InThreadHost implements Host {
  readonly kind = 'in-thread';
  readonly slices: Slices;
  /** Gone once it is closed: the engine's memory goes with it, however long somebody holds on to this. */
  #database: Database | undefined;

  private constructor(database: Database, slices: Slices) {
    this.#database = database;
    this.slices = slices;
  }

  static async open(engine: EngineModule, options: ResolvedOptions, slices = new Slices()): Promise<InThreadHost> {
    const started = await startEngine(engine.module, options.engine);
    return new InThreadHost(new Database(started, options.recall, slices), slices);
  }

  // An async function: what a handler does without awaiting is done before this returns, and a throw becomes a rejection.
  async call<K extends Method>(method: K, request: Request<K>): Promise<Reply<K>> {
    const handlers: Handlers | undefined = this.#database;
    if (handlers === undefined) throw closed();
    try {
      return await handlers[method](request);
    } catch (error) {
      throw asEdgeVecError(error);
    }
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }
}
