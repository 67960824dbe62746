// Columns of metadata that a checkpoint keeps for filters, through the public API: read after
// opening, never trusted over damage, and without a trace of deleted rows.

import { describe, expect, test } from 'vitest';
import { refOf } from '../../src/format/chunk.js';
import { decodeColumnChunk, encodeColumnChunk } from '../../src/format/columns/chunk.js';
import { decodeManifest, encodeManifest } from '../../src/format/manifest.js';
import { EdgeVec } from '../../src/index.js';
import { openedIn } from '../support/opened.js';
import { bytesAt, chunksOf, type Tampering, type Values } from '../support/tampering.js';
import type { Kept } from './durable.js';

interface Book {
  title: string;
  lang: string;
  year: number;
  tags: string[];
}

const ROWS = 600;
const COLUMN = /-column-\d+$/;

let names = 0;

export function defineStoredColumnsSuite(label: string, kept: Kept, tampering: Tampering): void {
  describe(`Stored columns, ${label}`, () => {
    const { opened, made, events, open } = openedIn<Book>({ ...kept, dimensions: 2 });

    const book = (id: number) => ({
      id,
      vector: [1, id],
      metadata: {
        title: `title ${id}.`,
        lang: ['en', 'de', 'fr'][id % 3] as string,
        year: 1900 + (id % 100),
        tags: [`tag ${id}.`, `shelf ${id % 7}`],
      },
    });

    /** The answers to filters on every kind of column. */
    async function answers(db: EdgeVec<Book>): Promise<unknown[]> {
      return [
        await db.count({ filter: { lang: 'de' } }),
        await db.count({ filter: { lang: { $ne: 'de' } } }),
        await db.count({ filter: { year: { $gte: 1950, $lt: 1970 } } }),
        await db.count({ filter: { title: { $startsWith: 'title 5' } } }),
        await db.count({ filter: { tags: { $contains: 'shelf 3' } } }),
        await db.facets(['lang', 'year']),
        (await db.search([1, 7], { k: 20, filter: { tags: { $contains: 'shelf 0' } } })).map(({ id }) => id),
      ];
    }

    /** A closed database with a column of each field, and its answers. */
    async function saved(): Promise<{ readonly name: string; readonly expected: unknown[] }> {
      const name = `columns-${Date.now()}-${names++}`;
      const db = await open(name);
      await db.insert(Array.from({ length: ROWS }, (_, id) => book(id)));
      const expected = await answers(db);
      await db.save();
      await db.close();
      return { name, expected };
    }

    const manifestIn = (values: Values): string => chunksOf(values, /-manifest$/).at(-1) as string;

    /** Replaces the chunks of all columns, in the stored database. */
    async function replaceChunks(name: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
      const values = await tampering.read(name);
      const key = manifestIn(values);
      const manifest = decodeManifest(bytesAt(values, key));
      const columns = (manifest.columns ?? []).map(({ path, chunks }) => ({
        path,
        chunks: chunks.map((ref) => {
          const bytes = change(bytesAt(values, `chunks/${ref.name}`));
          values.set(`chunks/${ref.name}`, bytes);
          return refOf(ref.name, bytes);
        }),
      }));
      values.set(key, encodeManifest({ ...manifest, columns }));
      await tampering.write(name, values);
    }

    test('the first filter after opening reads the stored column', async () => {
      const { name } = await saved();
      // A column that says another language than the metadata: the answer shows who was asked.
      await replaceChunks(name, (bytes) => {
        const chunk = decodeColumnChunk(bytes);
        const texts = chunk.texts.map((text) => (text === 'de' ? 'nl' : text));
        return encodeColumnChunk({ ...chunk, texts });
      });
      const db = await open(name);
      expect(await db.count({ filter: { lang: 'nl' } })).toBe(ROWS / 3);
      expect(await db.count({ filter: { lang: 'de' } })).toBe(0);
      // Every write goes to the column.
      await db.update({ id: 1, metadata: { lang: 'de' } });
      expect(await db.count({ filter: { lang: 'nl' } })).toBe(ROWS / 3 - 1);
      expect(await db.count({ filter: { lang: 'de' } })).toBe(1);
    });

    test('answers are the same after opening, also with later writes in the log', async () => {
      const { name, expected } = await saved();
      const db = await open(name, { indexed: ['lang'] });
      expect(await answers(db)).toEqual(expected);
      await db.upsert(Array.from({ length: 20 }, (_, i) => ({ ...book(ROWS - 10 + i), vector: [2, i] })));
      await db.update({ id: 3, metadata: { title: 'title 5, again', lang: 'de' } });
      await db.delete([0, 1, 2]);
      const later = await answers(db);
      expect(later).not.toEqual(expected);
      await db.close();
      const again = await open(name);
      expect(await answers(again)).toEqual(later);
      await again.compact();
      await again.save();
      await again.close();
      expect(await answers(await open(name))).toEqual(later);
      expect(events).toEqual([]);
    });

    test('a damaged column, and a missing column, are made of the metadata without an event', async () => {
      const { name, expected } = await saved();
      const whole = await tampering.read(name);
      const columns = chunksOf(whole, COLUMN);
      expect(columns).toHaveLength(4);
      const damages: ((bytes: Uint8Array) => Uint8Array | undefined)[] = [
        (bytes) => bytes.map((byte, i) => (i === 21 ? byte ^ 1 : byte)),
        () => undefined,
      ];
      for (const damage of damages) {
        const values = new Map(whole);
        for (const key of columns) {
          const bytes = damage(bytesAt(whole, key));
          if (bytes === undefined) values.delete(key);
          else values.set(key, bytes);
        }
        await tampering.write(name, values);
        const db = await open(name);
        expect(await answers(db)).toEqual(expected);
        await db.save();
        await db.close();
        const again = await open(name);
        expect(await answers(again)).toEqual(expected);
        await again.close();
      }
      expect(events).toEqual([]);
    });

    test('an unknown layout is passed over', async () => {
      const { name, expected } = await saved();
      await replaceChunks(name, (bytes) => bytes.map((byte, i) => (i === 4 ? 2 : byte)));
      expect(await answers(await open(name))).toEqual(expected);
      expect(events).toEqual([]);
    });

    test('deleted and replaced values are in no column after compact() and save()', async () => {
      const { name } = await saved();
      const holding = async (text: string): Promise<number> => {
        const values = await tampering.read(name);
        return chunksOf(values, COLUMN).filter((key) => new TextDecoder().decode(bytesAt(values, key)).includes(text))
          .length;
      };
      const gone = ['title 7.', 'tag 7.', 'title 9.', 'tag 9.'];
      for (const text of gone) expect(await holding(text)).toBe(1);
      const db = await open(name);
      await db.delete(7);
      await db.update({ id: 9, metadata: { title: 'new', tags: [] } });
      await db.compact();
      await db.save();
      await db.close();
      for (const text of gone) expect(await holding(text)).toBe(0);
      for (const text of ['title 8.', 'tag 8.', 'new']) expect(await holding(text)).toBe(1);
    });

    test('a first change by a filter finds its rows', async () => {
      const { name } = await saved();
      const db = await open(name);
      expect(await db.update({ filter: { lang: 'fr' }, metadata: { lang: 'nl' } })).toBe(ROWS / 3);
      expect(await db.delete({ filter: { year: { $lt: 1950 } } })).toBe(ROWS / 2);
      expect(await db.count({ filter: { lang: 'nl' } })).toBe(ROWS / 6);
    });

    test('an import and a copy have no columns', async () => {
      const { name, expected } = await saved();
      const db = await open(name);
      const file = await new Response(db.export()).blob();
      const imported = `${name}-imported`;
      made.add(imported);
      const copy = await EdgeVec.import<Book>(file, { ...kept, name: imported });
      opened.add(copy);
      expect(await answers(copy)).toEqual(expected);
      const copied = `${name}-copied`;
      made.add(copied);
      await db.save(copied);
      await copy.close();
      for (const each of [imported, copied]) {
        expect(chunksOf(await tampering.read(each), COLUMN)).toEqual([]);
        expect(await answers(await open(each))).toEqual(expected);
      }
    });
  });
}
