// A simulated process with an open database, below hosts: without messages and validation.

import { Changes } from '../../src/api/changes.js';
import { beginLive } from '../../src/api/live.js';
import type { Session } from '../../src/api/session.js';
import type { Effect, Part, WriteKind } from '../../src/base/calls.js';
import type { Clause } from '../../src/base/clause.js';
import type { Filter } from '../../src/base/filter-types.js';
import type { EngineOptions, HostOptions } from '../../src/base/options.js';
import type { Slices } from '../../src/base/time-slices.js';
import type { Id, RowChanges } from '../../src/base/types.js';
import type { Columns } from '../../src/collection/columns/columns.js';
import type { Database } from '../../src/database/database.js';
import { openDatabase, type Surroundings } from '../../src/database/open.js';
import { inlineEngine } from '../../src/engine/inline.js';
import { instantiate } from '../../src/engine/instantiate.js';
import { parseFilter } from '../../src/filter/parse.js';
import type { DatabaseEvent } from '../../src/persistence/open.js';
import type { ChangeChannel, StorageSite } from '../../src/storage/storage.js';
import { makingWith } from './made-engine.js';
import { hasty } from './slices.js';

/** Options of the engines of tests, without the dimensions. The small graph is fast to build. */
export const SMALL_GRAPH = {
  metric: 'euclidean',
  precision: 'float32',
  m: 4,
  efConstruction: 10,
  seed: 0,
} as const;

/** With this many dimensions, a few rows fill a frame. */
export const DIMENSIONS = 4096;

/**
 * `exactThreshold` is known to the engine only. `precision` and `metric` count for a new database.
 * `fill` makes the vector of a row. By default each number of the vector is `n`.
 */
export interface Made {
  readonly exactThreshold?: number;
  readonly precision?: EngineOptions['precision'];
  readonly metric?: EngineOptions['metric'];
  readonly fill?: Fill;
  /** Characters of further metadata of each row. */
  readonly text?: number;
}

type Fill = (vector: Float32Array, n: number) => void;

export interface Row {
  readonly id: Id;
  /** The value of every component of the vector, and the content of the metadata. */
  readonly n: number;
  /** Further metadata. */
  readonly more?: object | undefined;
}

/** All events except changes by others. */
export type Told = Exclude<DatabaseEvent, { readonly type: 'changed' }>;

export class Process {
  readonly events: Told[];
  readonly #database: Database;
  readonly #first: unknown;
  readonly #changes: () => number;
  /** The listeners, as the public class has them. */
  readonly #heard: Changes;
  readonly #fill: Fill;
  readonly #text: object;
  #transactions = 0;

  private constructor(
    database: Database,
    events: Told[],
    changes: () => number,
    heard: Changes,
    text = 0,
    fill: Fill = (vector, n) => void vector.fill(n),
  ) {
    this.#database = database;
    this.#first = database.collection().engine;
    this.#changes = changes;
    this.#heard = heard;
    this.#fill = fill;
    this.#text = text === 0 ? {} : { text: 'x'.repeat(text) };
    this.events = events;
  }

  /** The number of messages about writes of other processes. */
  get changes(): number {
    return this.#changes();
  }

  /** @param made options of the engine */
  static async start(
    site: StorageSite,
    dimensions = DIMENSIONS,
    channel?: ChangeChannel,
    made: Made = {},
    slices?: Slices,
  ): Promise<Process> {
    return Process.#open(dimensions, { site: async () => site, channelOf: () => channel }, made, slices);
  }

  /** Starts a process without storage. */
  static inMemory(dimensions = DIMENSIONS): Promise<Process> {
    const site = async (): Promise<StorageSite> => {
      throw new Error('nothing is stored');
    };
    return Process.#open(dimensions, { site }, {}, hasty(), null);
  }

  /** Starts a process without storage, with the readable rows of a stored database. */
  static salvage(site: StorageSite, dimensions = DIMENSIONS): Promise<Process> {
    return Process.#open(dimensions, { site: async () => site }, {}, hasty(), null, 'db');
  }

  /** Imports a file into an empty storage. */
  static import(site: StorageSite, file: Uint8Array): Promise<Process> {
    const source = (async function* () {
      yield file;
    })();
    return Process.#open(0, { site: async () => site, channelOf: () => undefined, source }, {});
  }

