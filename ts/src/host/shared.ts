// The stored databases that are open in this page. A page that opens a database again, with the
// same options, gets the database that is open already: a component that is mounted twice, or a
// module that a development server has replaced. A second worker would hold a second copy of all
// rows. Each opener has a *share* of the database.

import type { Effect, Method, ReplyOf, RequestOf, WriteRequest } from '../base/calls.js';
import { closed, type EdgeVecError } from '../base/errors.js';
import { weakly } from '../base/finalizer.js';
import { onAbort } from '../base/on-abort.js';
import type { ResolvedOptions } from '../base/options.js';
import type { Slices } from '../base/time-slices.js';
import type { EdgeVecEvent, HostKind, RowChanges } from '../base/types.js';
import type { SalvageReport } from '../database/salvage/report.js';
import type { EngineModule } from '../engine/load.js';
import type { StoredOptions } from '../format/manifest.js';
import type { Host } from './host.js';

type Tell = (event: EdgeVecEvent) => void;
/** Opens the host. The host tells its events to the function. */
type OpenHost = (tell: Tell) => Promise<Host>;

/** By engine, and by options. */
const open = /* @__PURE__ */ new WeakMap<WebAssembly.Module, Map<string, SharedHost>>();

/** Joins the database that is open with the same options, or opens the database. */
export async function openShared(engine: EngineModule, options: ResolvedOptions, openHost: OpenHost): Promise<Host> {
  const key = keyOf(options);
  if (key === undefined) return openHost(options.onEvent);
  let hosts = open.get(engine.module);
  if (hosts === undefined) {
    hosts = new Map();
    open.set(engine.module, hosts);
  }
  for (;;) {
    const known = hosts.get(key);
    if (known !== undefined) {
      const joined = await known.join(options.onEvent);
      if (joined !== undefined) return joined;
      // The database has not opened, or has ended meanwhile. Opened again, so that each opener gets
      // an error of its own.
      continue;
    }
    const host = new SharedHost(hosts, key);
    return host.begin(openHost, options.onEvent);
  }
}

/**
 * Equal for options that make the same database. Undefined if the options make a database that
 * nobody else may hold.
 */
function keyOf({
  worker,
  onEvent: _,
  strict: __,
  fields: ___,
  embed: ____,
  ...options
}: ResolvedOptions): string | undefined {
  if (options.stored === undefined || options.salvages !== undefined || typeof worker === 'function') return undefined;
  return JSON.stringify({ ...options, worker: String(worker) });
}

class SharedHost {
  readonly #hosts: Map<string, SharedHost>;
  readonly #key: string;
  readonly #shares = new Set<Share>();
  /** Openers that wait for the database. */
  #waiting = 0;
  /** The events of opening, for all openers. */
  readonly #early: EdgeVecEvent[] = [];
  #isOpen = false;
  /** A field, since hosts refer to their listeners weakly. */
  readonly #tell: Tell = (event) => {
    if (!this.#isOpen) this.#early.push(event);
    for (const share of this.#shares) share.tell(event);
  };
  #opening: Promise<Host | undefined> | undefined;

  constructor(hosts: Map<string, SharedHost>, key: string) {
    this.#hosts = hosts;
    this.#key = key;
  }

  /** Whether nobody can join any more. */
  get #isOver(): boolean {
    return this.#hosts.get(this.#key) !== this;
  }

