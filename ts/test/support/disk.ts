// A simulated disk that can lose commits in a power failure, and a site on the disk whose calls can
// be made to fail.

import { closed, EdgeVecError } from '../../src/base/errors.js';
import { namesOf } from '../../src/format/contents.js';
import { decodeFrame } from '../../src/format/entry.js';
import { decodeHead } from '../../src/format/head.js';
import { decodeManifest } from '../../src/format/manifest.js';
import {
  type Batch,
  type Keys,
  type SpaceEstimate,
  type StorageBackend,
  type StorageSite,
  type StoreName,
  sameBytes,
} from '../../src/storage/storage.js';

type Values = Map<StoreName, Map<string | number, Uint8Array>>;

/**
 * What a power failure does to commits that were not strict. `deleted`: the commits are dropped,
 * but the deletions of chunks stay. A chunk is often a file of its own, and nothing keeps the order
 * of files.
 */
export const LOSSES = ['kept', 'dropped', 'deleted', 'half', 'truncated', 'flipped', 'repeated'] as const;
export type Loss = (typeof LOSSES)[number];

export class Disk {
  /** `#safe` holds the state after the last strict commit, and `#since` the later commits. */
  #safe: Values = empty();
  #since: Batch[] = [];
  #now: Values = empty();
  /** Reserved bytes. */
  reserve = 0;
  /** Each open storage with its process. */
  readonly holders = new Map<object, FaultySite>();

  /** A new disk with the same values, all synced. */
  copy(): Disk {
    const disk = new Disk();
    disk.#now = copy(this.#now);
    disk.sync();
    return disk;
  }

  /** A new disk in the same state, also for a power failure. */
  fork(): Disk {
    const disk = new Disk();
    disk.#now = copy(this.#now);
    disk.#safe = copy(this.#safe);
    disk.#since = [...this.#since];
    disk.reserve = this.reserve;
    return disk;
  }