  static async #open(
    dimensions: number,
    around: Pick<Surroundings, 'site' | 'channelOf' | 'source'>,
    { precision = SMALL_GRAPH.precision, metric = SMALL_GRAPH.metric, fill, text, ...made }: Made,
    slices: Slices = hasty(),
    stored: HostOptions['stored'] | null = { name: 'db', elseInMemory: false },
    salvages?: string,
  ): Promise<Process> {
    const { module } = await inlineEngine();
    const engine = { ...SMALL_GRAPH, dimensions, precision, metric };
    const given = dimensions > 0 ? (['dimensions'] as const) : [];
    const events: Told[] = [];
    let changes = 0;
    const heard = new Changes();
    const hear = heard.hearing((event) => void (event.type === 'changed' ? changes++ : events.push(event as Told)));
    const opened = await openDatabase(
      { engine, given, recall: 0.95, stored: stored ?? undefined, salvages },
      {
        ...around,
        module,
        start: async () => makingWith(await instantiate(module), made),
        slices,
        tell: hear,
      },
    );
    return new Process(opened.database, events, () => changes, heard, text, fill);
  }

  /** Calls the listener with the rows of each change. */
  subscribe(listener: (rows: RowChanges) => void): void {
    this.#heard.add(listener);
  }

  /** Runs a query now, and after each change. */
  live<T>(query: () => Promise<T>, onResult: (result: T) => void) {
    const host = { ended: new AbortController().signal };
    return beginLive(this, { changes: this.#heard, host } as unknown as Session, query, onResult);
  }

  #heardOf<T>({ result, changed }: Effect<T>): T {
    this.#heard.note(changed);
    return result;
  }

  /** The values of `n` by id, as of a single moment. */
  async values(ids: readonly Id[]): Promise<Map<Id, number>> {
    const found = await this.#database.get({ ids, vectors: false });
    return new Map(found.ids.map((id, i) => [id, (found.metadata[i] as { n: number }).n]));
  }

  /** @param pause awaited before the last part */
  async write(
    kind: WriteKind,
    rows: readonly Row[],
    strict = false,
    pause?: Promise<void>,
  ): Promise<readonly number[]> {
    const transaction = ++this.#transactions;
    const { dimensions } = this.#database.collection().engine;
    const step = Math.max(1, Math.floor((1 << 20) / (4 * dimensions)));
    let effect: Effect<readonly number[]> | undefined;
    for (let start = 0; start < rows.length; start += step) {
      const some = rows.slice(start, start + step);
      const vectors = new Float32Array(some.length * dimensions);
      some.forEach(({ n }, i) => void this.#fill(vectors.subarray(i * dimensions, (i + 1) * dimensions), n));
      const metadata = some.map(({ n, more }) => ({ n, ...this.#text, ...more }));
      const part: Part = { start, ids: some.map(({ id }) => id), vectors, metadata };
      const last = start + step >= rows.length;
      if (last) await pause;
      effect = await this.#database.write({
        transaction,
        kind,
        first: start === 0,
        last,
        strict,
        rows: rows.length,
        part,
      });
    }
    return this.#heardOf(effect ?? { result: [], changed: undefined });
  }

  /**
   * Makes the rows of the source `from` exactly these rows. `before` runs before the commit.
   *
   * @returns the number of rows that were kept
   */
  async replace(
    from: string,
    rows: readonly Row[],
    strict = false,
    before = async (): Promise<void> => {},
  ): Promise<number> {
    const transaction = ++this.#transactions;
    const { dimensions } = this.#database.collection().engine;
    const fill = (some: readonly Row[]): Float32Array => {
      const vectors = new Float32Array(some.length * dimensions);
      some.forEach(({ n }, i) => void this.#fill(vectors.subarray(i * dimensions, (i + 1) * dimensions), n));
      return vectors;
    };
    const metadataOf = ({ n, more }: Row): object => ({ n, from, ...more });
    const step = Math.max(1, Math.floor((1 << 20) / (4 * dimensions)));
    let written = 0;
    for (let start = 0; start === 0 || start < rows.length; start += step) {
      const some = rows.slice(start, start + step);
      const kept = await this.#database.compare({
        transaction,
        first: start === 0,
        source: parseFilter({ from }),
        ids: some.map(({ id }) => id),
        metadata: some.map(metadataOf),
        withVector: some.map(() => true),
        vectors: fill(some),
        hashField: 'hash',
      });
      const rest = some.filter((_, i) => kept[i] === undefined);
      if (rest.length === 0) continue;
      const ids = rest.map(({ id }) => id);
      const part: Part = { start: written, ids, vectors: fill(rest), metadata: rest.map(metadataOf) };
      await this.#database.write({ transaction, kind: 'replace', first: false, last: false, strict, part });
      written += rest.length;
    }
    await before();
    this.#heardOf(await this.#database.replace({ transaction, strict }));
    return rows.length - written;
  }

  async delete(ids: readonly Id[], strict = false): Promise<number> {
    return this.#heardOf(await this.#database.delete({ ids, strict }));
  }

  async deleteMatching(filter: Filter, strict = false): Promise<number> {
    return this.#heardOf(await this.#database.deleteMatching({ filter: parseFilter(filter), strict }));
  }

  async updateMatching(filter: Filter, metadata: object, strict = false): Promise<number> {
    return this.#heardOf(await this.#database.updateMatching({ filter: parseFilter(filter), metadata, strict }));
  }

  compact(): Promise<undefined> {
    return this.#database.compact();
  }

  save(name?: string): Promise<undefined> {
    return this.#database.save({ name });
  }

  /**
   * Exports the database piece by piece. `next` returns undefined behind the last piece, and `end`
   * cancels the export.
   */
  async export(): Promise<{ readonly next: () => Promise<Uint8Array | undefined>; readonly end: () => void }> {
    const handle = await this.#database.exportBegin();
    const next = async (): Promise<Uint8Array | undefined> => {
      const reply = await this.#database.exportNext(handle);
      return reply.done ? undefined : reply.piece;
    };
    return { next, end: () => this.#database.exportEnd(handle) };
  }

  /** The number of stored bytes, as reported by the database. */
  async bytes(): Promise<number> {
    return (await this.#database.stored()).bytes;
  }

  /** The memory of a store, in bytes. */
  async bytesOf(store: string): Promise<number | undefined> {
    return (await this.#database.stats()).stores[store];
  }

  async unlinked(): Promise<number> {
    return (await this.#database.stats()).unlinked;
  }

  /** Whether a compaction would code all rows again. */
  async drifted(): Promise<boolean> {
    return (await this.#database.stats()).drifted;
  }

  /** Rows of writes under way. */
  async hidden(): Promise<number> {
    return (await this.#database.stats()).hidden;
  }

  count(): Promise<number> {
    return this.#database.count();
  }

  async metadata(ids: readonly Id[]): Promise<readonly (object | undefined)[]> {
    return (await this.#database.get({ ids, vectors: false })).metadata;
  }

  flush(): Promise<undefined> {
    return this.#database.flush();
  }

  /** The ids of rows filled with `n`. */
  async find(n: number): Promise<readonly Id[]> {
    const queries = new Float32Array(this.#database.collection().engine.dimensions).fill(n);
    const query = { queries, k: 1_000, ef: undefined, recall: undefined, exact: true, vectors: false };
    const [hits] = await this.#database.search(query);
    return (hits?.ids ?? []).filter((_, i) => hits?.distances[i] === 0);
  }

  /**
   * The distances from a row filled with `n` to the nearest rows, rounded to quarter steps of `n`.
   * Without `exact`, the search uses the graph.
   */
  async nearest(n: number, k: number, exact: boolean): Promise<number[]> {
    const { dimensions } = this.#database.collection().engine;
    const queries = new Float32Array(dimensions).fill(n);
    const query = { queries, k, ef: 20, recall: undefined, exact, vectors: false };
    const [hits] = await this.#database.search(query);
    return (hits?.distances ?? []).map((distance) => Math.round((4 * distance) / Math.sqrt(dimensions)) / 4);
  }

  /** The engine. Another object after the process has loaded the checkpoint of another process. */
  get engine(): unknown {
    return this.#database.collection().engine;
  }

  /** The columns of metadata. Other columns after a reload. */
  get columns(): Columns {
    return this.#database.collection().columns;
  }

  /** The ids of rows whose metadata matches, in order of insertion. */
  matching(filter: Clause): Promise<Id[]> {
    return this.#database.ids({ filter });
  }

  /** Whether the process has replaced its rows with the checkpoint of another process. */
  get isReloaded(): boolean {
    return this.engine !== this.#first;
  }

  /** Whether rows are still loading. */
  get isStreaming(): boolean {
    return !this.#database.collection().engine.isWhole();
  }

  /**
   * Every row in order of insertion. Checks for each row that vector and metadata agree: numbers
   * may be off by `off`.
   */
  async rows(off = 0): Promise<Row[]> {
    const ids = await this.#database.ids();
    const { metadata, vectors = new Float32Array() } = await this.#database.get({ ids, vectors: true });
    const { dimensions } = this.#database.collection().engine;
    // Compares bytes, because comparing number by number would take a quarter of the time of these
    // tests.
    const filled = new Float32Array(dimensions);
    const expected = Buffer.from(filled.buffer);
    const found = Buffer.from(vectors.buffer, vectors.byteOffset, vectors.byteLength);
    return ids.map((id, i) => {
      const { n } = metadata[i] as { n: number };
      this.#fill(filled, n);
      const at = 4 * i * dimensions;
      const isSame =
        off === 0
          ? expected.compare(found, at, at + expected.length) === 0
          : vectors
              .subarray(i * dimensions, (i + 1) * dimensions)
              .every((value, j) => Math.abs(value - (filled[j] as number)) <= off);
      if (!isSame) {
        throw new Error(`row ${id} says ${n} and holds ${vectors[i * dimensions]}`);
      }
      return { id, n };
    });
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
