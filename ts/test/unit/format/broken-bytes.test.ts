// Readers of stored bytes get almost valid bytes: seeded changes, half of them with a repaired
// checksum, as in a file from a stranger. Each reader returns a valid value, or refuses with a
// typed error.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/base/crc32c.js';
import { type ChunkRef, refOf } from '../../../src/format/chunk.js';
import { decodeFrame, encodeFrame } from '../../../src/format/entry.js';
import { PortableReader } from '../../../src/format/export-reader.js';
import { decodeHead, encodeHead } from '../../../src/format/head.js';
import { decodeManifest, encodeManifest, type Manifest } from '../../../src/format/manifest.js';
import { decodeParts, encodePart } from '../../../src/format/part.js';
import { EdgeVec, type EdgeVecError } from '../../../src/index.js';
import { byteChanges, cases, valueChange, withChanges, withValue } from '../../support/property.js';
import { soaked } from '../../support/soak.js';

const RUNS = soaked(10_000, 20_000);
/** The section with the original lengths of rows (docs/format.md). */
const LENGTHS = 2;
const DIMENSIONS = 4;

function isRefusal(error: unknown): boolean {
  return ['DAMAGED', 'UNSUPPORTED_FORMAT'].includes((error as { code?: string }).code ?? '');
}

/** How many of the cases were refused. */
function refusals<T>(arbitrary: fc.Arbitrary<T>, read: (value: T) => unknown): number {
  let refused = 0;
  const property = fc.property(arbitrary, (value) => {
    try {
      read(value);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refused++;
    }
  });
  fc.assert(property, cases(RUNS));
  return refused;
}

/** Changes of bytes, and whether to repair the checksum. */
const changes = fc.record({ changes: byteChanges, mended: fc.boolean() });

/** Repairs the checksum at `at`. The checksum covers all other bytes before `end`. */
function mend(bytes: Uint8Array, at: number, end = bytes.length): Uint8Array {
  if (at < 0 || bytes.length < at + 4) return bytes;
  const sum = crc32c(bytes.subarray(at + 4, end), crc32c(bytes.subarray(0, at)));
  new DataView(bytes.buffer).setUint32(at, sum, true);
  return bytes;
}

const vectors = (rows: number): Float32Array => Float32Array.from({ length: rows * DIMENSIONS }, (_, i) => i + 1);
const PART = encodePart({
  start: 0,
  ids: ['a', 7, undefined],
  withVector: [0, 2],
  vectors: vectors(2),
  metadata: [{ at: new Date(0), tags: new Set(['x']) }, undefined, { n: 1n }],
});
const PARTS = Uint8Array.of(...PART, ...PART);
const ORIGIN = { writer: 'w', number: 3 };
const REF = { name: 'part', bytes: 12, crc: 34 };
const WRITE = { ...ORIGIN, kind: 'upsert', firstChosen: 9, stored: [REF], parts: [PART] } as const;
const MANIFEST = {
  options: { dimensions: 4, metric: 'dot', precision: 'int8', m: 16, efConstruction: 200, seed: 0 },
  nextId: 5,
  header: REF,
  sections: { 1: [{ ...REF, name: 'rows' }], 8: [{ ...REF, name: 'links' }] },
  ids: [{ ...REF, name: 'ids' }],
  metadata: [{ ...REF, name: 'metadata', slots: 1024 }],
} as const;

const WITH_COLUMNS = {
  ...MANIFEST,
  columns: [
    {
      path: ['a', 'b'],
      chunks: [
        { ...REF, name: 'column-0' },
        { ...REF, name: 'column-1' },
      ],
    },
    { path: ['c'], chunks: [{ ...REF, name: 'column-0' }] },
  ],
} as const;

/** Whether each column that a reader takes can be looked for: by its path, and by its chunks. */
function expectColumns({ columns = [] }: Manifest): void {
  for (const { path, chunks } of columns) {
    expect(path.length).toBeGreaterThan(0);
    expect([...path, ...chunks.map(({ name }) => name)].every((text) => typeof text === 'string')).toBe(true);
    expect(chunks.every(({ bytes, crc }) => Number.isSafeInteger(bytes) && Number.isSafeInteger(crc))).toBe(true);
  }
}

