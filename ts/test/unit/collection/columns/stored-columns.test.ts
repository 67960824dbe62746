// Columns stored with a checkpoint: stored for the fields in use, and read in place of metadata.

import { describe, expect, test } from 'vitest';
import { StoredColumns } from '../../../../src/collection/columns/stored-columns.js';
import { COLUMN_SLOTS } from '../../../../src/format/columns/chunk.js';
import { is } from '../../../support/columns.js';
import { Disk, strayOn } from '../../../support/disk.js';
import {
  expectReopened,
  expectRight,
  manifestOf,
  replaceChunks,
  rowsOf,
  saved,
  some,
  start,
  storedOn,
} from '../../../support/stored-columns.js';

describe('A checkpoint', () => {
  test('stores the columns in use, and the first filter after opening reads these columns', async () => {
    const rows = some(0, 300);
    const disk = await saved(rows);
    expect(Object.keys(storedOn(disk)).sort()).toEqual(['even', 'n', 'text']);
    const process = await start(disk);
    expect(process.columns.fields).toEqual([]);
    await expectRight(process, rows);
    expect(process.columns.made).toEqual({ ofStored: 3, ofMetadata: 0 });
    await process.close();
  });

  test('stores declared columns, also if they are still being made', async () => {
    const disk = new Disk();
    const process = await start(disk);
    await process.write('insert', some(0, 300));
    process.columns.declare([['n']]);
    process.columns.prepareFields([['n']]).next();
    await process.save();
    expect(Object.keys(storedOn(disk))).toEqual(['n']);
    await process.close();
  });

  test('stores nothing if no field is in use', async () => {
    const disk = new Disk();
    const process = await start(disk);
    await process.write('insert', some(0, 10));
    await process.save();
    expect(manifestOf(disk).columns).toBeUndefined();
    await process.close();
  });

  test('keeps the chunks of unchanged columns, and of unchanged slots', async () => {
    const slots = COLUMN_SLOTS + 10;
    const rows = some(0, slots);
    const disk = await saved(rows);
    const before = storedOn(disk);
    expect(before['n']).toHaveLength(2);
    const process = await start(disk);
    // Nobody reads a column, and nothing changes.
    await process.save();
    expect(storedOn(disk)).toEqual(before);
    expect(process.columns.made).toEqual({ ofStored: 0, ofMetadata: 0 });
    await expectRight(process, rows, [is('even', true)]);
    await process.save();
    expect(storedOn(disk)).toEqual(before);
    // Another text of a single row of the second chunk.
    const last = { id: slots - 1, n: slots - 1, more: { even: (slots - 1) % 2 === 0, text: 'other' } };
    await process.updateMatching({ n: slots - 1 }, { text: 'other' });
    await process.save();
    const after = storedOn(disk);
    expect({ ...after, text: before['text'] }).toEqual(before);
    expect(after['text']?.[0]).toBe(before['text']?.[0]);
    expect(after['text']?.[1]).not.toBe(before['text']?.[1]);
    expect(strayOn(disk)).toEqual([]);
    await process.close();
    await expectReopened(disk, [...rows.slice(0, -1), last]);
  });

  test('keeps the columns of earlier sessions, with the rows written since', async () => {
    const disk = await saved();
    const process = await start(disk);
    await process.write('insert', some(300, 320));
    await process.delete([0, 1]);
    await process.save();
    await process.close();
    await expectReopened(disk, some(2, 320));
  });

  test('leaves out a column of long texts, and the others stay', async () => {
    const disk = new Disk();
    const process = await start(disk);
    const rows = some(0, 200).map((row) => ({ ...row, more: { ...row.more, text: `${row.n} ${'x'.repeat(9_000)}` } }));
    await process.write('insert', rows);
    await expectRight(process, rows);
    for (let i = 0; i < 2; i++) {
      await process.save();
      expect(Object.keys(storedOn(disk)).sort()).toEqual(['even', 'n']);
      expect(strayOn(disk)).toEqual([]);
    }
    await process.close();
    await expectReopened(disk, rows, { ofStored: 2, ofMetadata: 1 });
  });

  test('stores the columns that clauses used last, if there are many', async () => {
    const disk = new Disk();
    const process = await start(disk);
    await process.write('insert', some(0, 20));
    process.columns.declare([['declared']]);
    await process.matching({ op: 'exists', path: ['declared'] });
    const fields = Array.from({ length: 60 }, (_, i) => `field ${i}`);
    for (const field of fields) await process.matching({ op: 'exists', path: [field] });
    await process.save();
    const stored = Object.keys(storedOn(disk));
    expect(stored).toHaveLength(33);
    expect(stored).toEqual(expect.arrayContaining(['declared', ...fields.slice(-32)]));
    await process.close();
  });
});

