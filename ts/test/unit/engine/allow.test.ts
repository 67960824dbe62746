// Filtered searches at the boundary: the words of a filter, of any length and content.

import { expect, test, vi } from 'vitest';
import { createBindings } from '#wasm/bindings.js';
import { MODE, type RawSearcher } from '../../../src/engine/bindings.js';
import { Engine } from '../../../src/engine/engine.js';
import { inlineEngine } from '../../../src/engine/inline.js';
import { failure } from '../../support/open.js';

const options = {
  dimensions: 2,
  metric: 'euclidean',
  m: 16,
  efConstruction: 200,
  seed: 0,
  precision: 'float32',
} as const;
const ROWS = 70;

interface Filled {
  readonly engine: Engine;
  readonly raw: RawSearcher;
  readonly search: (allow?: Uint32Array, mode?: number) => number[];
}

/** An engine with the row (n, 0) in slot n, and all rows visible except row 3. */
async function filled(): Promise<Filled> {
  const { module } = await inlineEngine();
  const bindings = createBindings();
  const { memory } = await bindings.init({ module_or_path: module });
  const made = vi.spyOn(bindings.Engine.prototype, 'searcher');
  const engine = Engine.create({ bindings, memory }, options);
  const raw = made.mock.results[0]?.value as RawSearcher;
  made.mockRestore();
  const rows = Float32Array.from({ length: 2 * ROWS }, (_, at) => (at % 2 === 0 ? at / 2 : 0));
  const slots = engine.add(rows, ROWS);
  expect(slots).toEqual(Uint32Array.from({ length: ROWS }, (_, at) => at));
  for (let slot = 0; slot < ROWS; slot++) if (slot !== 3) engine.publish(slot);
  const { searcher } = engine;
  const search = (allow?: Uint32Array, mode: number = MODE.auto) => {
    const found = searcher.search(Float32Array.of(0, 0), 4, 10, mode, allow) as number;
    return [...searcher.hitSlots(found).subarray(0, found)];
  };
  return { engine, raw, search };
}

test('a search finds only allowed rows, and all allowed rows if there are fewer than k', async () => {
  const { engine, search } = await filled();
  for (const mode of [MODE.auto, MODE.exact]) {
    expect(search(Uint32Array.of(0b1111_1010, 0, 0b1), mode)).toEqual([1, 4, 5, 6]);
    expect(search(Uint32Array.of(0, 0x8000_0000, 0b10_0000), mode)).toEqual([63, 69]);
    expect(engine.searcher.strategy()).toBe('scan');
    // Row 3 is not visible.
    expect(search(Uint32Array.of(0b1000), mode)).toEqual([]);
    expect(search(new Uint32Array(0), mode)).toEqual([]);
  }
  // The filter of a search is not the filter of the next search.
  expect(search()).toEqual([0, 1, 2, 4]);
});

test('words of any length are safe: absent words allow nothing, further words are ignored', async () => {
  const { search } = await filled();
  expect(search(Uint32Array.of(0, 0xffff_ffff))).toEqual([32, 33, 34, 35]);
  const many = new Uint32Array(1 << 18).fill(0xffff_ffff);
  expect(search(many)).toEqual([0, 1, 2, 4]);
  // After a longer filter, a shorter filter has no words of the longer filter.
  expect(search(Uint32Array.of(0))).toEqual([]);
  expect(search(many.subarray(7, 8))).toEqual([0, 1, 2, 4]);
});

test('OUT_OF_MEMORY: without memory for the words, the search fails and the next search works', async () => {
  const { raw, search } = await filled();
  const allow = vi.spyOn(raw, 'allow').mockReturnValue(0);
  try {
    await failure(() => search(Uint32Array.of(1)), 'OUT_OF_MEMORY');
  } finally {
    allow.mockRestore();
  }
  expect(search(Uint32Array.of(1))).toEqual([0]);
});
