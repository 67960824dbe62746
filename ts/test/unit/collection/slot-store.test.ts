// Adds a store as a new feature would: its values for each slot are saved, loaded, exported,
// imported, replayed and counted, and no other file knows the store.

import { afterEach, describe, expect, test } from 'vitest';
import { registerStore } from '../../../src/collection/registry.js';
import type { LoadableStore, LoadedChunk, SlotChunk, SlotRecord, Slots } from '../../../src/collection/slot-store.js';
import { BLOCK_ROWS } from '../../../src/format/blocks.js';
import { decodeHead } from '../../../src/format/head.js';
import { decodeManifest } from '../../../src/format/manifest.js';
import { Disk, FaultySite } from '../../support/disk.js';
import { Process, type Row } from '../../support/process.js';

const DIMENSIONS = 4;

/** Keeps the number `n` of each record's metadata: a column. A chunk is a block of slots. */
class Toy implements LoadableStore {
  readonly name = 'toy';
  readonly numbers: number[] = [];
  readonly #slots: Slots;
  /** The number of chunks read. */
  loaded = 0;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  set(slot: number, old: number | undefined, { metadata }: SlotRecord): void {
    if (old !== undefined && old !== slot) this.delete(old);
    this.numbers[slot] = (metadata as { n: number }).n;
  }

  delete(slot: number): void {
    delete this.numbers[slot];
  }

  *chunks(): Generator<SlotChunk> {
    for (let first = 0; first < this.#slots.count; first += BLOCK_ROWS) {
      yield {
        key: `toy-${first / BLOCK_ROWS}`,
        bytes: () => 8 * BLOCK_ROWS,
        isDirty: (stored) => stored === undefined || this.#slots.haveChanged(stored.time, first, BLOCK_ROWS),
        copy: function* (this: Toy): Generator<undefined, Uint8Array> {
          const numbers = Array.from({ length: BLOCK_ROWS }, (_, i) => this.numbers[first + i] ?? -1);
          return new Uint8Array(Float64Array.from(numbers).buffer);
        }.bind(this),
        setClean: () => {},
      };
    }
  }

  *load(chunks: readonly LoadedChunk[]): Generator<undefined, void> {
    for (const [i, { bytes }] of chunks.entries()) {
      this.loaded++;
      const numbers = new Float64Array(bytes.slice().buffer);
      for (const [at, n] of numbers.entries()) if (n >= 0) this.numbers[i * BLOCK_ROWS + at] = n;
      yield;
    }
  }

  bytes(): number {
    return 8 * this.numbers.length;
  }
}

let unregister = (): void => {};
afterEach(() => unregister());

/**
 * Adds a toy store to every collection made from here on. The result lists the toy stores, the
 * newest last.
 */
function withToys(): Toy[] {
  const toys: Toy[] = [];
  unregister = registerStore('toy', (slots) => {
    const toy = new Toy(slots);
    toys.push(toy);
    return toy;
  });
  return toys;
}

const some = (from: number, to: number, n = 0): Row[] =>
  Array.from({ length: to - from }, (_, i) => ({ id: from + i, n: n + from + i }));
const start = (disk: Disk): Promise<Process> => Process.start(new FaultySite(disk), DIMENSIONS);
const sorted = (toy: Toy | undefined): number[] =>
  toy?.numbers.filter((n) => n !== undefined).sort((a, b) => a - b) ?? [];
const numbers = (rows: readonly Row[]): number[] => rows.map(({ n }) => n).sort((a, b) => a - b);
const toyChunks = (disk: Disk): string[] =>
  disk
    .keys('chunks')
    .map(String)
    .filter((name) => /-toy-\d+$/.test(name))
    .sort();

function manifestOf(disk: Disk) {
  const { checkpoint } = decodeHead(disk.get('head', 0) as Uint8Array);
  return decodeManifest(disk.get('chunks', checkpoint) as Uint8Array);
}

