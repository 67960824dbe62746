// Words that a checkpoint keeps for text search, through the public API: read after opening, never
// trusted over damage, and without a trace of deleted rows.

import { describe, expect, test } from 'vitest';
import { refOf } from '../../src/format/chunk.js';
import { decodeManifest, encodeManifest, withoutDerived } from '../../src/format/manifest.js';
import { EdgeVec, type EdgeVecEvent } from '../../src/index.js';
import { openedIn } from '../support/opened.js';
import { bytesAt, chunksOf, flipped, type Tampering, type Values } from '../support/tampering.js';
import type { Kept } from './durable.js';

export interface Page {
  title: string;
  body: string;
}

/** So many words that some segments are merged, and some rows are in no segment. */
export const ROWS = 3_000;
const WORDS = 100;
const VOCABULARY = 900;

const TEXT = { title: 3, body: 1 };
const CHUNK = /-words-(head|\d+-\d+)$/;

export const page = (id: number) => ({
  id,
  vector: [1, id],
  metadata: {
    title: id % 5 === 0 ? 'zebra' : `page ${id % 50}`,
    body: `only${id}x ${Array.from({ length: WORDS }, (_, i) => `w${(id * 31 + i * i * 7) % VOCABULARY}`).join(' ')}`,
  },
});

/** The answers to searches by words of every kind. */
export async function answers(db: EdgeVec<Page>): Promise<unknown[]> {
  const replies = await Promise.all([
    db.search({ text: 'zebra', k: 50 }),
    db.search({ text: 'w1 w30 w500', k: 50 }),
    db.search({ text: 'page 7', k: 200, offset: 10 }),
    db.search({ text: 'only1', prefix: true, k: 60 }),
    db.search({ text: 'zebre', fuzzy: true, k: 5 }),
    db.search({ text: 'w77 only12x', k: 20, highlight: true }),
  ]);
  return replies.map((hits) => hits.map(({ id, score, highlights }) => [id, score, highlights]));
}

let names = 0;

