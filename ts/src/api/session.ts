// The open database behind an object of the public class. The class itself has no private fields.
// Private fields cannot be read through a proxy. They also make the type of a class differ from the
// type that Vue gives to an object inside a `ref`.

import type { Method, ReplyOf, RequestOf, WriteKind } from '../base/calls.js';
import { ALL_ROWS } from '../base/changed-rows.js';
import { chunk } from '../base/chunk.js';
import type { ReembedOptions } from '../base/embed.js';
import { closed, EdgeVecError, hasCode } from '../base/errors.js';
import { closeWithOwner, forget, weakly } from '../base/finalizer.js';
import { onAbort } from '../base/on-abort.js';
import type { ResolvedOptions } from '../base/options.js';
import type { Replaced } from '../base/records.js';
import type { Id, WriteOptions } from '../base/types.js';
import type { Host } from '../host/host.js';
import { answer } from './caller.js';
import type { Changes } from './changes.js';
import { withoutModel } from './check.js';
import { Decoder } from './decode.js';
import { showFacts } from './instance.js';
import { readable } from './options/values.js';
import { resolveWrite } from './options/write.js';
import type { Position } from './position.js';
import { assertSameSpace } from './vector/space.js';
import type { Voice, Voiced } from './voiced.js';
import { either } from './write/either.js';
import type { TakeSparse } from './write/sparse.js';
import { write } from './write/write.js';
import type { Target } from './write/writer.js';

/** What a database is made of once it is open. @internal */
export interface Opened extends Voiced {
  readonly options: ResolvedOptions;
  /** The engine build in use. */
  readonly variant: string;
  readonly changes: Changes;
  /** Undefined if the database has no sparse vectors. */
  readonly takeSparse: TakeSparse | undefined;
  /** Opens another host with the same engine. */
  readonly open: (options: ResolvedOptions) => Promise<Voiced>;
}

export class Session {
  host: Host;
  options: ResolvedOptions;
  readonly variant: string;
  readonly changes: Changes;
  /** The durability of changes without an option. */
  readonly strict: boolean;
  readonly takeSparse: TakeSparse | undefined;
  readonly #owner: object;
  readonly #open: Opened['open'];
  #voice: Voice;
  #target: Target;
  /** Changes that have begun, and the reads of the host. */
  readonly #changing = new Set<Promise<unknown>>();
  readonly #reading = new Set<Promise<unknown>>();
  /** Set while changes wait: another host is taking the place of the host. */
  #hold: Promise<void> | undefined;
  #isReembedding = false;
  #closing: Promise<void> | undefined;

  constructor(owner: object, { host, voice, options, variant, changes, takeSparse, open }: Opened) {
    this.host = host;
    this.#voice = voice;
    this.#open = open;
    this.options = options;
    this.variant = variant;
    this.changes = changes;
    this.takeSparse = takeSparse;
    this.strict = options.strict;
    this.#owner = owner;
    this.#target = this.#targetOf(host);
  }

