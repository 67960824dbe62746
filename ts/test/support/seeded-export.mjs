// Fills a database from a seed with awaited calls, and returns the SHA-256 of the export. Plain
// JavaScript, because scripts/same-bytes.mjs uses this file with the package in dist/.

import { random } from './random.mjs';

/** Numbers from -1 to 1. @param {number} seed */
export function aroundZero(seed) {
  const next = random(seed);
  return () => 2 * next() - 1;
}

/**
 * Too few deletions to be compacted in the background: which slots are free would depend on time.
 *
 * @param {(options: { dimensions: number, m: number, efConstruction: number, seed: number }) => Promise<import('../../src/index.js').EdgeVec<any>>}
 * open
 * @param {() => Promise<unknown>} [pause] between calls
 */
export async function seededExport(open, pause = async () => {}) {
  const dimensions = 64;
  const db = await open({ dimensions, m: 8, efConstruction: 40, seed: 7 });
  try {
    const next = aroundZero(3);
    const vector = () => Float32Array.from({ length: dimensions }, next);
    for (let part = 0; part < 3; part++) {
      const record = (/** @type {unknown} */ _, /** @type {number} */ i) => ({
        id: i % 2 === 0 ? `row ${part}-${i}` : part * 10_000 + i,
        vector: vector(),
        metadata: { part, title: `Row ${i}`, at: new Date(i * 1e9), tags: ['a', 'b'].slice(i % 3) },
      });
      await db.insert(Array.from({ length: 1_400 }, record));
      await pause();
    }
    await db.upsert(Array.from({ length: 300 }, (_, i) => ({ id: `row 1-${2 * i}`, vector: vector() })));
    await pause();
    await db.delete(Array.from({ length: 200 }, (_, i) => 20_001 + 2 * i));
    await pause();
    const bytes = await new Response(db.export()).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  } finally {
    await db.close();
  }
}