export function defineStoredWordsSuite(label: string, kept: Kept, tampering: Tampering): void {
  describe(`Stored words, ${label}`, () => {
    const { opened, made, events, open } = openedIn<Page>({ ...kept, dimensions: 2 });
    const openWith = async (name: string): Promise<EdgeVec<Page>> => {
      made.add(name);
      const onEvent = (event: EdgeVecEvent) => void events.push(event);
      const db = await EdgeVec.open<Page>({ ...kept, dimensions: 2, name, text: TEXT, onEvent });
      opened.add(db);
      return db;
    };

    const nameOf = (): string => `words-${Date.now()}-${names++}`;
    const pages = () => Array.from({ length: ROWS }, (_, id) => page(id));

    /** A closed database with stored words, and its answers. */
    async function saved(): Promise<{ readonly name: string; readonly expected: unknown[] }> {
      const name = nameOf();
      const db = await openWith(name);
      await db.insert(pages());
      const expected = await answers(db);
      await db.save();
      await db.close();
      return { name, expected };
    }

    /** Whether a stored checkpoint has words. */
    async function hasWords(name: string): Promise<boolean> {
      const values = await tampering.read(name);
      return chunksOf(values, /-manifest$/).some((key) => decodeManifest(bytesAt(values, key)).words !== undefined);
    }

    /** The number of chunks of words with a word. */
    async function holding(name: string, word: string): Promise<number> {
      const values = await tampering.read(name);
      const chunks = chunksOf(values, CHUNK);
      return chunks.filter((key) => new TextDecoder().decode(bytesAt(values, key)).includes(word)).length;
    }

    /** The manifest made last. The names have ascending numbers. */
    const manifestIn = (values: Values): string => {
      const number = (key: string): number => Number(/-(\d+)-manifest$/.exec(key)?.[1]);
      return chunksOf(values, /-manifest$/)
        .sort((a, b) => number(a) - number(b))
        .at(-1) as string;
    };

    /** Writes another word of the same length into all stored metadata, under right checksums. */
    async function replaceInMetadata(name: string, from: string, to: string): Promise<void> {
      const values = await tampering.read(name);
      const key = manifestIn(values);
      const manifest = decodeManifest(bytesAt(values, key));
      const metadata = manifest.metadata.map(({ slots, ...ref }) => {
        const chunk = `chunks/${ref.name}`;
        const lines = new TextDecoder().decode(bytesAt(values, chunk));
        expect(lines).toContain(from);
        const bytes = new TextEncoder().encode(lines.replaceAll(from, to));
        values.set(chunk, bytes);
        return { ...refOf(ref.name, bytes), slots };
      });
      values.set(key, encodeManifest({ ...manifest, metadata }));
      await tampering.write(name, values);
    }

    test('the first text search after opening reads the stored words', async () => {
      const { name } = await saved();
      // Metadata that says another word than the stored words: the answer shows who was asked.
      await replaceInMetadata(name, 'zebra', 'horse');
      const db = await openWith(name);
      const found = async (text: string): Promise<number> => (await db.search({ text, k: ROWS })).length;
      const unchanged = await found('zebra');
      expect(unchanged).toBeGreaterThan((ROWS / 5) * 0.8);
      // Rows that were in no segment yet are read as metadata.
      expect(await found('horse')).toBe(ROWS / 5 - unchanged);
      // Every write goes to the words.
      await db.update({ id: 5, metadata: { title: 'horse' } });
      expect(await found('zebra')).toBe(unchanged - 1);
      expect(events).toEqual([]);
    });

    test('answers are the same after opening, also with later writes in the log', async () => {
      const { name, expected } = await saved();
      const db = await openWith(name);
      expect(await answers(db)).toEqual(expected);
      await db.upsert(Array.from({ length: 20 }, (_, i) => ({ ...page(ROWS - 10 + i), vector: [2, i] })));
      await db.update({ id: 3, metadata: { title: 'zebra again' } });
      await db.delete(Array.from({ length: ROWS / 3 }, (_, i) => 2 * i));
      const later = await answers(db);
      expect(later).not.toEqual(expected);
      await db.close();
      const again = await openWith(name);
      expect(await answers(again)).toEqual(later);
      await again.compact();
      await again.save();
      await again.close();
      const compacted = await openWith(name);
      expect(await answers(compacted)).toEqual(later);
      // A checkpoint that writes only the head, and a checkpoint before the stored words are read.
      await compacted.delete(ROWS - 1);
      const last = await answers(compacted);
      await compacted.save();
      await compacted.close();
      const early = await openWith(name);
      await early.save();
      await early.close();
      expect(await answers(await openWith(name))).toEqual(last);
      expect(events).toEqual([]);
    });

    test('a damaged part, and a missing part, are made of the metadata without an event', async () => {
      const { name, expected } = await saved();
      const whole = await tampering.read(name);
      const chunks = chunksOf(whole, CHUNK);
      expect(chunks.length).toBeGreaterThan(4);
      expect(chunks.filter((key) => key.endsWith('-words-head'))).toHaveLength(1);
      const damages: ((bytes: Uint8Array) => Uint8Array | undefined)[] = [
        flipped,
        (bytes) => bytes.subarray(0, -1),
        () => undefined,
      ];
      for (const [i, key] of chunks.entries()) {
        const bytes = damages[i % damages.length]?.(bytesAt(whole, key));
        const values = new Map(whole);
        if (bytes === undefined) values.delete(key);
        else values.set(key, bytes);
        await tampering.write(name, values);
        const db = await openWith(name);
        expect(await answers(db), key).toEqual(expected);
        await db.save();
        await db.close();
        const again = await openWith(name);
        expect(await answers(again), key).toEqual(expected);
        await again.close();
      }
      expect(events).toEqual([]);
    });

    test('bytes of an unknown version are passed over, although their checksums are right', async () => {
      const { name, expected } = await saved();
      const whole = await tampering.read(name);
      const key = manifestIn(whole);
      const manifest = decodeManifest(bytesAt(whole, key));
      const { words } = manifest;
      if (words === undefined) throw new Error('the checkpoint has no words');
      const later = (at: number, { name: chunk }: { readonly name: string }, values: Values) => {
        const bytes = bytesAt(whole, `chunks/${chunk}`).map((byte, i) => (i === at ? byte + 1 : byte));
        values.set(`chunks/${chunk}`, bytes);
        return refOf(chunk, bytes);
      };
      const changes: ((values: Values) => typeof words)[] = [
        (values) => ({ ...words, head: later(4, words.head, values) }),
        (values) => ({
          ...words,
          segments: words.segments.map((segment) => ({
            ...segment,
            parts: segment.parts.map((ref, i) => (i === 1 ? later(0, ref, values) : ref)),
          })),
        }),
        () => ({ ...words, rules: 'later' }),
      ];
      for (const change of changes) {
        const values = new Map(whole);
        values.set(key, encodeManifest({ ...manifest, words: change(values) }));
        await tampering.write(name, values);
        const db = await openWith(name);
        expect(await answers(db)).toEqual(expected);
        await db.close();
      }
      expect(events).toEqual([]);
    });

    test('other text fields, and no text fields, find other words or none', async () => {
      const { name, expected } = await saved();
      const titles = await EdgeVec.open<Page>({ ...kept, dimensions: 2, name, text: ['title'] });
      expect(await titles.search({ text: 'only12x', k: 5 })).toEqual([]);
      expect(await titles.search({ text: 'zebra', k: ROWS })).toHaveLength(ROWS / 5);
      await titles.save();
      await titles.close();
      const without = await open(name);
      await without.update({ id: 12, metadata: { title: 'zebra' } });
      await without.update({ id: 12, metadata: page(12).metadata });
      await without.save();
      await without.close();
      expect(await answers(await openWith(name))).toEqual(expected);
    });

    test('words of deleted and replaced rows are in no chunk after compact() and save()', async () => {
      const { name } = await saved();
      for (const word of ['only7x', 'only9x']) expect(await holding(name, word)).toBe(1);
      const db = await openWith(name);
      await db.delete(7);
      await db.update({ id: 9, metadata: { body: 'new' } });
      await db.compact();
      await db.save();
      await db.close();
      for (const word of ['only7x', 'only9x']) expect(await holding(name, word)).toBe(0);
      expect(await holding(name, 'only8x')).toBe(1);
      // Without text search, nobody can take single words out.
      const without = await open(name);
      await without.delete(8);
      await without.save();
      expect(await holding(name, 'only8x')).toBe(1);
      await without.compact();
      await without.save();
      await without.close();
      expect(await holding(name, 'only8x')).toBe(0);
    });

    test('a checkpoint without text search keeps the words of unchanged rows', async () => {
      const { name } = await saved();
      const without = await open(name);
      await without.update([
        { id: 12, metadata: { title: 'zebra' } },
        { id: 13, vector: [5, 5] },
      ]);
      await without.save();
      await without.delete([20, 21]);
      await without.upsert([page(30), page(ROWS), page(ROWS + 1)]);
      await without.save();
      await without.close();
      expect(await hasWords(name)).toBe(true);
      const db = await openWith(name);
      const kept = await answers(db);
      await db.close();
      const values = await tampering.read(name);
      for (const key of chunksOf(values, /-manifest$/)) {
        values.set(key, encodeManifest(withoutDerived(decodeManifest(bytesAt(values, key)))));
      }
      await tampering.write(name, values);
      expect(await answers(await openWith(name))).toEqual(kept);
    });

    test('words that were made at opening are stored without a call of save()', async () => {
      const name = nameOf();
      const without = await open(name);
      await without.insert(pages());
      await without.save();
      await without.close();
      expect(await hasWords(name)).toBe(false);
      const db = await openWith(name);
      const expected = await answers(db);
      // Chunks may leave while they are read.
      await expect.poll(() => hasWords(name).catch(() => false), { timeout: 60_000 }).toBe(true);
      await db.close();
      expect(await answers(await openWith(name))).toEqual(expected);
      expect(events).toEqual([]);
    });

    test('an import and a copy have no words, and find the same', async () => {
      const { name, expected } = await saved();
      const db = await openWith(name);
      const file = await new Response(db.export()).blob();
      const imported = `${name}-imported`;
      made.add(imported);
      const copy = await EdgeVec.import<Page>(file, { ...kept, name: imported, text: TEXT });
      opened.add(copy);
      expect(await answers(copy)).toEqual(expected);
      const copied = `${name}-copied`;
      made.add(copied);
      await db.save(copied);
      expect(chunksOf(await tampering.read(copied), CHUNK)).toEqual([]);
      expect(await answers(await openWith(copied))).toEqual(expected);
    });
  });
}
