// Stored metadata: rewritten after a change, and written in small steps.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { STEP_ROWS } from '../../../src/base/time-slices.js';
import type { Id } from '../../../src/base/types.js';
import { Collection } from '../../../src/collection/collection.js';
import { mergeRuns } from '../../../src/collection/merge.js';
import { STEP_BYTES } from '../../../src/collection/pace.js';
import type { SavedStores } from '../../../src/collection/records.js';
import type { LoadedChunk, StoredChunk } from '../../../src/collection/slot-store.js';
import type { Engine } from '../../../src/engine/engine.js';
import { type ChunkRef, refOf } from '../../../src/format/chunk.js';
import { IDS, METADATA } from '../../../src/format/contents.js';
import { decodeManifest, encodeManifest, type Manifest } from '../../../src/format/manifest.js';
import { chunksOf, contentsOf, manifestOf, storedIn } from '../../../src/persistence/checkpoint/contents.js';
import { soaked } from '../../support/soak.js';
import { random } from '../../support/vectors.js';

const MB = 1e6;
type DrawBelow = (below: number) => number;
const picks = (seed: number): DrawBelow => {
  const next = random(seed);
  return (below) => Math.floor(next() * below);
};

afterEach(() => void vi.restoreAllMocks());

/** Steps to the end. */
function run<T>(steps: Generator<unknown, T>, between: () => void = () => {}): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as T;
    between();
  }
}

const NO_ENGINE = { chunks: () => 0, publish: () => {}, remove: () => true } as unknown as Engine;

interface Saved {
  readonly ids: readonly LoadedChunk[];
  readonly metadata: readonly LoadedChunk[];
  readonly nextId: number;
}

function storesOf({ ids, metadata, nextId }: Saved): SavedStores {
  const chunks = new Map([
    [IDS, ids],
    [METADATA, metadata],
  ]);
  return { chunks, nextId };
}

/** Rows with checkpoints in a map: a checkpointer without storage. */
class Kept {
  readonly chunks = new Map<string, Uint8Array>();
  readonly rows: Collection;
  stored = new Map<string, StoredChunk>();
  #made = 0;

  constructor(rows = new Collection(NO_ENGINE)) {
    this.rows = rows;
  }