  /** Whether both disks hold the same value objects. Forks of a disk share the objects. */
  holdsSame(other: Disk): boolean {
    return [...this.#now].every(([store, values]) => {
      const others = other.#now.get(store) as Map<string | number, Uint8Array>;
      return values.size === others.size && [...values].every(([key, value]) => others.get(key) === value);
    });
  }

  get(store: StoreName, key: string | number): Uint8Array | undefined {
    return this.#now.get(store)?.get(key)?.slice();
  }

  keys(store: StoreName): (string | number)[] {
    return [...(this.#now.get(store)?.keys() ?? [])];
  }

  /** Bytes of all values. */
  get used(): number {
    let sum = 0;
    for (const values of this.#now.values()) for (const value of values.values()) sum += value.length;
    return sum;
  }

  commit(batch: Batch): boolean {
    const { expect, requires = [] } = batch;
    if (expect !== undefined && !sameBytes(expect, this.get('head', 0))) return false;
    if (!requires.every((name) => this.#now.get('chunks')?.has(name))) return false;
    const owned = {
      ...batch,
      put: (batch.put ?? []).map(([store, key, value]) => [store, key, value.slice()]),
    } as Batch;
    apply(this.#now, owned);
    this.#since.push(owned);
    if (batch.strict) this.sync();
    return true;
  }

  sync(): void {
    this.#safe = copy(this.#now);
    this.#since = [];
  }

  /** Replaces all values with the values of another disk. */
  become(other: Disk): void {
    this.#now = copy(other.#now);
    this.sync();
  }

  /** The power fails. `loss` says how much of the commits since the last strict commit is left. */
  fail(loss: Loss): void {
    const isDropped = loss === 'dropped' || loss === 'deleted';
    const since = this.#since.slice(0, isDropped ? 0 : loss === 'half' ? this.#since.length >> 1 : undefined);
    this.#now = copy(this.#safe);
    if (loss === 'deleted') for (const batch of this.#since) apply(this.#now, chunkDeletionsOf(batch));
    for (const [i, batch] of since.entries()) {
      apply(this.#now, i === since.length - 1 ? damaged(batch, loss) : batch);
      if (loss === 'repeated') apply(this.#now, batch);
    }
    this.sync();
  }
}

function chunkDeletionsOf({ delete: deleted = [] }: Batch): Batch {
  return { delete: deleted.filter(([store]) => store === 'chunks') };
}

/** Damages the last value of a batch. */
function damaged(batch: Batch, loss: Loss): Batch {
  const put = [...(batch.put ?? [])];
  // Skips the head, because a disk writes so few bytes whole or not at all.
  const at = put.findLastIndex(([store]) => store !== 'head');
  const last = put[at];
  if (last === undefined || (loss !== 'truncated' && loss !== 'flipped')) return batch;
  const value = loss === 'truncated' ? last[2].slice(0, last[2].length >> 1) : last[2].slice();
  if (loss === 'flipped') value[value.length >> 1] = (value[value.length >> 1] as number) ^ 4;
  put[at] = [last[0], last[1], value] as never;
  return { ...batch, put };
}

/** How a call goes wrong. */
export const FAULTS = [
  'throws',
  'throws after',
  'quota',
  /** Every later call fails as well. */
  'loses the connection',
  /** The call takes effect only after `wake`. */
  'hangs',
  'dies',
  'dies after',
] as const;
export type Fault = (typeof FAULTS)[number];

/**
 * The disk as a process sees the disk. With `dead`, the process has ended, and nothing continues.
 */
export class FaultySite implements StorageSite {
  readonly kind = 'memory';
  readonly #disk: Disk;
  /** The number of calls so far. */
  calls = 0;
  /** What the process does, as the test says. */
  during = '';
  /** The kind of each call: what the process does, and what it asks the storage for. */
  readonly kinds: string[] = [];
  /**
   * The number of the call that goes wrong, and how. With `of`, only reads of keys that `of`
   * accepts are counted.
   */
  fault: { readonly call: number; readonly how: Fault; readonly of?: (key?: string | number) => boolean } | undefined;
  #met = 0;
  dead = false;
  /** Set while a call hangs. Calling `wake` lets the call continue. */
  wake: (() => void) | undefined;
  /** Called before every commit, with the batch. */
  onCommit: (batch: Batch) => Promise<void> = async () => {};
  /** Makes a scan read the entries in advance, as a scan of IndexedDB does. */
  readsAhead = false;
  #lost = false;
  /** The size of the disk. A commit beyond the size is refused. */
  quota = Number.POSITIVE_INFINITY;
  /** Called before every call, with the key of a read. A scheduler can hold the call back here. */
  onCall: (key?: string | number) => Promise<void> = async () => {};

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** The disk with the storage of this name. */
  protected diskOf(_name: string): Disk {
    return this.#disk;
  }

  async open(name = 'db'): Promise<StorageBackend> {
    return new FaultyStorage(this.diskOf(name), this);
  }

  inspect(name?: string): Promise<StorageBackend | undefined> {
    return this.open(name);
  }

  async list(): Promise<string[]> {
    return ['db'];
  }

  async drop(_name = 'db'): Promise<void> {}

  async call<T>(what: string, run: () => T, key?: string | number): Promise<T> {
    await this.onCall(key);
    const call = ++this.calls;
    this.kinds.push(`${this.during}: ${what}`);
    if (this.dead) return new Promise(() => {});
    const { of } = this.fault ?? {};
    const met = of === undefined ? call : of(key) ? ++this.#met : undefined;
    const how = this.fault?.call === met ? this.fault?.how : undefined;
    if (how === 'hangs') {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      return run();
    }
    if (how === 'loses the connection') this.#lost = true;
    if (how === 'throws' || this.#lost)
      throw new EdgeVecError('STORAGE_FAILED', 'The storage failed, as the test wants');
    if (how === 'quota') throw new EdgeVecError('QUOTA', 'There is no room, as the test wants');
    if (how !== 'dies') {
      const result = run();
      if (how === 'throws after')
        throw new EdgeVecError('STORAGE_FAILED', 'The storage failed afterwards, as the test wants');
      if (how === undefined) return result;
    }
    this.dead = true;
    return new Promise(() => {});
  }
}

class FaultyStorage implements StorageBackend {
  readonly kind = 'memory';
  readonly lost = 0;
  readonly #disk: Disk;
  readonly #site: FaultySite;
  #closed = false;

  constructor(disk: Disk, site: FaultySite) {
    this.#disk = disk;
    this.#site = site;
    disk.holders.set(this, site);
  }

  async read<S extends StoreName>(store: S, key: Keys[S]): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    return this.#site.call(`read ${store}`, () => this.#disk.get(store, key), key);
  }

  async *scan(after: number): AsyncGenerator<readonly [number, Uint8Array]> {
    this.#assertOpen();
    const keys = await this.#site.call('scan', () => this.#disk.keys('log') as number[]);
    const wanted = keys.filter((key) => key > after).sort((a, b) => a - b);
    const ahead = this.#site.readsAhead ? wanted.map((key) => this.#disk.get('log', key)) : undefined;
    for (const [i, key] of wanted.entries()) {
      const value = await this.#site.call('scan on', () =>
        ahead === undefined ? this.#disk.get('log', key) : ahead[i],
      );
      if (value !== undefined) yield [key, value];
    }
  }

  async chunks(): Promise<string[]> {
    this.#assertOpen();
    return this.#site.call('list chunks', () => this.#disk.keys('chunks') as string[]);
  }

  async commit(batch: Batch): Promise<boolean> {
    this.#assertOpen();
    await this.#site.onCommit(batch);
    return this.#site.call(`commit ${contentsOf(batch)}`, () => {
      const more = (batch.put ?? []).reduce((sum, [, , value]) => sum + value.length, 0);
      const missing = this.#disk.used + this.#disk.reserve + more - this.#site.quota;
      if (batch.reserved && missing > 0 && missing <= this.#disk.reserve) this.#disk.reserve -= missing;
      else if (more > 0 && missing > 0) {
        throw new EdgeVecError('QUOTA', 'The disk is full, as the test wants');
      }
      return this.#disk.commit(batch);
    });
  }

  async estimate(): Promise<SpaceEstimate | undefined> {
    return undefined;
  }

  /** Defined only on a disk with a quota. Otherwise a scheduler would see another call. */
  get reserve(): ((bytes: number) => Promise<boolean>) | undefined {
    if (this.#site.quota === Number.POSITIVE_INFINITY) return undefined;
    return async (bytes) =>
      this.#site.call('reserve', () => {
        const room = this.#site.quota - this.#disk.used;
        this.#disk.reserve = Math.min(bytes, room);
        return this.#disk.reserve >= bytes;
      });
  }

  heldBack(): number {
    return this.#disk.reserve;
  }

  /** A process that has ended holds nothing. */
  async soleHolder(): Promise<boolean> {
    return this.#site.call('ask for holders', () =>
      [...this.#disk.holders].every(([holder, { dead }]) => holder === this || dead),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#disk.holders.delete(this);
  }

  #assertOpen(): void {
    if (this.#closed) throw closed();
  }
}

/** What kind of commit a batch is. */
function contentsOf({ put = [], delete: deleted = [], strict }: Batch): string {
  const stores = [...new Set(put.map(([store]) => store)), ...(deleted.length > 0 ? ['deletions'] : [])];
  return `${strict ? 'strictly ' : ''}${stores.join(' and ')}`;
}

function empty(): Values {
  return new Map((['head', 'log', 'chunks'] as const).map((store) => [store, new Map()]));
}

function copy(values: Values): Values {
  return new Map([...values].map(([store, entries]) => [store, new Map(entries)]));
}

function apply(values: Values, { put = [], delete: deleted = [] }: Batch): void {
  for (const [store, key, value] of put) values.get(store)?.set(key, value);
  for (const [store, key] of deleted) values.get(store)?.delete(key);
}

/** Chunks named neither by the checkpoint nor by the log. */
export function strayOn(disk: Disk): string[] {
  const { checkpoint } = decodeHead(disk.get('head', 0) as Uint8Array);
  const named = new Set([checkpoint, ...namesOf(decodeManifest(disk.get('chunks', checkpoint) as Uint8Array))]);
  for (const seq of disk.keys('log') as number[]) {
    const entry = decodeFrame(disk.get('log', seq) as Uint8Array, seq);
    if (entry.kind !== 'delete') for (const { name } of entry.stored) named.add(name);
  }
  return (disk.keys('chunks') as string[]).filter((name) => !named.has(name));
}
