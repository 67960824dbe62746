// A database is open as soon as searches work. The rows load afterwards, starting with the rows
// that
// calls need. Writes continue meanwhile, and calls that need all rows wait.

import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { HitsReply, SearchRequest } from '../../src/base/calls.js';
import { EdgeVecError } from '../../src/base/errors.js';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open.js';
import { inlineEngine } from '../../src/engine/inline.js';
import type { DatabaseEvent } from '../../src/persistence/open.js';
import { Disk, FaultySite } from '../support/disk.js';
import { failure } from '../support/open.js';
import { hasty } from '../support/slices.js';
import { clustered } from '../support/vectors.js';

const DIMENSIONS = 1024;
/** The rows of a chunk. A chunk holds a single cluster, so a search needs few chunks. */
const CHUNK = 256;
const CHUNKS = 10;
const COUNT = CHUNK * CHUNKS;
const vectors = Array.from({ length: CHUNKS }, (_, chunk) => clustered(CHUNK, DIMENSIONS, 50 + chunk, 1)).flat();

/**
 * A process's view of the disk. The view holds back reads of rows until the test continues the
 * reads.
 */
class Held extends FaultySite {
  /** Chunks of rows asked for and held back, by number. */
  readonly asked: { readonly chunk: number; readonly go: () => void }[] = [];
  isOpen = false;

  constructor(disk: Disk) {
    super(disk);
    this.onCall = async (key) => {
      const chunk = rowChunkOf(key);
      if (chunk !== undefined && !this.isOpen) await new Promise<void>((go) => void this.asked.push({ chunk, go }));
    };
  }

  /** Continues the held reads. */
  letThrough(isMeant: (chunk: number) => boolean = () => true): number[] {
    const meant = this.asked.filter(({ chunk }) => isMeant(chunk));
    for (const one of meant) {
      this.asked.splice(this.asked.indexOf(one), 1);
      one.go();
    }
    return meant.map(({ chunk }) => chunk);
  }

  letAllThrough(): void {
    this.isOpen = true;
    this.letThrough();
  }
}

const rowChunkOf = (key: string | number | undefined): number | undefined => {
  const found = /-1-(\d+)$/.exec(String(key));
  return found ? Number(found[1]) : undefined;
};

interface Opened {
  readonly database: Database;
  readonly events: DatabaseEvent[];
}

const ENGINE = {
  dimensions: DIMENSIONS,
  metric: 'cosine',
  precision: 'float32',
  m: 8,
  efConstruction: 40,
  seed: 0,
} as const;

async function start(site: FaultySite): Promise<Opened> {
  const { module } = await inlineEngine();
  const events: DatabaseEvent[] = [];
  const { database } = await openDatabase(
    { engine: ENGINE, given: ['dimensions'], recall: 0.95, stored: { name: 'db', elseInMemory: false } },
    {
      module,
      slices: hasty(),
      site: async () => site,
      tell: (event) => void (event.type === 'changed' || events.push(event)),
    },
  );
  return { database, events };
}

/** Until the test is over. */
async function open(site: FaultySite): Promise<Opened> {
  const opened = await start(site);
  onTestFinished(() => opened.database.close());
  return opened;
}

let transactions = 0;
function upsert({ database }: Opened, ids: readonly (string | number)[], rows: readonly Float32Array[]) {
  const flat = new Float32Array(rows.length * DIMENSIONS);
  rows.forEach((vector, i) => void flat.set(vector, i * DIMENSIONS));
  const part = { start: 0, ids, vectors: flat, metadata: ids.map((id) => ({ id })) };
  const transaction = ++transactions;
  return database.write({ transaction, kind: 'upsert', first: true, last: true, strict: false, part });
}

/** Their metadata only. */
function update({ database }: Opened, ids: readonly (string | number)[]) {
  const metadata = ids.map(() => ({ updated: true }));
  const part = { start: 0, ids, vectors: new Float32Array(), withVector: [], metadata };
  const transaction = ++transactions;
  return database.write({ transaction, kind: 'update', first: true, last: true, strict: false, part });
}

const asking = (queries: Float32Array, more: Partial<SearchRequest> = {}): SearchRequest => ({
  queries,
  k: 5,
  ef: 20,
  recall: undefined,
  exact: false,
  vectors: false,
  ...more,
});
const search = ({ database }: Opened, row: number, more?: Partial<SearchRequest>) =>
  database.search(asking((vectors[row] as Float32Array).slice(), more));

