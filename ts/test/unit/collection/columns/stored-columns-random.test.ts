// Stored columns are right after every history of writes.

import { expect, test } from 'vitest';
import { matches } from '../../../../src/filter/match.js';
import { COLUMN_SLOTS } from '../../../../src/format/columns/chunk.js';
import { type DrawBelow, randomClause, randomMetadata } from '../../../support/clauses.js';
import { Disk } from '../../../support/disk.js';
import { soaked } from '../../../support/soak.js';
import { rowsOf, some, start } from '../../../support/stored-columns.js';
import { random } from '../../../support/vectors.js';

test('After random writes and restarts, stored columns answer as the metadata does', async () => {
  let [ofStored, found] = [0, 0];
  for (let seed = 1; seed <= soaked(12, 300); seed++) {
    const next = random(seed);
    const pick: DrawBelow = (limit) => Math.floor(next() * limit);
    const disk = new Disk();
    // Slots of two chunks, with few rows in the first chunk.
    const far = seed % 4 === 0;
    let process = await start(disk);
    if (far) {
      await process.write('insert', some(1_000, 1_000 + COLUMN_SLOTS));
      await process.delete(Array.from({ length: COLUMN_SLOTS - 20 }, (_, i) => 1_000 + i));
    }
    const clauses = Array.from({ length: 10 }, () => randomClause(pick));
    for (let round = 0; round < 12; round++) {
      for (let left = pick(6); left > 0; left--) {
        const rows = Array.from({ length: 1 + pick(10) }, (_, i) => ({
          id: (pick(40) + 40 * i) % 400,
          n: pick(100),
          more: randomMetadata(pick),
        }));
        const once = [...new Map(rows.map((row) => [row.id, row])).values()];
        await process.write('upsert', once);
        if (pick(3) === 0) await process.delete([pick(400), pick(400)]);
      }
      const expectSame = async (): Promise<void> => {
        const rows = await rowsOf(process);
        for (const clause of clauses.filter(() => pick(2) === 0)) {
          const expected = rows.filter(({ more }) => matches(clause, more)).map(({ id }) => id);
          expect(await process.matching(clause), `seed ${seed}, round ${round}`).toEqual(expected);
          found += expected.length;
        }
      };
      if (pick(2) === 0) await expectSame();
      if (pick(4) === 0) await process.compact();
      if (pick(2) === 0) await process.save();
      if (pick(2) === 0) {
        ofStored += process.columns.made.ofStored;
        await process.close();
        process = await start(disk);
        if (pick(2) === 0) await expectSame();
      }
    }
    await process.close();
  }
  expect(ofStored).toBeGreaterThan(50);
  expect(found).toBeGreaterThan(1_000);
});
