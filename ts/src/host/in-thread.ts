// The database in this very thread: for Node, service workers and edge runtimes, and where a worker is refused.

import { Database } from '../database/database.js';
import { Slices } from '../database/slices.js';
import { type EngineModule, startEngine } from '../engine/load.js';
import { closed } from '../errors.js';
import type { ResolvedOptions } from '../options.js';
import { cloneIn, cloneOut } from './cloning.js';
import type { Handlers, Host, Method, Reply, Request } from './host.js';

export class InThreadHost implements Host {
  readonly kind = 'in-thread';
  readonly #database: Database;
  #closed = false;

  private constructor(database: Database) {
    this.#database = database;
  }

  static async open(engine: EngineModule, options: ResolvedOptions, slices = new Slices()): Promise<InThreadHost> {
    const started = await startEngine(engine.module, options.engine);
    return new InThreadHost(new Database(started, options.efSearch, slices));
  }

  // An async function: what a handler does without awaiting is done before this returns, and a throw becomes a rejection.
  async call<K extends Method>(method: K, request: Request<K>): Promise<Reply<K>> {
    if (this.#closed) throw closed();
    const copied = (isWrite(method, request) ? { ...request, part: cloneIn(request.part) } : request) as Request<K>;
    const handlers: Handlers = this.#database;
    const reply = await handlers[method](copied);
    return copyOut(method, reply) as Reply<K>;
  }

  close(): void {
    this.#closed = true;
    this.#database.close();
  }
}

function isWrite(method: Method, _request: unknown): _request is Request<'write'> {
  return method === 'write';
}

function copyOut(method: Method, reply: unknown): unknown {
  if (method === 'get') return cloneOut(reply as Reply<'get'>);
  if (method === 'search') return (reply as Reply<'search'>).map(cloneOut);
  return reply;
}
