// Journals with damage: which rows stay, and what the error says.

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RECORD_HEADER } from '../../../../src/storage/files/record.js';
import { FilesSite } from '../../../../src/storage/files/site.js';
import { fillWithDeadBytes } from '../../../support/failing-files.js';
import { node, temporaryFolders } from '../../../support/folders.js';
import { Process, type Row } from '../../../support/process.js';
import { random } from '../../../support/vectors.js';

const makeFolder = temporaryFolders('files');

/** A database with rows from separate writes, and its folder. */
async function written(rows: number): Promise<{ site: FilesSite; folder: string; journal: string }> {
  const root = makeFolder();
  const site = new FilesSite(node, root);
  const process = await Process.start(site, 4);
  for (let i = 0; i < rows; i++) await process.write('upsert', [{ id: i, n: i }], true);
  await process.close();
  const folder = join(root, 'db-db');
  return { site, folder, journal: join(folder, 'journal') };
}

function flip(file: string, at: number, bit = 1): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] as number) ^ bit;
  writeFileSync(file, bytes);
}

interface Place {
  readonly at: number;
  readonly bodyAt: number;
  readonly to: number;
}

/** Where a journal's records are. */
function recordsIn(file: string): Place[] {
  const bytes = readFileSync(file);
  const places: Place[] = [];
  for (let at = 0; at < bytes.length; ) {
    const bodyAt = at + RECORD_HEADER;
    const to = bodyAt + bytes.readUInt32LE(at);
    places.push({ at, bodyAt, to });
    at = to;
  }
  return places;
}

const numbered = (rows: number): Row[] => Array.from({ length: rows }, (_, id) => ({ id, n: id }));