describe('A further store', () => {
  test('has every change of rows: writes, upserts, updates, deletions', async () => {
    const toys = withToys();
    const process = await start(new Disk());
    await process.write('insert', some(0, 300));
    await process.write('upsert', some(100, 200, 1_000));
    await process.delete([0, 1, 2]);
    expect(sorted(toys.at(-1))).toEqual(numbers(await process.rows()));
    expect(await process.bytesOf('toy')).toBe(8 * (toys.at(-1)?.numbers.length ?? 0));
    await process.close();
  });

  test('is saved and loaded, shares unchanged chunks, and replays log entries', async () => {
    const toys = withToys();
    const disk = new Disk();
    const process = await start(disk);
    await process.write('insert', some(0, 1_500));
    await process.save();
    expect(manifestOf(disk).stores).toMatchObject({ toy: [{ bytes: 8 * BLOCK_ROWS }, { bytes: 8 * BLOCK_ROWS }] });
    const [first] = toyChunks(disk);
    await process.write('upsert', some(1_490, 1_600, 5_000));
    await process.save();
    expect(toyChunks(disk)).toContain(first);
    expect(toyChunks(disk)).toHaveLength(2);
    await process.write('upsert', some(3, 9, 9_000));
    await process.delete([1_490]);
    const rows = numbers(await process.rows());
    await process.close();

    const again = await start(disk);
    expect(toys.at(-1)?.loaded).toBe(2);
    expect(sorted(toys.at(-1))).toEqual(rows);
    expect(numbers(await again.rows())).toEqual(rows);
    await again.close();
  });

  test('counts towards the stored bytes', async () => {
    withToys();
    const disk = new Disk();
    const process = await start(disk);
    await process.write('insert', some(0, 10));
    await process.save();
    const manifest = manifestOf(disk);
    const { stores: _, ...others } = manifest;
    const refs = [...Object.values(others.sections).flat(), ...others.ids, ...others.metadata];
    const without = refs.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(await process.bytes()).toBe(without + 8 * BLOCK_ROWS);
    await process.close();
  });

  test('is exported, from storage and from memory alike, and imported', async () => {
    const toys = withToys();
    const disk = new Disk();
    const process = await start(disk);
    await process.write('insert', some(0, 1_100));
    await process.save();
    const stored = await exported(process);
    await process.close();
    const memory = await Process.inMemory(DIMENSIONS);
    await memory.write('insert', some(0, 1_100));
    expect(Buffer.compare(await exported(memory), stored)).toBe(0);
    await memory.close();

    const other = new Disk();
    const imported = await Process.import(new FaultySite(other), stored);
    expect(toys.at(-1)?.loaded).toBe(2);
    expect(sorted(toys.at(-1))).toEqual(numbers(some(0, 1_100)));
    expect(toyChunks(other)).toHaveLength(0);
    expect(manifestOf(other).stores?.['toy']).toHaveLength(2);
    await imported.close();
  });

  test('is built from the records if an older version saved the records, and is then saved', async () => {
    const disk = new Disk();
    const before = await start(disk);
    await before.write('insert', some(0, 1_100));
    await before.save();
    expect(manifestOf(disk).stores).toBeUndefined();
    await before.write('insert', some(2_000, 2_010));
    await before.close();
    const toys = withToys();
    const process = await start(disk);
    expect(toys.at(-1)?.loaded).toBe(0);
    expect(sorted(toys.at(-1))).toEqual(numbers([...some(0, 1_100), ...some(2_000, 2_010)]));
    await process.save();
    expect(manifestOf(disk).stores?.['toy']).toHaveLength(2);
    await process.close();
  });

  test('of an unknown name is refused by open, import and save, and nothing changes', async () => {
    withToys();
    const disk = new Disk();
    const process = await start(disk);
    await process.write('insert', some(0, 10));
    await process.save();
    const file = await exported(process);
    await process.close();
    unregister();
    const chunks = disk.keys('chunks').map(String).sort();
    const head = disk.get('head', 0);
    await expect(start(disk)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
    await expect(Process.import(new FaultySite(new Disk()), file)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
    });
    expect(disk.keys('chunks').map(String).sort()).toEqual(chunks);
    expect(disk.get('head', 0)).toEqual(head);
    // Rows are given back all the same.
    const salvaged = await Process.salvage(new FaultySite(disk), DIMENSIONS);
    expect(numbers(await salvaged.rows())).toEqual(numbers(some(0, 10)));
    await salvaged.close();
  });

  test('of another tab survives a checkpoint of a tab without the store', async () => {
    const disk = new Disk();
    const old = await start(disk);
    await old.write('insert', some(0, 10));
    const toys = withToys();
    const newer = await start(disk);
    await newer.save();
    expect(sorted(toys.at(-1))).toEqual(numbers(some(0, 10)));
    unregister();
    const head = disk.get('head', 0);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(old.save()).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
    }
    expect(disk.get('head', 0)).toEqual(head);
    await old.close();
    await newer.close();
  });

  test('reports a damaged chunk when the database is opened', async () => {
    withToys();
    const disk = new Disk();
    const process = await start(disk);
    await process.write('insert', some(0, 10));
    await process.save();
    await process.close();
    const [name] = toyChunks(disk) as [string];
    disk.commit({ put: [['chunks', name, Uint8Array.of(1)]] });
    await expect(start(disk)).rejects.toMatchObject({ code: 'DAMAGED' });
  });

  test.each(['vectors', 'ids', 'metadata', 'part', 'constructor', '__proto__', 'A', 'a1', '', '-'])(
    'cannot be named %j',
    (name) => {
      expect(() => registerStore(name, (slots) => new Toy(slots))).toThrow(
        expect.objectContaining({ code: 'INTERNAL', message: expect.stringContaining(JSON.stringify(name)) }),
      );
    },
  );
});

async function exported(process: Process): Promise<Uint8Array> {
  const { next } = await process.export();
  const pieces: Uint8Array[] = [];
  for (let piece = await next(); piece !== undefined; piece = await next()) pieces.push(piece);
  return Uint8Array.from(Buffer.concat(pieces));
}
