// Stored metadata is divided into parts by the bytes of lines.

import { describe, expect, test } from 'vitest';
import { areCutRight, BLOCK_ROWS, cutBlock, MAX_RANGE_BYTES, type SlotRange } from '../../../src/format/blocks.js';
import type { ChunkRef } from '../../../src/format/chunk.js';
import { decodeManifest, encodeManifest, type Manifest, type MetadataRef } from '../../../src/format/manifest.js';
import { soaked } from '../../support/soak.js';
import { random } from '../../support/vectors.js';

type DrawBelow = (below: number) => number;
const picks = (seed: number): DrawBelow => {
  const next = random(seed);
  return (below) => Math.floor(next() * below);
};

describe('Parts', () => {
  /** Lengths of lines: zero, small, large, and mixed. */
  function lengths(pick: DrawBelow): number[] {
    const kinds = [
      () => 0,
      () => 3 + pick(300),
      () => pick(4 * MAX_RANGE_BYTES),
      () => MAX_RANGE_BYTES / 2,
      () => MAX_RANGE_BYTES,
    ];
    const [often, seldom] = [kinds[pick(5)], kinds[pick(5)]] as [() => number, () => number];
    const share = pick(20);
    return Array.from({ length: BLOCK_ROWS }, () => (pick(20) < share ? often : seldom)());
  }

  /** The part of a slot: the largest surrounding range that is small enough. */
  function partOf(slot: number, bytes: readonly number[]): SlotRange {
    for (let slots = BLOCK_ROWS; ; slots /= 2) {
      const first = slot - (slot % slots);
      const sum = bytes.slice(first, first + slots).reduce((a, b) => a + b, 0);
      if (slots === 1 || sum <= MAX_RANGE_BYTES) return { first, slots, bytes: sum };
    }
  }

  test('blocks are cut as a plain model says, and are known again', () => {
    const pick = picks(1);
    for (let run = 0; run < soaked(100, 300); run++) {
      const bytes = lengths(pick);
      const parts = cutBlock((slot) => bytes[slot] as number, 0);
      const expected: SlotRange[] = [];
      for (let slot = 0; slot < BLOCK_ROWS; slot += expected.at(-1)?.slots ?? 0) expected.push(partOf(slot, bytes));
      expect(parts).toEqual(expected);
      expect(areCutRight(1, parts)).toBe(true);
    }
  });

  test('another division into parts is refused', () => {
    const pick = picks(2);
    let refused = 0;
    for (let run = 0; run < 3_000; run++) {
      const bytes = lengths(pick);
      const parts = cutBlock((slot) => bytes[slot] as number, 0);
      const changed: { slots: number; bytes: number }[] = [...parts];
      const at = pick(parts.length);
      const { slots, bytes: sum } = parts[at] as SlotRange;
      const kind = pick(5);
      if (kind === 0) changed.splice(at, 1);
      else if (kind === 1) changed.splice(at, 0, { slots, bytes: sum });
      else if (kind === 2)
        changed[at] = { slots: [0, -1, 3, 2048, 0.5, slots * 2, slots / 2][pick(7)] as number, bytes: sum };
      // Divided without need.
      else if (kind === 3)
        changed.splice(at, 1, { slots: slots / 2, bytes: sum / 2 }, { slots: slots / 2, bytes: sum / 2 });
      // Not divided, although the part is too large.
      else if (slots > 1) changed[at] = { slots, bytes: MAX_RANGE_BYTES + 1 };
      else continue;
      expect(areCutRight(1, changed), `run ${run}`).toBe(false);
      refused++;
    }
    expect(refused).toBeGreaterThan(2_000);
    expect(areCutRight(1, [])).toBe(false);
    expect(areCutRight(0, [])).toBe(true);
    expect(areCutRight(2, [{ slots: 1024, bytes: 1 }])).toBe(false);
    // Aligned: 512 + 1024 + 512 would cover two blocks.
    const large = { slots: 512, bytes: MAX_RANGE_BYTES };
    expect(areCutRight(2, [large, { slots: 1024, bytes: 1 }, large])).toBe(false);
    expect(areCutRight(2, [large, large, { slots: 1024, bytes: 1 }])).toBe(true);
  });

  test('a manifest with parts cut otherwise is refused', () => {
    const ref = (name: string, bytes = 12): ChunkRef => ({ name, bytes, crc: 34 });
    const manifest = (metadata: readonly MetadataRef[]): Manifest => ({
      options: { dimensions: 4, metric: 'dot', precision: 'int8', m: 16, efConstruction: 200, seed: 0 },
      nextId: 5,
      header: ref('header'),
      sections: {},
      ids: [ref('ids')],
      metadata,
    });
    const good = manifest([{ ...ref('metadata'), slots: 1024 }]);
    expect(decodeManifest(encodeManifest(good))).toEqual(good);
    for (const metadata of [
      [],
      [ref('a')],
      [{ ...ref('a'), slots: '1024' }],
      [{ ...ref('a'), slots: 512 }],
      [
        { ...ref('a'), slots: 512 },
        { ...ref('b'), slots: 512 },
      ],
      [{ ...ref('a', 2 ** 50), slots: 1024 }],
      Array.from({ length: 2 }, (_, i) => ({ ...ref(String(i)), slots: 1024 })),
    ]) {
      expect(() => decodeManifest(encodeManifest(manifest(metadata as never)))).toThrow(
        expect.objectContaining({ code: 'DAMAGED' }),
      );
    }
  });
});