  /** Writes the changed chunks, and returns their keys. `between` may change more rows. */
  pass(between: () => void = () => {}): string[] {
    run(this.rows.measure(), between);
    const written: string[] = [];
    for (const chunk of [...chunksOf(this.rows)].filter((chunk) => chunk.isDirty(this.stored.get(chunk.key)))) {
      const time = this.rows.mark();
      const bytes = run(chunk.copy(), between);
      if (bytes === undefined) continue;
      const ref = refOf(String(this.#made++), bytes);
      this.chunks.set(ref.name, bytes);
      this.stored.set(chunk.key, { ref, time });
      written.push(chunk.key);
    }
    return written;
  }

  /** Saves all rows. */
  save(): Manifest {
    this.pass();
    const options = { dimensions: 1, metric: 'dot', precision: 'int8', m: 16, efConstruction: 200, seed: 0 } as const;
    const header = refOf('header', new Uint8Array());
    const manifest = manifestOf(options, this.rows.nextId, header, contentsOf(this.rows), (key) => {
      return (this.stored.get(key) as StoredChunk).ref;
    });
    return decodeManifest(encodeManifest(manifest));
  }

  saved({ ids, metadata, nextId }: Manifest): Saved {
    const read = ({ name }: ChunkRef): Uint8Array => this.chunks.get(name) as Uint8Array;
    return {
      ids: ids.map((ref) => ({ bytes: read(ref) })),
      metadata: metadata.map((ref) => ({ slots: ref.slots, bytes: read(ref) })),
      nextId,
    };
  }

  /** As after a restart: the same chunks, other rows. */
  again(): Kept {
    const manifest = this.save();
    const again = new Kept(loaded(this.saved(manifest)));
    for (const [name, bytes] of this.chunks) again.chunks.set(name, bytes);
    again.#made = this.#made;
    again.stored = storedIn(manifest);
    return again;
  }
}

function loaded(saved: Saved): Collection {
  const rows = new Collection(NO_ENGINE);
  run(rows.load(storesOf(saved)));
  return rows;
}

/** The contents of the chunks, without their names. */
const contents = ({ ids, metadata }: Manifest): unknown[] => [...ids, ...metadata].map(({ name: _, ...rest }) => rest);

describe('Rows', () => {
  test('random changes, passes and restarts agree with a plain map, and leave the same chunks as a fresh save', () => {
    for (let seed = 0; seed < soaked(4, 12); seed++) {
      const pick = picks(seed);
      const model = new Map<Id, { slot: number; metadata: object | undefined }>();
      const free = Array.from({ length: 2_500 }, (_, slot) => slot).reverse();
      let kept = new Kept();
      const change = (): void => {
        const known = [...model.keys()];
        const id = pick(3) === 0 && known.length > 0 ? (known[pick(known.length)] as Id) : pick(4_000);
        const old = model.get(id);
        if (old !== undefined && pick(3) === 0) {
          expect(kept.rows.delete(id)).toBe(old.slot);
          model.delete(id);
          free.push(old.slot);
          return;
        }
        const slot = old === undefined || pick(2) === 0 ? free.pop() : old.slot;
        if (slot === undefined) return;
        const size = pick(40) === 0 ? pick(700_000) : pick(2_000);
        const metadata =
          pick(9) === 0 ? undefined : { text: 'é'.repeat(pick(3)) + 'x'.repeat(size), at: new Date(pick(9)) };
        kept.rows.set(id, slot, metadata);
        if (old !== undefined && old.slot !== slot) free.push(old.slot);
        model.set(id, { slot, metadata });
      };
      for (let round = 0; round < 12; round++) {
        for (let left = pick(300); left > 0; left--) change();
        const what = pick(3);
        if (what === 0) kept.pass(() => pick(4) === 0 && change());
        else if (what === 1) kept.save();
        else kept = kept.again();
        for (let left = pick(20); left > 0; left--) {
          const [id, expected] = [...model][pick(model.size)] ?? [];
          if (id !== undefined && expected !== undefined) {
            expect(kept.rows.metadataOf(kept.rows.slotOf(id) as number)).toEqual(expected.metadata);
          }
        }
      }
      const manifest = kept.save();
      const fresh = new Kept();
      for (const [id, { slot, metadata }] of model) fresh.rows.set(id, slot, metadata);
      const again = loaded(kept.saved(manifest));
      expect([...again.ids()]).toEqual([...model.keys()]);
      for (const [id, { slot, metadata }] of model) {
        expect(again.slotOf(id)).toBe(slot);
        expect(again.metadataOf(slot)).toEqual(metadata);
      }
      expect(contents(manifest).slice(manifest.ids.length)).toEqual(contents(fresh.save()).slice(manifest.ids.length));
      // Nothing has changed since.
      expect(kept.pass()).toEqual([]);
    }
  });

  test('only the changed part of a large block is written again', () => {
    const kept = new Kept();
    for (let slot = 0; slot < 40; slot++) kept.rows.set(slot, slot, { text: 'x'.repeat(MB) });
    for (let slot = 40; slot < 3_000; slot++) kept.rows.set(slot, slot, { n: slot });
    expect(kept.save().metadata.length).toBeGreaterThan(40);
    kept.rows.set(7, 7, { text: 'y'.repeat(MB) });
    expect(kept.pass()).toEqual(['ids-0', 'metadata-7+1']);
    const again = kept.again();
    expect(again.pass()).toEqual([]);
    // The row grows to need a chunk of its own, and then shrinks again.
    again.rows.set(2_100, 2_100, { text: 'x'.repeat(2 * MB) });
    const written = again.pass();
    expect(written.slice(0, 2)).toEqual(['ids-2', 'metadata-2048+32']);
    expect(written).toContain('metadata-2100+1');
    again.rows.set(2_100, 2_100, { n: 0 });
    expect(again.pass()).toEqual(['ids-2', 'metadata-2048+1024']);
    again.rows.delete(7);
    const after = again.again();
    expect([after.rows.count, after.rows.metadataOf(8)]).toEqual([2_999, { text: 'x'.repeat(MB) }]);
  });

  test('a loaded row is saved again without being read', () => {
    const kept = new Kept();
    for (let slot = 0; slot < 100; slot++) kept.rows.set(slot, slot, { n: slot });
    // The text of a writer with another spelling of the same value.
    const saved = kept.saved(kept.save());
    const bytes = new TextEncoder().encode(
      new TextDecoder().decode(saved.metadata[0]?.bytes).replaceAll('{"n":1}', '{ "n": 1 }'),
    );
    const other = new Kept(loaded({ ...saved, metadata: [{ slots: 1024, bytes }] }));
    expect(other.rows.metadataOf(3)).toEqual({ n: 3 });
    other.rows.set(5, 5, { n: 1 });
    const lines = new TextDecoder().decode(other.saved(other.save()).metadata[0]?.bytes).split('\n');
    expect(lines.slice(3, 7)).toEqual(['[{ "n": 1 },3]', '[{ "n": 1 },4]', '[{"n":1},1]', '[{ "n": 1 },6]']);
  });

  test('no step writes or reads more than 64 rows, or 256 KiB and a row', () => {
    const sizes = [10, 1_000, 20_000, 300_000];
    let [rows, bytes, most] = [0, 0, 0];
    const look = (): void => {
      expect(rows).toBeLessThanOrEqual(STEP_ROWS);
      expect(bytes - most).toBeLessThan(STEP_BYTES);
      [rows, bytes, most] = [0, 0, 0];
    };
    const count = (size: number): void => {
      rows++;
      bytes += size;
      most = Math.max(most, size);
    };
    const kept = new Kept();
    for (let slot = 0; slot < 2_000; slot++) {
      const size = sizes[slot % 32 === 0 ? 3 : slot % 3] as number;
      const metadata = {
        // Counts each read of the metadata.
        get text() {
          count(size);
          return 'x'.repeat(size);
        },
      };
      kept.rows.set(slot, slot, metadata);
    }
    kept.pass(look);
    look();
    const manifest = kept.save();
    rows = 0;
    const parse = JSON.parse;
    vi.spyOn(JSON, 'parse').mockImplementation((text: string) => {
      const value = parse(text);
      // Not the lists of ids.
      if (value[0]?.text === 1) count(text.length);
      return value;
    });
    const again = new Collection(NO_ENGINE);
    let steps = 0;
    run(again.load(storesOf(kept.saved(manifest))), () => steps++);
    // Loading reads no metadata. Finding the lines and entering the ids have steps of their own.
    expect(rows).toBe(0);
    expect(steps).toBeGreaterThan((2 * 2_000) / STEP_ROWS);
    let checked = 0;
    run(again.check(), () => {
      checked += rows;
      look();
    });
    expect(checked + rows).toBe(2_000);
    look();
  });

  test('a part that grows beyond the limit while being copied is not written', () => {
    const kept = new Kept();
    for (let slot = 0; slot < 200; slot++) kept.rows.set(slot, slot, { n: slot });
    let isGrown = false;
    const written = kept.pass(() => {
      for (let slot = 199; !isGrown && slot > 190; slot--) kept.rows.set(slot, slot, { text: 'x'.repeat(MB) });
      isGrown = true;
    });
    expect(isGrown).toBe(true);
    for (const key of written)
      expect(kept.chunks.get(kept.stored.get(key)?.ref.name as string)?.length).toBeLessThan(1.1 * MB);
    const again = kept.again();
    for (let slot = 0; slot < 200; slot++) {
      expect(again.rows.metadataOf(slot)).toEqual(slot > 190 ? { text: 'x'.repeat(MB) } : { n: slot });
    }
  });

  test.each([
    ['one missing', (text: string) => text.slice(text.indexOf('\n') + 1)],
    ['a line too many', (text: string) => `${text}-1\n`],
    ['an end missing', (text: string) => text.slice(0, -1)],
    ['more behind the last', (text: string) => `${text}x`],
    ['nothing', () => ''],
  ])('lines with %s are refused', (_, change) => {
    const kept = new Kept();
    for (let slot = 0; slot < 100; slot++) kept.rows.set(slot, slot, { n: slot });
    const saved = kept.saved(kept.save());
    const text = change(new TextDecoder().decode(saved.metadata[0]?.bytes));
    const metadata = [{ slots: 1024, bytes: new TextEncoder().encode(text) }];
    expect(() => loaded({ ...saved, metadata })).toThrow(expect.objectContaining({ code: 'DAMAGED' }));
  });

  test.each(['', 'x', '7', 'null', '"text"', '[1]', '["Date"]', '[{"a":9}]', '[[1,2]', '-2', '[7]'])(
    'reading the line %j is refused',
    (line) => {
      const kept = new Kept();
      for (let slot = 0; slot < 3; slot++) kept.rows.set(slot, slot, undefined);
      const saved = kept.saved(kept.save());
      const metadata = [{ slots: 1024, bytes: new TextEncoder().encode(`-1\n${line}\n-1\n`) }];
      const rows = loaded({ ...saved, metadata });
      const damaged = expect.objectContaining({ code: 'DAMAGED' });
      expect([rows.metadataOf(0), rows.metadataOf(2)]).toEqual([undefined, undefined]);
      expect(() => rows.metadataOf(1)).toThrow(damaged);
      expect(() => run(rows.check())).toThrow(damaged);
      // The row can still be replaced.
      rows.set(1, 1, { n: 1 });
      run(rows.check());
      expect(rows.metadataOf(1)).toEqual({ n: 1 });
    },
  );

  test('runs are merged in steps', () => {
    for (let seed = 0; seed < 40; seed++) {
      const pick = picks(seed);
      const orders = Array.from({ length: pick(5_000) }, (_, i) => (seed % 2 === 0 ? pick(10_000) : i + pick(50)));
      const runs: Uint32Array[] = [];
      for (let at = 0; at < orders.length; at += 300) {
        const entries = Uint32Array.from(orders.slice(at, at + 300), (_, i) => at + i);
        runs.push(entries.sort((a, b) => (orders[a] as number) - (orders[b] as number)));
      }
      let looked = 0;
      const precedes = (a: number, b: number): boolean => {
        looked++;
        return (orders[a] as number) <= (orders[b] as number);
      };
      const sorted = run(mergeRuns(runs, precedes, 64), () => {
        expect(looked).toBeLessThanOrEqual(64 + 1);
        looked = 0;
      });
      expect([...sorted].map((entry) => orders[entry])).toEqual([...orders].sort((a, b) => a - b));
      expect(new Set(sorted).size).toBe(orders.length);
    }
  });
});
