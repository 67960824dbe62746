// The bytes that a checkpoint will need, as the reserve counts the bytes.

import { expect, test } from 'vitest';
import { Engine } from '../../../src/engine/engine.js';
import { inlineEngine } from '../../../src/engine/inline.js';
import { instantiate } from '../../../src/engine/instantiate.js';
import {
  CODES,
  FACTORS,
  RESIDUAL_BYTES,
  RESIDUAL_NIBBLES,
  ROWS,
  rowBytes,
  SCALES,
  SECTIONS,
} from '../../../src/format/sections.js';
import { addedBytes, comingCodesBytes, lastChunkBytes, recodedBytes } from '../../../src/persistence/sizes.js';
import { SMALL_GRAPH } from '../../support/process.js';

const DIMENSIONS = 200;
/** The row above this number turns all rows into codes. */
const THRESHOLD = 300;

async function engineOf(precision: 'float32' | 'int8' | 'int16'): Promise<Engine> {
  const { module } = await inlineEngine();
  const options = { ...SMALL_GRAPH, dimensions: DIMENSIONS, precision, exactThreshold: THRESHOLD };
  return Engine.create(await instantiate(module), options);
}

function add(engine: Engine, rows: number): void {
  const vectors = Float32Array.from({ length: rows * DIMENSIONS }, (_, i) => (i % 13) - 6);
  const added = engine.add(vectors, rows);
  if ('error' in added) throw added.error;
}

const bytesOf = (engine: Engine, sections: readonly number[]): number => {
  let sum = 0;
  for (const section of sections) {
    for (let chunk = 0; chunk < engine.chunks(section); chunk++) sum += engine.chunkBytes(section, chunk);
  }
  return sum;
};
const CODED = [CODES, FACTORS, RESIDUAL_NIBBLES, RESIDUAL_BYTES, SCALES];

test.each(['int8', 'int16'] as const)(
  '%s: the codes to come are counted before all rows are coded',
  async (precision) => {
    const engine = await engineOf(precision);
    add(engine, THRESHOLD);
    const rows = bytesOf(engine, [ROWS]);
    expect(rows).toBeGreaterThan(0);
    const coming = comingCodesBytes(engine);
    const stored = { bytes: rows, derived: 0, atOnce: 0, rows: new Map([[ROWS, rows]]) };
    expect(addedBytes(engine, 0, stored)).toBe(0);
    expect(recodedBytes(engine)).toBe(0);
    add(engine, 1);
    const coded = bytesOf(engine, CODED);
    // The rows may turn out to need the bytes of int16.
    const spare = precision === 'int8' ? (THRESHOLD + 1) * rowBytes(RESIDUAL_BYTES, DIMENSIONS) : 0;
    expect(coming).toBe(((coded + spare) / (THRESHOLD + 1)) * THRESHOLD);
    expect(comingCodesBytes(engine)).toBe(0);
    // The stored rows make no room for the codes until the codes are stored. The log has the vector
    // of one row.
    expect(addedBytes(engine, 5_000, stored)).toBe(5_000 + 16 + coded - 4 * DIMENSIONS);
    expect(recodedBytes(engine)).toBe(bytesOf(engine, [CODES, RESIDUAL_NIBBLES, RESIDUAL_BYTES]));
    engine.free();
  },
);

test('float32: full rows stay, and no codes are counted beforehand', async () => {
  const engine = await engineOf('float32');
  add(engine, THRESHOLD);
  expect(comingCodesBytes(engine)).toBe(0);
  add(engine, 1);
  expect(bytesOf(engine, [CODES])).toBeGreaterThan(0);
  expect(recodedBytes(engine)).toBe(0);
  engine.free();
});

test('the last chunks are as large as the sections, up to a whole chunk of each', async () => {
  const engine = await engineOf('int16');
  add(engine, 400);
  const sections = SECTIONS.filter((section) => ![8, 9, 10].includes(section));
  expect(lastChunkBytes(engine)).toBe(bytesOf(engine, sections));
  // 4,096 rows fill a chunk of the residuals' bytes, and 8,192 rows a chunk of the codes.
  add(engine, 9_600);
  const most = [CODES, RESIDUAL_NIBBLES].map((section) => engine.chunkBytes(section, 0));
  const bytes = engine.chunkBytes(RESIDUAL_BYTES, 0);
  expect(most).toEqual([1 << 20, 1 << 20]);
  expect(bytes).toBe(1 << 20);
  expect(lastChunkBytes(engine)).toBe(3 * (1 << 20) + 8_192 * (8 + 4));
  engine.free();
});
