// The chunks that hold the rows of the same slots, if rows are kept as codes.

import { expect, test } from 'vitest';
import { Collection } from '../../../../src/collection/collection.js';
import { Engine } from '../../../../src/engine/engine.js';
import { inlineEngine } from '../../../../src/engine/inline.js';
import { instantiate } from '../../../../src/engine/load.js';
import { refOf } from '../../../../src/format/chunk.js';
import type { Manifest } from '../../../../src/format/manifest.js';
import { CODES, RESIDUAL_BYTES, RESIDUAL_NIBBLES, SCALES, SECTIONS } from '../../../../src/format/sections.js';
import { groupsOf, hasCodedRows, hasSameMean } from '../../../../src/persistence/checkpoint/coded-rows.js';
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
] as const)('each chunk of %s rows of %s dimensions is in one group', async (precision, dimensions, rows) => {
  const collection = await filled(precision, dimensions, rows);
  const { engine } = collection;
  const manifest = manifestOf(collection);
  expect(hasCodedRows(manifest)).toBe(true);
  const groups = groupsOf(manifest, collection);
  const expected = [CODES, RESIDUAL_NIBBLES, RESIDUAL_BYTES].flatMap((section) =>
    Array.from({ length: engine.chunks(section) }, (_, chunk) => `${section}-${chunk}`),
  );
  expect(groups.length).toBeGreaterThan(1);
  expect(groups.flatMap(({ keys }) => keys).sort()).toEqual(expected.sort());
  // The scales of the groups follow each other, up to the last row.
  let next = 0;
  const starts = Array.from({ length: engine.chunks(SCALES) }, (_, chunk) => {
    const start = next;
    next += engine.chunkBytes(SCALES, chunk);
    return start;
  });
  let end = 0;
  for (const { scales } of groups) {
    const start = starts[scales.chunk] as number;
    expect(start + scales.from).toBe(end);
    end = start + scales.to;
  }
  expect(end).toBeGreaterThanOrEqual(4 * rows);
  engine.free();
});

test('a group whose chunks have grown is left out', async () => {
  const [before, after] = [await filled('int16', 4096, 700), await filled('int16', 4096, 701)];
  const groups = groupsOf(manifestOf(before), after);
  expect(groups.map(({ keys }) => keys[0])).toEqual([`${CODES}-0`]);
  for (const { engine } of [before, after]) engine.free();
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