describe('A stored column', () => {
  test('of very many chunks is read a few chunks at a time', async () => {
    const chunks = Array.from({ length: 100 }, (_, i) => ({ name: String(i), bytes: 1, crc: i }));
    let [reading, most] = [0, 0];
    const stored = new StoredColumns([{ path: ['n'], chunks }], async ({ crc }) => {
      most = Math.max(most, ++reading);
      await new Promise((resolve) => setImmediate(resolve));
      reading--;
      if (crc === 7) throw new Error('as the test wants');
      return Uint8Array.of(crc);
    });
    await Promise.all([stored.read([['n']]), stored.read([['n']])]);
    expect(most).toBe(16);
    const expected = chunks.map((ref) => [ref, ref.crc === 7 ? undefined : Uint8Array.of(ref.crc)]);
    expect(stored.take(['n'])).toEqual(expected);
    expect(stored.isEmpty).toBe(true);
  });

  test('gets the entries of the log after its checkpoint', async () => {
    const disk = await saved();
    const process = await start(disk);
    await process.write('upsert', some(290, 310, 'other'));
    await process.write('update', some(5, 9, 'other'));
    await process.delete([20, 21, 309]);
    await process.close();
    const again = await start(disk);
    const rows = await rowsOf(again);
    await expectRight(again, rows);
    expect(again.columns.made).toEqual({ ofStored: 3, ofMetadata: 0 });
    await again.close();
  });

  test('gets the writes that come while it is read', async () => {
    const disk = await saved(some(0, 3_000));
    const process = await start(disk);
    const reading = process.columns.readStored([['n'], ['text']]);
    await process.delete([7]);
    await reading;
    const steps = process.columns.prepareFields([['n'], ['text'], ['even']]);
    for (let i = 0; i < 3; i++) steps.next();
    await process.write('upsert', some(2_990, 3_010, 'other'));
    await process.write('update', some(0, 4, 'other'));
    await process.delete([2_000, 2_001]);
    while (!steps.next().done);
    expect(process.columns.made).toEqual({ ofStored: 2, ofMetadata: 1 });
    await expectRight(process, await rowsOf(process));
    await process.close();
  });

  test('is there after another tab has made the checkpoint', async () => {
    const disk = await saved();
    const [process, other] = [await start(disk), await start(disk)];
    await expectRight(process, some(0, 300));
    await other.write('upsert', some(290, 310, 'other'));
    await other.save();
    await process.flush();
    expect(process.isReloaded).toBe(true);
    await expectRight(process, await rowsOf(process));
    expect(process.columns.made).toEqual({ ofStored: 3, ofMetadata: 0 });
    await process.close();
    await other.close();
  });

  test('whose chunks another tab has deleted is made of metadata, and stored again', async () => {
    const disk = await saved();
    const [process, other] = [await start(disk), await start(disk)];
    await other.write('upsert', some(290, 310, 'other'));
    await process.flush();
    await other.save();
    await process.flush();
    expect(process.isReloaded).toBe(false);
    const rows = await rowsOf(process);
    await expectRight(process, rows);
    expect(process.columns.made).toEqual({ ofStored: 0, ofMetadata: 3 });
    await process.save();
    await process.close();
    await other.close();
    await expectReopened(disk, rows);
  });

  test('is right after a compaction, and after new rows have taken slots', async () => {
    const disk = await saved();
    const process = await start(disk);
    await process.delete(Array.from({ length: 100 }, (_, i) => 2 * i));
    await process.compact();
    await process.save();
    await process.write('insert', some(400, 450, 'other'));
    await process.save();
    const rows = await rowsOf(process);
    await process.close();
    await expectReopened(disk, rows);
  });

  test('answers the first change by a filter', async () => {
    const disk = await saved();
    const process = await start(disk);
    expect(await process.updateMatching({ text: 'text 7.' }, { text: 'text 7!' })).toBe(1);
    expect(await process.deleteMatching({ n: { $lt: 5 } })).toBe(5);
    expect(process.columns.made).toEqual({ ofStored: 2, ofMetadata: 0 });
    expect(await process.matching(is('text', 'text 7!'))).toEqual([7]);
    expect(await process.count()).toBe(295);
    await process.close();
  });

  test('of a row whose metadata could not be read looks at the metadata again', async () => {
    const disk = await saved();
    replaceChunks(disk, (bytes) => {
      // The kind of slot 7: not read.
      const changed = bytes.slice();
      changed[20 + 7] = 10;
      return changed;
    });
    const process = await start(disk);
    await expectRight(process, some(0, 300));
    await process.close();
  });
});
