// A stored chunk of codes or residuals is replaced alone: rows that change in the chunk become the
// mean, in a checkpoint that readers accept.

import { expect, test } from 'vitest';
import { Collection } from '../../../../src/collection/collection.js';
import { Engine } from '../../../../src/engine/engine.js';
import { inlineEngine } from '../../../../src/engine/inline.js';
import { instantiate } from '../../../../src/engine/instantiate.js';
import { refOf } from '../../../../src/format/chunk.js';
import type { Manifest } from '../../../../src/format/manifest.js';
import { CODES, FACTORS, RESIDUAL_BYTES, RESIDUAL_NIBBLES, SCALES, SECTIONS } from '../../../../src/format/sections.js';
import {
  changedSlots,
  hasCodedRows,
  hasSameMean,
  scaledChunk,
  scalesWithout,
} from '../../../../src/persistence/checkpoint/coded-rows.js';
import { SMALL_GRAPH } from '../../../support/process.js';

/** Codes are made from 256 rows on. */
async function filled(
  precision: 'float32' | 'int8' | 'int16',
  dimensions: number,
  rows: number,
  first = 0,
): Promise<Collection> {
  const { module } = await inlineEngine();
  const options = { ...SMALL_GRAPH, dimensions, precision, exactThreshold: 100 };
  const collection = new Collection(Engine.create(await instantiate(module), options));
  for (let at = 0; at < rows; at += 64) {
    const count = Math.min(64, rows - at);
    const vectors = Float32Array.from({ length: count * dimensions }, (_, i) => first + at + (i % 7));
    const added = collection.engine.add(vectors, count);
    if ('error' in added) throw added.error;
  }
  return collection;
}

/** A manifest with a reference to each chunk of the engine. */
function manifestOf({ engine }: Collection): Manifest {
  const sections = SECTIONS.map((section) => {
    const count = engine.chunks(section);
    return [section, Array.from({ length: count }, (_, chunk) => refOf('', engine.copyChunk(section, chunk)))] as const;
  });
  const there = Object.fromEntries(sections.filter(([, refs]) => refs.length > 0));
  return { options: SMALL_GRAPH as never, nextId: 1, header: null, sections: there, ids: [], metadata: [] };
}

test.each([
  ['int8', 4096, 1_100],
  ['int16', 4096, 1_100],
  ['int16', 2000, 2_500],
  ['int8', 300, 9_000],
  ['int16', 300, 9_000],
] as const)(
  'the scales of the rows of a chunk of %s rows of %s dimensions are in one chunk',
  async (precision, dimensions, rows) => {
    const collection = await filled(precision, dimensions, rows);
    const { engine } = collection;
    expect(hasCodedRows(manifestOf(collection))).toBe(true);
    for (const section of [CODES, RESIDUAL_NIBBLES, ...(precision === 'int16' ? [RESIDUAL_BYTES] : [])]) {
      let next = 0;
      for (let chunk = 0; chunk < engine.chunks(section); chunk++) {
        const place = scaledChunk(`${section}-${chunk}`, dimensions);
        if (place === undefined) throw new Error('the chunk has parts of rows');
        expect(place.first).toBe(next);
        const count = engine.chunkBytes(section, chunk) / place.rowBytes;
        expect(Number.isInteger(count)).toBe(true);
        next += count;
        const scales = engine.copyChunk(SCALES, place.scales);
        // The scales of the first row and of the last row are in the chunk.
        for (const slot of [place.first, next - 1]) {
          const cleared = scalesWithout(scales, [slot], place);
          const before = new Float32Array(scales.buffer);
          const after = new Float32Array(cleared.buffer);
          const differing = [...before.keys()].filter((i) => before[i] !== after[i]);
          expect(differing.map((i) => i + place.scales * 8_192)).toEqual([slot]);
          expect(after[differing[0] as number]).toBe(0);
        }
      }
      expect(next).toBe(rows);
    }
    expect(
      [`${FACTORS}-0`, `${SCALES}-0`, 'ids-0', 'metadata-0+1024'].map((key) => scaledChunk(key, dimensions)),
    ).toEqual(Array(4).fill(undefined));
    engine.free();
  },
);

test('every row that differs between two copies of a chunk is found', () => {
  const place = { first: 512, rowBytes: 4, scales: 0 };
  const before = Uint8Array.from({ length: 20 }, (_, i) => i);
  expect(changedSlots(before, before.slice(), place)).toEqual([]);
  const after = before.slice();
  for (const at of [3, 8, 9, 10, 16]) after[at] = 99;
  expect(changedSlots(before, after, place)).toEqual([512, 514, 516]);
});

test('codes by another mean are told from codes by the same mean', async () => {
  const collections = [
    await filled('int16', 64, 300),
    await filled('int16', 64, 400),
    await filled('int16', 64, 300, 50),
    await filled('int16', 64, 100),
  ] as const;
  const [few, more, others, none] = collections;
  // The first 256 rows make the mean.
  const header = few.engine.copyHeader();
  expect(hasSameMean(header, few)).toBe(true);
  expect(hasSameMean(header, more)).toBe(true);
  expect(hasSameMean(header, others)).toBe(false);
  expect(hasSameMean(header, none)).toBe(false);
  expect(hasSameMean(none.engine.copyHeader(), few)).toBe(false);
  for (const { engine } of collections) engine.free();
});

test('full rows are no coded rows', async () => {
  const collection = await filled('float32', 64, 300);
  expect(collection.engine.chunks(CODES)).toBe(1);
  expect(hasCodedRows(manifestOf(collection))).toBe(false);
  collection.engine.free();
});
