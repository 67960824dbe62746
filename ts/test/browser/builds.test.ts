// Both builds of the engine give the same answers bit for bit. The test runs in browsers, because
// Node 20 has no relaxed SIMD.

import relaxed from 'virtual:edgevec/wasm/relaxed-simd';
import simd128 from 'virtual:edgevec/wasm/simd128';
import { expect, test } from 'vitest';
import { bestVariant } from '../../src/engine/variants.js';
import { EdgeVec, type Precision } from '../../src/slim.js';
import { failure } from '../support/open.js';
import { clustered } from '../support/vectors.js';

const DIMENSIONS = 200;

test.each(['float32', 'int16', 'int8'] as const)('%s: the same graph, hits and distances', async (precision) => {
  const plain = await answers(simd128, precision);
  expect(plain.variant).toBe('simd128');
  if (bestVariant() === 'simd128') {
    const error = await failure(() => answers(relaxed, precision), 'ENGINE_LOAD_FAILED');
    expect(error.remedy).toContain('edgevec.wasm');
    return;
  }
  const { variant, ...rest } = await answers(relaxed, precision);
  expect(variant).toBe('relaxed-simd');
  expect({ variant: 'simd128', ...rest }).toEqual(plain);
});

async function answers(engine: string, precision: Precision) {
  const wasm = await gunzip(engine);
  const db = await EdgeVec.open({ dimensions: DIMENSIONS, metric: 'euclidean', precision, wasm, worker: false });
  try {
    await db.insert(clustered(3000, DIMENSIONS, 41).map((vector, id) => ({ id, vector })));
    const found = await db.searchMany(clustered(20, DIMENSIONS, 42), { k: 10, ef: 60, includeVectors: true });
    const { variant, distances, buildDistances, memory } = await db.stats();
    expect(memory.codes).toBeGreaterThan(0);
    const hits = found.map((hits) => hits.map(({ id, distance, vector }) => [id, distance, ...(vector ?? [])]));
    return { variant, distances, buildDistances, hits };
  } finally {
    await db.close();
  }
}

async function gunzip(base64: string): Promise<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}