  #targetOf(host: Host): Target {
    const { changes, strict, takeSparse } = this;
    const owner = this.#owner;
    closeWithOwner(owner, host);
    // Weakly, since listeners often refer to the owner, and the host must not.
    onAbort(host.ended, weakly<void>(changes.noteEnd));
    return { host, dimensions: host.engine.dimensions, strict, takeSparse, changed: changes.note, owner };
  }

  get dimensions(): number {
    return this.#target.dimensions;
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** For the replies of one call. `mayRepeat`: a row may occur more than once in the replies. */
  decoder<M extends object>(mayRepeat: boolean): Decoder<M> {
    return new Decoder(this.host.engine.metric, this.dimensions, mayRepeat);
  }

  async call<K extends Method>(method: K, request: RequestOf<K>): Promise<ReplyOf<K>> {
    if (this.#closing !== undefined) throw closed();
    const reply = await noted(this.#reading, this.host.call(method, request));
    // Looking at the owner again keeps the owner reachable for as long as a call is pending: see
    // finalizer.ts.
    void this.#owner;
    return reply;
  }

  /** Resolves with the number of changed rows. */
  async change<K extends 'delete' | 'deleteMatching' | 'updateMatching'>(
    method: K,
    request: RequestOf<K>,
  ): Promise<number> {
    if (this.#closing !== undefined) throw closed();
    if (this.#hold !== undefined) await this.#hold;
    const { result, changed } = await noted(this.#changing, this.host.call(method, request));
    this.changes.note(changed);
    void this.#owner;
    return result;
  }

  write(kind: WriteKind, input: unknown, options?: WriteOptions): Promise<Id | Id[]> {
    const checkOwn = this.#ownVectors();
    return this.#change(async () => {
      if (this.#closing !== undefined) throw closed();
      const how = readable(() => resolveWrite(kind, options));
      const { embed: model, fields } = this.options;
      if (model === undefined) return write(this.#target, kind, input, how);
      const { writeTexts } = await embedding();
      const { takeSparse } = this;
      return writeTexts(this.#target, kind, input, how, { model, field: fields.text, checkOwn, takeSparse });
    });
  }

  /** The vectors of texts, by the model that `open` was given. */
  async embed(texts: readonly string[], kind: 'query' | 'passage', signal?: AbortSignal): Promise<Float32Array[]> {
    const { embed: model } = this.options;
    if (model === undefined) throw withoutModel();
    const { embedTexts } = await embedding();
    const { ended } = this.host;
    const both = either(signal, ended);
    try {
      return await embedTexts(model, texts, { kind, signal: both.signal });
    } catch (error) {
      throw hasCode(error, 'ABORTED') && ended.aborted && !signal?.aborted ? ended.reason : error;
    } finally {
      both.forget();
    }
  }

  replace(source: unknown, input: unknown, options?: WriteOptions): Promise<Replaced> {
    const checkOwn = this.#ownVectors();
    return this.#change(async () => {
      if (this.#closing !== undefined) throw closed();
      const how = readable(() => resolveWrite('replace', options));
      const { replace } = await chunk('replace', () => import('./write/replace.js'));
      const { fields, embed: model } = this.options;
      const embed = model && ((texts: readonly string[], signal: AbortSignal) => this.embed(texts, 'passage', signal));
      return replace(this.#target, source, input, how, fields, checkOwn, embed);
    });
  }

  /**
   * A check of vectors of the caller, for a write that may wait until `reembed` has changed the
   * model.
   */
  #ownVectors(): (place: Position) => void {
    const given = this.host.engine;
    return (place) => assertSameSpace(given, this.host.engine, place);
  }

  /** See `EdgeVec.reembed`. */
  reembed(embed: unknown, options?: ReembedOptions): Promise<number> {
    return answer(async () => {
      if (this.#closing !== undefined) throw closed();
      if (this.#isReembedding) throw busy();
      this.#isReembedding = true;
      try {
        const { reembed } = await chunk('reembed', () => import('./embed/reembed.js'));
        return await reembed(
          {
            host: this.host,
            options: this.options,
            open: this.#open,
            alone: (run) => this.#alone(run),
            swap: (next, changed) => this.#swap(next, changed),
          },
          embed,
          options,
        );
      } finally {
        this.#isReembedding = false;
      }
    });
  }

  /** Runs while no change of this object is under way. Changes that are called meanwhile wait. */
  async #alone<T>(run: () => Promise<T>): Promise<T> {
    let release = (): void => {};
    this.#hold = new Promise((resolve) => {
      release = resolve;
    });
    try {
      await Promise.allSettled(this.#changing);
      return await run();
    } finally {
      this.#hold = undefined;
      release();
    }
  }

  /**
   * From here on, all calls go to another host. Resolves once the old host has answered the rest.
   */
  async #swap({ host, voice }: Voiced, options: ResolvedOptions): Promise<void> {
    const [old, oldVoice] = [this.host, this.#voice];
    if (this.#closing !== undefined) {
      await host.close();
      throw closed();
    }
    forget(this.#owner);
    this.host = host;
    this.#voice = voice;
    this.options = options;
    this.#target = this.#targetOf(host);
    const { dimensions, model } = host.engine;
    showFacts(this.#owner, { dimensions, model, host: host.kind });
    this.changes.note(ALL_ROWS);
    oldVoice.mute();
    await Promise.allSettled(this.#reading);
    // Other holders of the old host hear that its database is gone.
    await old.call('catchUp', undefined).catch(() => {});
    await old.close().catch(() => {});
  }

  /** Does a change, after the changes that wait. */
  #change<T>(run: () => Promise<T>): Promise<T> {
    const held = this.#hold;
    // Noted inside of `answer`: V8 shows the function that waits for a promise in a stack only if
    // nobody else waits for the promise.
    return answer(() => noted(this.#changing, held === undefined ? run() : held.then(run)));
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      forget(this.#owner);
      this.changes.clear();
      this.#closing = answer(() => this.host.close());
    }
    return this.#closing;
  }
}

/** Texts become vectors in a chunk of their own, for databases with a model. */
const embedding = () => chunk('the embedding of texts', () => import('./embed/write.js'));

/** The promise, noted in the set until it settles. */
function noted<T>(set: Set<Promise<unknown>>, promise: Promise<T>): Promise<T> {
  const settled = promise.catch(() => {}).then(() => void set.delete(settled));
  set.add(settled);
  return promise;
}

const busy = (): EdgeVecError =>
  new EdgeVecError('BLOCKED', 'The database is being embedded again already', { remedy: 'Await the first reembed.' });

const sessions = /* @__PURE__ */ new WeakMap<object, Session>();

/** Begins the session of an object, once. */
export function beginSession(owner: object, opened: Opened): Session {
  const session = new Session(owner, opened);
  sessions.set(owner, session);
  return session;
}

/** The session of an object. @throws `INVALID_OPTIONS` if the object is no database */
export function sessionOf(owner: object): Session {
  const session = sessions.get(owner);
  if (session !== undefined) return session;
  throw new EdgeVecError('INVALID_OPTIONS', 'A method was called on an object that is no database', {
    expected: 'a database from EdgeVec.open',
    remedy: 'Call the method on the database itself: db.search(query).',
  });
}