/** Cosine stores directions, so returned vectors differ by rounding. */
function expectVectors(given: Float32Array | undefined, ...expected: (Float32Array | undefined)[]): void {
  expect(given).toHaveLength(expected.length * DIMENSIONS);
  const apart = expected.flatMap((vector, row) =>
    Array.from(vector as Float32Array, (value, i) => Math.abs(value - (given?.[row * DIMENSIONS + i] as number))),
  );
  expect(Math.max(...apart)).toBeLessThan(1e-5);
}

/** Gives the event loop enough turns for all calls that can continue. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether the promise has settled. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  await turns();
  return settled;
}

describe('Rows that load last', () => {
  let disk: Disk;
  /** The answers from before the database was stored, for a query in each chunk. */
  const answers: (readonly HitsReply[])[] = [];

  beforeAll(async () => {
    disk = new Disk();
    const opened = await start(new FaultySite(disk));
    for (let from = 0; from < COUNT; from += CHUNK) {
      const ids = Array.from({ length: CHUNK }, (_, i) => from + i);
      await upsert(opened, ids, vectors.slice(from, from + CHUNK));
    }
    await opened.database.save({ name: undefined });
    for (let chunk = 0; chunk < CHUNKS; chunk++) answers.push(await search(opened, chunk * CHUNK, { vectors: true }));
    await opened.database.close();
    expect(disk.keys('chunks').filter((key) => rowChunkOf(key) !== undefined)).toHaveLength(CHUNKS);
    expect(disk.keys('log')).toHaveLength(0);
  });

  test('a search answers as before, once the needed rows are loaded', async () => {
    const site = new Held(disk.copy());
    const opened = await open(site);
    const { database, events } = opened;
    const before = site.asked.map(({ chunk }) => chunk);
    expect(before).toEqual([0, 1, 2, 3]);
    expect(await database.count()).toBe(COUNT);
    expect(await database.ids()).toHaveLength(COUNT);
    expect((await database.get({ ids: [7], vectors: false })).metadata).toEqual([{ id: 7 }]);
    expect((await database.stats()).rows).toBe(COUNT);

    const searching = database.search(asking(vectors[8 * CHUNK] as Float32Array, { vectors: true }));
    expect(await isSettled(searching)).toBe(false);
    const isWanted = (chunk: number): boolean => !before.includes(chunk);
    const wanted: number[] = [];
    while (!(await isSettled(searching))) wanted.push(...site.letThrough(isWanted));
    expect(await searching).toEqual(answers[8]);
    expect(wanted).toContain(8);
    expect(wanted.length).toBeLessThan(4);
    // The search needs no further chunk.
    expect(await search(opened, 8 * CHUNK, { vectors: true })).toEqual(answers[8]);

    const queries = new Float32Array(CHUNKS * DIMENSIONS);
    for (let chunk = 0; chunk < CHUNKS; chunk++)
      queries.set(vectors[chunk * CHUNK] as Float32Array, chunk * DIMENSIONS);
    const many = database.search(asking(queries, { vectors: true }));
    expect(await isSettled(many)).toBe(false);
    site.letAllThrough();
    expect(await many).toEqual(answers.map(([hits]) => hits));
    expect(events).toEqual([]);
  });

  test('calls that need all rows wait, and run in order', async () => {
    const disk_ = disk.copy();
    const site = new Held(disk_);
    const opened = await open(site);
    const { database } = opened;
    const order: string[] = [];
    const log = (name: string, run: Promise<unknown>) => run.then(() => void order.push(name));
    const vector = vectors[3] as Float32Array;
    const metadata = { id: 'new' };
    const part = { start: 0, ids: ['new'], vectors: vector.slice(), metadata: [metadata] };
    const write = {
      transaction: ++transactions,
      kind: 'upsert',
      first: true,
      last: true,
      strict: false,
      part,
    } as const;
    const waiting = [
      database.get({ ids: [1], vectors: true }),
      search(opened, 0, { exact: true }),
      database.compact(),
      database.save({ name: undefined }),
      database.exportBegin(),
    ];
    const calls = [
      log('write', database.write(write)),
      log('delete', database.delete({ ids: ['new', 5], strict: false })),
      log('write again', upsert(opened, ['new'], [vectors[4] as Float32Array])),
      log('update', update(opened, [7])),
    ];
    metadata.id = 'changed';
    await Promise.all(calls);
    expect(order).toEqual(['write', 'delete', 'write again', 'update']);
    expect(await database.count()).toBe(COUNT);
    expectVectors((await database.get({ ids: ['new'], vectors: true })).vectors, vectors[4]);
    expect((await database.get({ ids: [7, 5], vectors: false })).metadata).toEqual([{ id: 7, updated: true }]);
    for (const call of waiting) expect(await isSettled(call)).toBe(false);
    site.letAllThrough();
    await Promise.all(waiting);
    const found = await database.get({ ids: ['new', 5, 6, 7], vectors: true });
    expect(found.ids).toEqual(['new', 6, 7]);
    await database.save({ name: undefined });
    expect(opened.events).toEqual([]);
    await database.close();

    const again = await open(new FaultySite(disk_));
    expect(await again.database.get({ ids: ['new', 5, 6, 7], vectors: true })).toEqual(found);
    const [[hits] = []] = [await search(again, 4, { exact: true })];
    expect(new Set(hits?.ids.slice(0, 2))).toEqual(new Set([4, 'new']));
    expect(again.events).toEqual([]);
  });

  test('vectors are given back once the rows asked for are in', async () => {
    const site = new Held(disk.copy());
    const { database } = await open(site);
    const before = site.asked.map(({ chunk }) => chunk);
    const ids = [8 * CHUNK + 3, 'nobody', 8 * CHUNK + 1, 6 * CHUNK];
    const getting = database.get({ ids, vectors: true });
    expect(await isSettled(getting)).toBe(false);
    expect(new Set(site.letThrough((chunk) => !before.includes(chunk)))).toEqual(new Set([8, 6]));
    const { ids: found, vectors: given } = await getting;
    expect(found).toEqual(ids.filter((id) => id !== 'nobody'));
    expectVectors(given, ...found.map((id) => vectors[id as number]));
  });

  test('a write aborted meanwhile leaves nothing behind', async () => {
    const site = new Held(disk.copy());
    const { database } = await open(site);
    const transaction = ++transactions;
    const part = { start: 0, ids: ['new'], vectors: (vectors[3] as Float32Array).slice() };
    await database.write({ transaction, kind: 'upsert', first: true, last: false, strict: false, part });
    expect((await database.stats()).hidden).toBe(1);
    await database.abort({ transaction });
    site.letAllThrough();
    await database.compact();
    expect(await database.count()).toBe(COUNT);
    expect((await database.stats()).hidden).toBe(0);
  });

  test('log entries are applied before all rows are loaded, with the same result as at the time of writing', async () => {
    const disk_ = disk.copy();
    const writer = await open(new FaultySite(disk_));
    await search(writer, 0, { exact: true });
    const ids = Array.from({ length: 300 }, (_, i) => `new ${i}`);
    await upsert(
      writer,
      ids,
      ids.map((_, i) => vectors[8 * i] as Float32Array),
    );
    await writer.database.delete({ ids: ['new 7', 9], strict: false });
    const site = new Held(disk_);
    const opened = await open(site);
    expect(await opened.database.count()).toBe(COUNT + 298);
    const searching = search(opened, 8 * CHUNK, { vectors: true });
    const isIn = site.letThrough().length;
    expect(isIn).toBeLessThan(CHUNKS);
    expect(site.isOpen).toBe(false);
    site.letAllThrough();
    expect(await searching).toEqual(await search(writer, 8 * CHUNK, { vectors: true }));
    await opened.database.save({ name: undefined });
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      expect(await search(opened, chunk * CHUNK + 1)).toEqual(await search(writer, chunk * CHUNK + 1));
    }
    expect([...opened.events, ...writer.events]).toEqual([]);
  });

  /** Replaces a row of this chunk. */
  function damage(disk: Disk, chunk: number): void {
    const key = disk.keys('chunks').find((name) => rowChunkOf(name) === chunk) as string;
    const bytes = disk.get('chunks', key) as Uint8Array;
    bytes[1000] = (bytes[1000] as number) ^ 1;
    disk.commit({ put: [['chunks', key, bytes]] });
  }

  test('damage found late ends every call, and is reported', async () => {
    const disk_ = disk.copy();
    damage(disk_, 6);
    const site = new Held(disk_);
    const opened = await open(site);
    const { database, events } = opened;
    const waiting = [
      failure(() => search(opened, 6 * CHUNK), 'DAMAGED'),
      failure(() => database.get({ ids: [6 * CHUNK + 1], vectors: true }), 'DAMAGED'),
      failure(() => database.save({ name: undefined }), 'DAMAGED'),
    ];
    site.letAllThrough();
    await Promise.all(waiting);
    expect(events).toMatchObject([{ type: 'rows-unreadable', error: { code: 'DAMAGED' } }]);
    const error = await failure(() => search(opened, 0), 'DAMAGED');
    expect(error.remedy).toBeDefined();
    await failure(() => database.count(), 'DAMAGED');
    await failure(() => database.ids(), 'DAMAGED');
    await failure(() => database.delete({ ids: [1], strict: false }), 'DAMAGED');
    await failure(() => upsert(opened, ['new'], [vectors[3] as Float32Array]), 'DAMAGED');
    await failure(() => database.compact(), 'DAMAGED');
    await failure(() => database.exportBegin(), 'DAMAGED');
    await failure(() => database.flush(), 'DAMAGED');
    await database.close();
  });

  /** A site with this many failing reads of rows. */
  function failing(disk: Disk, times: number): { readonly site: FaultySite; readonly failed: () => number } {
    const site = new FaultySite(disk);
    let failed = 0;
    site.onCall = async (key) => {
      if (rowChunkOf(key) === undefined || failed === times) return;
      failed++;
      throw new EdgeVecError('STORAGE_FAILED', 'Rows cannot be read, as the test wants');
    };
    return { site, failed: () => failed };
  }

  test('a failed read is repeated, and no call fails', async () => {
    const { site, failed } = failing(disk.copy(), 3);
    const opened = await open(site);
    expect(await search(opened, 0, { vectors: true })).toEqual(answers[0]);
    await opened.database.compact();
    expect(failed()).toBe(3);
    expect(opened.events).toEqual([]);
  });

  test('repeated read failures fail the waiting calls, until a read succeeds', async () => {
    const disk_ = disk.copy();
    const { site, failed } = failing(disk_, 1_000);
    const opened = await open(site);
    const { database, events } = opened;
    const unreadable = { type: 'rows-unreadable', error: { code: 'STORAGE_FAILED' } };
    await Promise.all([
      failure(() => search(opened, 0, { exact: true }), 'STORAGE_FAILED'),
      failure(() => search(opened, 0), 'STORAGE_FAILED'),
      failure(() => database.get({ ids: [1], vectors: true }), 'STORAGE_FAILED'),
      failure(() => database.compact(), 'STORAGE_FAILED'),
    ]);
    expect(events).toMatchObject([unreadable]);
    await turns();
    const before = failed();
    await turns();
    expect(failed()).toBe(before);
    // Calls without rows continue.
    expect(await database.count()).toBe(COUNT);
    await upsert(opened, ['new'], [vectors[3] as Float32Array]);
    expectVectors((await database.get({ ids: ['new'], vectors: true })).vectors, vectors[3]);
    await database.delete({ ids: [5], strict: false });
    await failure(() => database.save({ name: undefined }), 'STORAGE_FAILED');
    await failure(
      () =>
        database.search(asking(new Float32Array([...(vectors[0] as Float32Array), ...(vectors[1] as Float32Array)]))),
      'STORAGE_FAILED',
    );
    expect(events).toMatchObject([unreadable, unreadable, unreadable]);
    expect(failed()).toBeLessThan(100);

    site.onCall = async () => {};
    expect(await search(opened, 8 * CHUNK, { vectors: true })).toEqual(answers[8]);
    await database.save({ name: undefined });
    expect(events).toHaveLength(3);
    const again = await open(new FaultySite(disk_));
    expectVectors((await again.database.get({ ids: ['new', 5], vectors: true })).vectors, vectors[3]);
  });

  test('opening fails if damage is found before the end of opening', async () => {
    const disk_ = disk.copy();
    damage(disk_, 1);
    const site = new FaultySite(disk_);
    let asked = 0;
    let go: (() => void) | undefined;
    site.onCall = async (key) => {
      if (rowChunkOf(key) !== undefined) asked++;
      // The first look at the log.
      else if (asked > 0 && go === undefined) await new Promise<void>((resolve) => (go = resolve));
    };
    const failed = failure(() => open(site), 'DAMAGED');
    while (asked < 4 || go === undefined) await turns();
    await turns();
    go();
    await failed;
  });

  test('close stops the loading', async () => {
    const site = new Held(disk.copy());
    const opened = await open(site);
    const waiting = [
      failure(() => search(opened, 0), 'CLOSED'),
      failure(() => opened.database.get({ ids: [1], vectors: true }), 'CLOSED'),
      failure(() => opened.database.compact(), 'CLOSED'),
    ];
    await turns();
    await opened.database.close();
    await Promise.all(waiting);
    const asked = site.calls;
    site.letAllThrough();
    await turns();
    expect(site.calls - asked).toBeLessThanOrEqual(8);
    expect(opened.events).toEqual([]);
  });

  test("running writes continue on another tab's checkpoint, before all its rows are loaded", async () => {
    const disk_ = disk.copy();
    const site = new Held(disk_);
    site.isOpen = true;
    const opened = await open(site);
    const transaction = ++transactions;
    const write = (start: number, ids: readonly string[]) =>
      opened.database.write({
        transaction,
        kind: 'upsert',
        first: start === 0,
        last: start > 0,
        strict: false,
        part: { start, ids, vectors: (vectors[start] as Float32Array).slice() },
      });
    await write(0, ['a']);
    const other = await open(new FaultySite(disk_));
    await upsert(other, ['theirs'], [vectors[0] as Float32Array]);
    await other.database.save({ name: undefined });
    site.isOpen = false;
    await write(1, ['b']);
    expect(site.asked).not.toEqual([]);
    expect(await opened.database.count()).toBe(COUNT + 3);
    site.letAllThrough();
    const { vectors: found } = await opened.database.get({ ids: ['a', 'b'], vectors: true });
    expect(found?.subarray(DIMENSIONS)).toEqual(
      (await opened.database.get({ ids: [1], vectors: true })).vectors as Float32Array,
    );
    await other.database.flush();
    expect(await other.database.count()).toBe(COUNT + 3);
  });

  test("another tab's checkpoint takes their place", async () => {
    const disk_ = disk.copy();
    const site = new Held(disk_);
    const opened = await open(site);
    const { database, events } = opened;
    const waiting = search(opened, 8 * CHUNK);
    // A later tab makes a checkpoint with new chunks only.
    const third = await open(new FaultySite(disk_));
    const exact = search(opened, 8 * CHUNK, { exact: true });
    await upsert(opened, ['mine'], [vectors[9] as Float32Array]);

    const other = await open(new FaultySite(disk_));
    await other.database.delete({
      ids: Array.from({ length: CHUNKS }, (_, chunk) => chunk * CHUNK + 1),
      strict: false,
    });
    await upsert(other, ['theirs'], [vectors[8 * CHUNK] as Float32Array]);
    // Both tabs have read the whole log. Otherwise a tab would load the other's checkpoint again,
    // and no chunk would be dropped during the load.
    await database.flush();
    await third.database.flush();
    const before = disk_.keys('chunks');
    await other.database.save({ name: undefined });
    // Each chunk holds a deleted row. Compaction removes the deleted rows, so every chunk changes.
    await third.database.compact();
    await third.database.save({ name: undefined });
    expect(disk_.keys('chunks').filter((key) => before.includes(key))).toEqual([]);
    site.letAllThrough();
    const [hits] = await exact;
    expect(new Set(hits?.ids.slice(0, 2))).toEqual(new Set([8 * CHUNK, 'theirs']));
    const [[found], [expected]] = [await waiting, await search(other, 8 * CHUNK)];
    expect(found?.distances).toEqual(expected?.distances);
    expectVectors((await database.get({ ids: ['mine'], vectors: true })).vectors, vectors[9]);
    expect(await database.count()).toBe(COUNT - CHUNKS + 2);
    await other.database.flush();
    expect(await other.database.count()).toBe(COUNT - CHUNKS + 2);
    expect([...events, ...other.events, ...third.events]).toEqual([]);
    await database.save({ name: undefined });
  });
});