describe('A damaged journal', () => {
  async function staysDamaged(site: FilesSite, folder: string): Promise<void> {
    const before = readdirSync(join(folder, 'chunks'));
    for (let i = 0; i < 3; i++) await expect(Process.start(site, 4)).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(readdirSync(join(folder, 'chunks'))).toEqual(before);
    await site.drop('db');
    const anew = await Process.start(site, 4);
    expect(await anew.rows()).toEqual([]);
    await anew.close();
  }

  test('without readable bytes stays unchanged, and is never taken for an empty database', async () => {
    const { site, folder, journal } = await written(3);
    for (const { bodyAt } of recordsIn(journal)) flip(journal, bodyAt + 4);
    const bytes = readFileSync(journal);
    await expect(Process.start(site, 4)).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(readFileSync(journal)).toEqual(bytes);
    await staysDamaged(site, folder);
  });

  test('loses the writes from the damage on, reports their number once, and keeps the rows before', async () => {
    const { site, journal } = await written(20);
    flip(journal, recordsIn(journal)[12]?.bodyAt as number);
    const process = await Process.start(site, 4);
    expect(process.events).toMatchObject([{ type: 'log-damaged', lost: 10, error: { code: 'DAMAGED' } }]);
    expect(process.events[0]?.error.message).toContain('The last 10 writes are lost');
    expect(process.events[0]?.error.message).not.toContain('drop');
    const rows = await process.rows();
    expect(rows).toEqual(numbered(10));
    await process.write('upsert', [{ id: 'more', n: 1 }], true);
    await process.close();
    const again = await Process.start(site, 4);
    expect(again.events).toEqual([]);
    expect(await again.rows()).toEqual([...rows, { id: 'more', n: 1 }]);
    await again.close();
  });

  test('with a damaged last record reports possible losses until the next write', async () => {
    const { site, folder, journal } = await written(5);
    const bytes = readFileSync(journal);
    const { at, to } = recordsIn(journal).at(-1) as Place;
    flip(journal, to - 1);
    for (let i = 0; i < 2; i++) {
      const process = await Process.start(site, 4);
      expect(process.events).toMatchObject([{ type: 'log-damaged', lost: undefined, error: { code: 'DAMAGED' } }]);
      expect(process.events[0]?.error.message).toContain('Writes may be lost');
      expect(await process.rows()).toEqual(numbered(4));
      if (i === 1) await process.write('upsert', [{ id: 4, n: 4 }]);
      await process.close();
    }
    const aside = readdirSync(folder).filter((file) => file.startsWith('journal.damaged-'));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(folder, aside[0] as string))).toHaveLength(to - at);
    expect(readFileSync(journal).subarray(0, at)).not.toEqual(bytes.subarray(0, at));
    const again = await Process.start(site, 4);
    expect(again.events).toEqual([]);
    expect(await again.rows()).toEqual(numbered(5));
    await again.close();
  });

  test('with unwritten bytes in its last record is torn', async () => {
    const { site, folder, journal } = await written(5);
    const bytes = readFileSync(journal);
    const { bodyAt, to } = recordsIn(journal).at(-1) as Place;
    writeFileSync(journal, bytes.fill(0, Math.max(bodyAt, to - (to % 512)), to));
    const process = await Process.start(site, 4);
    expect(process.events).toEqual([]);
    expect(await process.rows()).toEqual(numbered(4));
    await process.close();
    expect(readdirSync(folder).filter((file) => file.includes('damaged'))).toEqual([]);
  });

  /**
   * A database with two checkpoints, and writes before and after each. The last checkpoint has
   * replaced chunks of the first.
   */
  async function saved(): Promise<Awaited<ReturnType<typeof written>> & { copy: () => void }> {
    const made = await written(3);
    const process = await Process.start(made.site, 4);
    await process.save();
    for (let i = 3; i < 8; i++) await process.write('upsert', [{ id: i, n: i }]);
    await process.save();
    for (let i = 8; i < ROWS; i++) await process.write('upsert', [{ id: i, n: i }]);
    await process.close();
    const { folder } = made;
    const kept = `${folder}-kept`;
    cpSync(folder, kept, { recursive: true });
    return {
      ...made,
      copy: () => {
        rmSync(folder, { recursive: true, force: true });
        cpSync(kept, folder, { recursive: true });
      },
    };
  }
  const ROWS = 16;
  const SAVED = 8;

  /**
   * Opens the database twice. The rows are a prefix of the writes, include all saved rows, and are
   * the same both times. Returns their number.
   */
  async function opensWithPrefix(site: FilesSite): Promise<number> {
    let before: number | undefined;
    for (let i = 0; i < 2; i++) {
      const process = await Process.start(site, 4);
      const rows = await process.rows();
      expect(rows).toEqual(numbered(rows.length));
      if (before === undefined) {
        const told = process.events.map((event) => (event.type === 'log-damaged' ? event.lost : event.type));
        // A damaged copy of the head may have been a write.
        const missing = ROWS - rows.length;
        expect(told).toEqual(
          missing > 1 || (missing === 1 && told[0] !== undefined) ? [missing] : missing ? [undefined] : [],
        );
      }
      expect(rows).toHaveLength(before ?? rows.length);
      before = rows.length;
      await process.close();
    }
    expect(before).toBeGreaterThanOrEqual(SAVED);
    return before as number;
  }

  test('with any flipped bit loses only the damaged record and the records behind the damage', async () => {
    const { site, journal, copy } = await saved();
    const places = recordsIn(journal);
    /**
     * The remaining rows after damage at `at`. A checkpoint still has the rows of earlier records.
     */
    const without = (at: number): number => {
      const behind = places.filter(({ to }) => to > at).length;
      return behind <= ROWS - SAVED ? ROWS - behind : ROWS;
    };
    const { length } = readFileSync(journal);
    for (let at = 0; at < length; at += 61) {
      copy();
      flip(journal, at, 1 << (at % 8));
      expect(await opensWithPrefix(site), `byte ${at} of ${length}`).toBe(without(at));
    }
  });

  test('does not bring back writes that were lost before', async () => {
    const { site, journal } = await written(6);
    flip(journal, recordsIn(journal)[5]?.bodyAt as number);
    const process = await Process.start(site, 4);
    expect(process.events).toMatchObject([{ lost: 3 }]);
    // The new rows have the same numbers in the log as the lost rows.
    const rows = [...numbered(3), ...['a', 'b', 'c', 'd'].map((id, n) => ({ id, n }))];
    for (const row of rows.slice(3)) await process.write('upsert', [row]);
    await process.close();
    const whole = readFileSync(journal);
    for (const { bodyAt } of recordsIn(journal)) {
      writeFileSync(journal, whole);
      flip(journal, bodyAt);
      const again = await Process.start(site, 4);
      const found = await again.rows();
      expect(found).toEqual(rows.slice(0, found.length));
      await again.close();
    }
  });

  test('with any bytes replaced has at least the saved rows, or stays unchanged', async () => {
    const { site, folder, journal, copy } = await saved();
    const next = random(7);
    const { length } = readFileSync(journal);
    const codes = new Set<string>();
    for (let round = 0; round < 30; round++) {
      copy();
      const bytes = readFileSync(journal);
      // Every tenth round replaces all bytes.
      const from = round % 10 === 9 ? 0 : Math.floor(next() * length);
      const to = round % 10 === 9 ? length : Math.min(length, from + Math.ceil(next() ** 2 * length));
      for (let at = from; at < to; at++) bytes[at] = Math.floor(next() * 256);
      writeFileSync(journal, bytes);
      const answers: string[] = [];
      for (let i = 0; i < 2; i++) {
        const process = await Process.start(site, 4).catch((error) => error.code as string);
        if (typeof process === 'string') {
          answers.push(process);
          expect(readFileSync(journal).equals(bytes)).toBe(true);
          expect(readdirSync(folder).sort()).toEqual(['chunks', 'journal', 'reserve']);
        } else {
          const rows = await process.rows();
          expect(rows).toEqual(numbered(rows.length));
          expect(rows.length).toBeGreaterThanOrEqual(SAVED);
          if (i === 0 && rows.length < ROWS) expect(process.events).not.toEqual([]);
          await process.close();
          answers.push('open');
        }
      }
      expect(answers[1]).toBe(answers[0]);
      codes.add(answers[0] as string);
    }
    // Both come about.
    expect([...codes].sort()).toEqual(['DAMAGED', 'open']);
  });

  test('with a single record is not taken for a new journal', async () => {
    const { site, folder, journal } = await written(0);
    flip(journal, readFileSync(journal).length - 1);
    await staysDamaged(site, folder);
  });

  test('emptied by an earlier version counts as damaged', async () => {
    const { site, folder, journal } = await written(3);
    writeFileSync(`${journal}.damaged-x`, readFileSync(journal));
    writeFileSync(journal, '');
    await staysDamaged(site, folder);
  });

  test('missing beside chunks is not created again', async () => {
    const { site, folder, journal } = await written(3);
    rmSync(journal);
    await staysDamaged(site, folder);
  });

  test('is small after a checkpoint, and a flipped bit costs no row of the checkpoint', async () => {
    const root = makeFolder();
    const site = new FilesSite(node, root);
    const journal = join(root, 'db-db', 'journal');
    const process = await Process.start(site, 4);
    await process.write('upsert', numbered(3_000));
    await process.save();
    expect(readFileSync(journal).length).toBeLessThan(1_000);
    for (let i = 0; i < 5; i++) await process.write('insert', [{ id: 3_000 + i, n: 3_000 + i }]);
    await process.save();
    for (let i = 5; i < 25; i++) await process.write('insert', [{ id: 3_000 + i, n: 3_000 + i }]);
    await process.close();
    const whole = readFileSync(journal);
    const counts: number[] = [];
    for (const share of [0.01, 0.1, 0.3, 0.5, 0.9]) {
      writeFileSync(journal, whole);
      flip(journal, Math.floor(share * whole.length));
      const again = await Process.start(site, 4);
      const rows = await again.rows();
      expect(rows).toEqual(numbered(rows.length));
      expect(again.events).toMatchObject(
        rows.length < 3_025 ? [{ type: 'log-damaged', lost: 3_025 - rows.length }] : [],
      );
      counts.push(rows.length);
      await again.close();
    }
    // The first flip damages a head, and the journal has two heads. The other flips damage writes
    // without a checkpoint.
    expect(counts[0]).toBe(3_025);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(3_005);
  });

  test('begins with the head after a rewrite, so damage at the end costs only the end', async () => {
    const root = makeFolder();
    const site = new FilesSite(node, root);
    const journal = join(root, 'db-db', 'journal');
    const storage = await site.open('db');
    await fillWithDeadBytes(storage);
    await storage.commit({ put: [['log', 2, Uint8Array.of(2)]] });
    await storage.close();
    const { length } = readFileSync(journal);
    expect(length).toBeLessThan(1000);
    flip(journal, length - 1);
    const again = await site.open('db');
    expect(await again.read('head', 0)).toEqual(Uint8Array.of(1));
    expect(await again.read('log', 1)).toEqual(Uint8Array.of(1));
    await again.close();
  });
});
