// A seeded database by awaited calls, and the SHA-256 of its export. Plain JavaScript, since scripts/same-bytes.mjs uses it with the package in dist/.

/** Numbers from -1 to 1, the same for the same seed (mulberry32). @param {number} seed */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2147483648 - 1;
  };
}

/**
 * Too few deletions to be compacted in the background: which slots are free would depend on time.
 *
 * @param {(options: { dimensions: number, m: number, efConstruction: number, seed: number }) => Promise<import('../../src/index.js').EdgeVec<any>>} open
 * @param {() => Promise<unknown>} [pause] between calls
 */
export async function seededExport(open, pause = async () => {}) {
  const dimensions = 64;
  const db = await open({ dimensions, m: 8, efConstruction: 40, seed: 7 });
  try {
    const next = random(3);
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
