// The same calls lead to the same bytes in native code and in WebAssembly:
// `rust/edgevec/tests/repository/same_bytes.rs` makes the same index, and both tests compare with
// the same file of checksums. `node scripts/same-bytes.mjs` writes the file.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/base/crc32c.js';
import type { Engine } from '../../../src/engine/engine.js';
import { startEngine } from '../../../src/engine/instantiate.js';
import { compile } from '../../../src/engine/load.js';
import { SECTIONS } from '../../../src/format/sections.js';
import known from '../../same-bytes.json' with { type: 'json' };
import { random } from '../../support/vectors.js';

const DIMENSIONS = 64;
const ROWS = 4_200;
const BATCH = 1_000;

const file = (variant: string): string =>
  fileURLToPath(new URL(`../../../../rust/target/edgevec-wasm/${variant}.wasm`, import.meta.url));

describe.each(['simd128', 'relaxed-simd'])('%s', (variant) => {
  test.each([
    ['cosine', 'float32'],
    ['euclidean', 'int8'],
  ] as const)('%s, %s: the engine saves the same bytes everywhere', async (metric, precision) => {
    const bytes = new Uint8Array(readFileSync(file(variant)));
    const module = await compile(bytes).catch(() => undefined);
    // A platform without this build's instructions has the other.
    if (module === undefined) return expect(variant).toBe('relaxed-simd');
    const options = { dimensions: DIMENSIONS, metric, precision, m: 8, efConstruction: 40, seed: 7 };
    const engine = await startEngine(module, options);
    const next = random(1);
    const rows = Float32Array.from({ length: ROWS * DIMENSIONS }, () => next() * 2 - 1);
    for (let first = 0; first < ROWS; first += BATCH) {
      const part = rows.subarray(first * DIMENSIONS, (first + BATCH) * DIMENSIONS);
      const slots = engine.add(part, part.length / DIMENSIONS);
      if (!(slots instanceof Uint32Array)) throw slots.error;
      while (engine.link(100) > 0);
      for (const slot of slots) engine.publish(slot);
    }
    for (let slot = 0; slot < ROWS; slot += 11) expect(engine.remove(slot)).toBe(true);
    expect(sums(engine)).toEqual(known.engine[`${metric}-${precision}` as keyof typeof known.engine]);
    engine.free();
  });
});

function sums(engine: Engine): Record<string, number> {
  const found: Record<string, number> = { header: crc32c(engine.copyHeader()) };
  for (const section of SECTIONS) {
    const chunks = Array.from({ length: engine.chunks(section) }, (_, chunk) => engine.copyChunk(section, chunk));
    if (chunks.length > 0) found[section] = crc32c(Buffer.concat(chunks));
  }
  return found;
}