describe('broken bytes', () => {
  test('the head', async () => {
    const head = encodeHead({ epoch: 1, seq: 9, checkpoint: 'manifest', checkpointSeq: 4 });
    const refused = refusals(changes, ({ changes, mended }) => {
      const bytes = withChanges(head, changes);
      return decodeHead(mended ? mend(bytes, bytes.length - 4) : bytes);
    });
    expect(refused).toBeGreaterThan(RUNS / 2);
    expect(refused).toBeLessThan(RUNS);
  });

  test.each([
    ['a write', encodeFrame(4, WRITE)],
    ['a deletion', encodeFrame(4, { ...ORIGIN, kind: 'delete', ids: ['a', 1] })],
  ])('the frame of %s', async (_, frame) => {
    const refused = refusals(changes, ({ changes, mended }) => {
      const bytes = withChanges(frame, changes);
      return decodeFrame(mended ? mend(bytes, 20) : bytes, 4);
    });
    expect(refused).toBeGreaterThan(RUNS / 2);
    expect(refused).toBeLessThan(RUNS);
  });

  test('the content of a frame', async () => {
    const frame = { ...WRITE, parts: [PART.length] };
    const refused = refusals(valueChange, (change) => {
      const text = new TextEncoder().encode(JSON.stringify(withValue(frame, change)));
      const bytes = new Uint8Array(24 + text.length + PART.length);
      bytes.set(encodeFrame(4, WRITE).subarray(0, 24));
      bytes.set(text, 24);
      bytes.set(PART, 24 + text.length);
      new DataView(bytes.buffer).setUint32(16, text.length, true);
      const entry = decodeFrame(mend(bytes, 20), 4);
      if (entry.kind === 'delete') return expect(Array.isArray(entry.ids)).toBe(true);
      return expect(entry.parts.reduce((sum, { length }) => sum + length, 0)).toBe(PART.length);
    });
    expect(refused).toBeGreaterThan(RUNS / 4);
    expect(refused).toBeLessThan(RUNS);
  });

  test('the parts of a write', async () => {
    const refused = refusals(byteChanges, (changes) => {
      for (const { ids, vectors, withVector } of decodeParts(withChanges(PARTS, changes), DIMENSIONS)) {
        expect(vectors.length).toBe((withVector ?? ids).length * DIMENSIONS);
      }
    });
    expect(refused).toBeGreaterThan(RUNS / 4);
    expect(refused).toBeLessThan(RUNS);
  });

  test.each([
    ['a manifest', MANIFEST],
    ['a manifest with columns', WITH_COLUMNS],
  ])('%s', async (_, manifest) => {
    const refused = refusals(fc.oneof(byteChanges, valueChange), (change) => {
      const bytes = Array.isArray(change)
        ? mend(withChanges(encodeManifest(manifest), change), 12)
        : manifestOf(withValue(manifest, change));
      expectColumns(decodeManifest(bytes));
    });
    expect(refused).toBeGreaterThan(RUNS / 2);
    expect(refused).toBeLessThan(RUNS);
  });

  test('an export file, with valid and invalid checksums', async () => {
    const golden = new Uint8Array(
      readFileSync(fileURLToPath(new URL('../../golden/1-cosine-float32-40.edgevec', import.meta.url))),
    );
    const reader = await PortableReader.open(piecesOf(golden));
    const chunks: Uint8Array[] = [];
    for await (const [, bytes] of reader.chunks()) chunks.push(bytes);
    const counts = { refused: 0, accepted: 0 };
    const one = fc.record({ which: fc.nat(chunks.length - 1), changes: byteChanges });
    const property = fc.asyncProperty(one, async ({ which, changes }) => {
      // Changes a chunk, and puts the new checksum into the manifest.
      const bytes = chunks.map((chunk, i) => (i === which ? withChanges(chunk, changes) : chunk));
      let i = 0;
      const renew = (): ChunkRef => refOf(String(i), bytes[i++] as Uint8Array);
      const { header, sections, ids, metadata, ...rest } = reader.manifest;
      const manifest = {
        ...rest,
        header: header && renew(),
        sections: Object.fromEntries(Object.entries(sections).map(([number, refs]) => [number, refs.map(renew)])),
        ids: ids.map(renew),
        metadata: metadata.map(({ slots }) => ({ ...renew(), slots })),
      };
      const file = new Blob([startOf(encodeManifest(manifest)), ...bytes] as BlobPart[]);
      try {
        const db = await EdgeVec.import(file, { worker: false });
        // Accepted rows can be used.
        for await (const { id } of db.scan()) await db.get(id);
        await db.search(new Float32Array(db.dimensions).fill(1));
        await db.close();
        counts.accepted++;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        counts.refused++;
      }
    });
    await fc.assert(property, cases(300));
    expect(counts.refused).toBeGreaterThan(100);
    expect(counts.accepted).toBeGreaterThan(0);
  });

  describe('a file with false content under valid checksums', () => {
    interface Parts {
      manifest: Manifest;
      /** The written ids: place, id, order. */
      ids: unknown[][];
      /** The original lengths of rows. */
      lengths: Float64Array;
    }

    /** A golden file with changed content. */
    async function told(change: (parts: Parts) => void, name = '1-cosine-float32-40'): Promise<Blob> {
      const golden = readFileSync(fileURLToPath(new URL(`../../golden/${name}.edgevec`, import.meta.url)));
      const reader = await PortableReader.open(piecesOf(new Uint8Array(golden)));
      const chunks: Uint8Array[] = [];
      for await (const [, bytes] of reader.chunks()) chunks.push(bytes);
      const { manifest } = reader;
      const at = chunks.length - manifest.metadata.length - manifest.ids.length;
      expect(manifest.ids).toHaveLength(1);
      const { [LENGTHS]: lengthRefs = [] } = manifest.sections;
      expect(lengthRefs).toHaveLength(1);
      const [lengthRef] = lengthRefs as [ChunkRef];
      const lengthAt = Number(lengthRef.name);
      const parts: Parts = {
        manifest: structuredClone(manifest) as never,
        lengths: new Float64Array((chunks[lengthAt] as Uint8Array).slice().buffer),
        ids: JSON.parse(new TextDecoder().decode(chunks[at])),
      };
      change(parts);
      chunks[at] = new TextEncoder().encode(JSON.stringify(parts.ids));
      chunks[lengthAt] = new Uint8Array(parts.lengths.buffer);
      const renewed = {
        ...parts.manifest,
        ids: [refOf(String(at), chunks[at])],
        sections: { ...parts.manifest.sections, [LENGTHS]: [refOf(lengthRef.name, chunks[lengthAt])] },
      };
      return new Blob([startOf(encodeManifest(renewed)), ...chunks] as BlobPart[]);
    }

    async function outcome(file: Blob): Promise<string> {
      try {
        const db = await EdgeVec.import(file, { worker: false });
        await db.close();
        return 'taken';
      } catch (error) {
        return (error as EdgeVecError).code;
      }
    }

    test('the unchanged file opens', async () => {
      expect(await outcome(await told(() => {}))).toBe('taken');
    });

    const options: [string, object][] = [
      ['another metric', { metric: 'dot' }],
      ['another precision', { precision: 'int8' }],
      ['other dimensions', { dimensions: 9 }],
      ['another seed', { seed: 7 }],
      ['another m', { m: 17 }],
      ['an m out of range', { m: 0 }],
      ['another efConstruction', { efConstruction: 201 }],
      ['an efConstruction out of range', { efConstruction: 1e15 }],
    ];
    test.each(options)('%s', async (_, changed) => {
      const file = await told(({ manifest }) => void Object.assign(manifest.options, changed));
      expect(await outcome(file)).toBe('DAMAGED');
    });

    test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 2.3e40])('a length of %s', async (length) => {
      expect(await outcome(await told(({ lengths }) => void lengths.fill(length)))).toBe('DAMAGED');
    });

    test('a length that takes components beyond f32: returned vectors are finite nevertheless', async () => {
      const db = await EdgeVec.import(await told(({ lengths }) => void lengths.fill(2e40)), { worker: false });
      for await (const { vector } of db.scan({ includeVectors: true })) {
        expect(vector.every(Number.isFinite)).toBe(true);
      }
      await db.close();
    });

    const ids: [string, (ids: unknown[][]) => void][] = [
      ['an id in an invisible slot', (ids) => move(ids, freeSlot(ids))],
      ['an id in a missing slot', (ids) => move(ids, 1_000)],
      ['a row without an id', (ids) => void ids.pop()],
      ['a repeated id', (ids) => void Object.assign(ids[0] as unknown[], { 1: ids[1]?.[1] })],
    ];
    test.each(ids)('%s', async (_, change) => {
      expect(await outcome(await told((parts) => change(parts.ids)))).toBe('DAMAGED');
    });

    test.each([1.5, 0, null, '9'])('the next id is %s', async (nextId) => {
      const file = await told(({ manifest }) => void Object.assign(manifest, { nextId }));
      expect(await outcome(file)).toBe('DAMAGED');
    });

    test('an empty database with unknown options', async () => {
      const empty = { nextId: 1, header: null, sections: {}, ids: [], metadata: [] };
      const good = { dimensions: 4, metric: 'dot', precision: 'int8', m: 16, efConstruction: 200, seed: 2 ** 32 - 1 };
      const file = (options: object): Blob => new Blob([startOf(manifestOf({ ...empty, options }))]);
      expect(await outcome(file(good))).toBe('taken');
      const bad = [{ seed: 2 ** 32 }, { seed: 2 ** 40 }, { dimensions: 0 }, { dimensions: 4097 }, { m: 65 }, { m: 1 }];
      for (const changed of bad) expect(await outcome(file({ ...good, ...changed }))).toBe('DAMAGED');
    });

    /** Puts the last id into another slot. */
    function move(ids: unknown[][], slot: number): void {
      const last = ids.pop() as unknown[];
      ids.push([slot, ...last.slice(1)]);
      ids.sort(([a], [b]) => (a as number) - (b as number));
    }

    function freeSlot(ids: readonly unknown[][]): number {
      const taken = new Set(ids.map(([slot]) => slot));
      const free = Array.from({ length: taken.size + 1 }, (_, slot) => slot).find((slot) => !taken.has(slot)) as number;
      // The changed slot must lie between occupied slots.
      expect(free).toBeLessThan(taken.size);
      return free;
    }
  });

  test('a file that claims more content than it has costs no more than its size', async () => {
    const start = startOf(encodeManifest(MANIFEST));
    new DataView(start.buffer).setUint32(8, 0xfffffff0, true);
    new DataView(start.buffer).setUint32(12, crc32c(start.subarray(0, 12)), true);
    const before = process.memoryUsage().arrayBuffers;
    await expect(EdgeVec.import(new Blob([start]), { worker: false })).rejects.toMatchObject({ code: 'DAMAGED' });
    const large = { ...MANIFEST, header: { ...REF, bytes: 2 ** 40 } };
    const file = new Blob([startOf(encodeManifest(large))]);
    await expect(EdgeVec.import(file, { worker: false })).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });
});

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

/** A manifest with any text, under a checksum made right. */
function manifestOf(value: unknown): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const bytes = Uint8Array.of(...encodeManifest(MANIFEST).subarray(0, 16), ...text);
  new DataView(bytes.buffer).setUint32(8, text.length, true);
  return mend(bytes, 12);
}

/** A file without its chunks. */
function startOf(manifest: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 + manifest.length);
  const view = new DataView(bytes.buffer);
  [0x42445645, 1, manifest.length].forEach((number, i) => void view.setUint32(4 * i, number, true));
  view.setUint32(12, crc32c(bytes.subarray(0, 12)), true);
  bytes.set(manifest, 16);
  return bytes;
}