  /** Opens the database for its first opener. */
  async begin(openHost: OpenHost, onEvent: Tell): Promise<Host> {
    this.#hosts.set(this.#key, this);
    const opening = openHost(this.#tell);
    this.#opening = opening.catch(() => undefined);
    try {
      const host = await opening;
      this.#isOpen = true;
      onAbort(host.ended, () => {
        this.#forget();
        for (const share of this.#shares) share.end(host.ended.reason as EdgeVecError);
      });
      return this.#joined(host, onEvent);
    } catch (error) {
      this.#forget();
      for (const event of this.#early) onEvent(event);
      throw error;
    }
  }

  /** @returns undefined if the database has not opened, or has ended */
  async join(onEvent: Tell): Promise<Host | undefined> {
    this.#waiting++;
    let host: Host | undefined;
    try {
      host = await this.#opening;
      if (host === undefined) return undefined;
      // An opener finds everything that was written before, also by others.
      const { ended } = host;
      await host.call('catchUp', undefined).catch((error) => {
        if (!ended.aborted) throw error;
      });
      if (ended.aborted || this.#isOver) return undefined;
      return this.#joined(host, onEvent);
    } finally {
      this.#waiting--;
      // The last share may have left meanwhile.
      if (host !== undefined) await this.#closeIfFree(host);
    }
  }

  /** A share has changed rows. */
  changed(by: Share, rows: RowChanges): void {
    for (const share of this.#shares) if (share !== by) share.tell({ type: 'changed', ...rows });
  }

  /** A share has closed. The last share closes the database. */
  async leave(share: Share, host: Host): Promise<void> {
    this.#shares.delete(share);
    await this.#closeIfFree(host);
  }

  async #closeIfFree(host: Host): Promise<void> {
    if (this.#shares.size > 0 || this.#waiting > 0) return;
    this.#forget();
    await host.close();
  }

  #joined(host: Host, onEvent: Tell): Share {
    const share = new Share(this, host, onEvent);
    this.#shares.add(share);
    for (const event of this.#early) onEvent(event);
    return share;
  }

  #forget(): void {
    if (!this.#isOver) this.#hosts.delete(this.#key);
  }
}

/** Calls that change rows. Each reply is an `Effect`. */
const CHANGES: readonly Method[] = ['write', 'replace', 'delete', 'deleteMatching', 'updateMatching'];

class Share implements Host {
  readonly tell: Tell;
  readonly #shared: SharedHost;
  readonly #host: Host;
  readonly #ended = new AbortController();
  /** The reason why no call can succeed any more. */
  #over: EdgeVecError | undefined;
  #closing: Promise<void> | undefined;
  /** Rejects the calls that a closing share does not wait for. */
  readonly #unanswered = new Set<(error: EdgeVecError) => void>();
  readonly #changing = new Set<Promise<unknown>>();
  /** The transactions that have begun, and have not committed. */
  readonly #transactions = new Set<number>();
  readonly #exports = new Set<number>();

  constructor(shared: SharedHost, host: Host, onEvent: Tell) {
    this.#shared = shared;
    this.#host = host;
    // The listener often refers to the database. Held strongly, it would keep the database from
    // being collected while others hold the host.
    this.tell = weakly(onEvent);
  }

  get kind(): HostKind {
    return this.#host.kind;
  }

  get partsInFlight(): number {
    return this.#host.partsInFlight;
  }

  get slices(): Slices {
    return this.#host.slices;
  }

  get engine(): StoredOptions {
    return this.#host.engine;
  }

  get transactions(): { next: number } {
    return this.#host.transactions;
  }

  get report(): SalvageReport | undefined {
    return this.#host.report;
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  count(): number | undefined {
    return this.#host.count?.();
  }

  call<K extends Method>(method: K, request: RequestOf<K>): Promise<ReplyOf<K>> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const changes = CHANGES.includes(method);
    const commits = method === 'write' ? (request as WriteRequest).last : changes;
    // Before the call, which takes the request over.
    const noteReply = this.#note(method, request);
    const reply = this.#host.call(method, request).then((reply) => {
      noteReply?.(reply);
      const changed = changes ? (reply as Effect<unknown>).changed : undefined;
      if (changed !== undefined) this.#shared.changed(this, changed);
      return reply;
    });
    // A closing share waits for the answers of calls that change the storage.
    if (commits || method === 'save') {
      const settled = reply.catch(() => {}).then(() => void this.#changing.delete(settled));
      this.#changing.add(settled);
      return reply;
    }
    return new Promise((resolve, reject) => {
      this.#unanswered.add(reject);
      reply.then(resolve, reject).then(() => this.#unanswered.delete(reject));
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** No call can succeed any more. Calls under way get their error from the host. */
  end(error: EdgeVecError): void {
    this.#over ??= error;
    this.#ended.abort(this.#over);
  }

  async #close(): Promise<void> {
    if (this.#over === undefined) {
      this.end(closed());
      // Hidden rows of a write that nobody will finish, and the copy of an export that nobody will
      // read, would stay for as long as others hold the database.
      for (const transaction of this.#transactions) this.#host.call('abort', { transaction }).catch(() => {});
      for (const handle of this.#exports) this.#host.call('exportEnd', handle).catch(() => {});
      for (const reject of this.#unanswered) reject(closed());
      await Promise.all(this.#changing);
    }
    await this.#shared.leave(this, this.#host);
  }

  /** Notes a call. @returns notes the reply */
  #note(method: Method, request: unknown): ((reply: unknown) => void) | undefined {
    switch (method) {
      case 'write': {
        const { transaction, last } = request as WriteRequest;
        if (!last) this.#transactions.add(transaction);
        else this.#transactions.delete(transaction);
        return undefined;
      }
      case 'compare':
        this.#transactions.add((request as RequestOf<'compare'>).transaction);
        return undefined;
      case 'replace':
        this.#transactions.delete((request as RequestOf<'replace'>).transaction);
        return undefined;
      case 'abort':
        this.#transactions.delete((request as RequestOf<'abort'>).transaction);
        return undefined;
      case 'exportBegin':
        return (handle) => this.#begun(handle as number);
      case 'exportEnd':
        this.#exports.delete(request as number);
        return undefined;
      default:
        return undefined;
    }
  }

  #begun(handle: number): void {
    if (this.#over === undefined) this.#exports.add(handle);
    else this.#host.call('exportEnd', handle).catch(() => {});
  }
}
