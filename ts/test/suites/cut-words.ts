// Text search with a language, and with tokenizers of the caller's: what a search finds, what it
// highlights, and which stored words an `open` uses.

import { afterEach, describe, expect, test } from 'vitest';
import { EdgeVec, type EdgeVecEvent, type OpenOptions, type TextOptions, type TextSearch } from '../../src/index.js';
import { failure } from '../support/open.js';
import type { Kept } from './durable.js';

interface Note {
  body: string;
}

/** The address of a module with this code. */
export const moduleOf = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

/** Tokenizers as modules, which every host takes. A word is what stands between two commas. */
const BY_COMMA = `export default (text) => text.split(',').map((part) => part.trim()).filter((part) => part !== '');`;
const WITH_RANGES = `export default (text, { kind, standard }) =>
  standard(text).filter(({ token }) => token !== 'the' && kind !== undefined);`;
/** Each word, and what the tokenizer was asked for. */
const KINDS = `export default (text, { kind }) => [...text.split(' '), kind];`;

/** So many words that most rows are in a segment, and stored words are used. */
const ROWS = 1_500;
const FILLER = Array.from({ length: 60 }, (_, i) => `filler${i}`).join(' ');

let names = 0;

export function defineCutWordsSuite(label: string, kept: Kept): void {
  const { directory } = kept;
  const opened = new Set<EdgeVec<Note>>();
  const made = new Set<string>();

  const open = async (options: Partial<OpenOptions> & TextOptions<Note>): Promise<EdgeVec<Note>> => {
    const db = await EdgeVec.open<Note>({ ...kept, dimensions: 2, text: ['body'], ...options });
    opened.add(db);
    if (options.name !== undefined) made.add(options.name);
    return db;
  };
  const write = (db: EdgeVec<Note>, bodies: readonly string[]): Promise<unknown> =>
    db.upsert(bodies.map((body, id) => ({ id, vector: [1, id], metadata: { body } })));
  const found = async (db: EdgeVec<Note>, query: TextSearch<Note>): Promise<unknown[]> =>
    (await db.search(query)).map(({ id }) => id).sort();
  /** The highlighted texts of each row. */
  const marked = async (db: EdgeVec<Note>, query: TextSearch<Note>): Promise<Record<string, string[]>> => {
    const hits = await db.search({ ...query, highlight: true });
    return Object.fromEntries(
      hits.map(({ id, metadata: { body }, highlights }) => [
        id,
        (highlights?.['body'] ?? []).map(([start, end]) => body.slice(start, end)),
      ]),
    );
  };

  afterEach(async () => {
    for (const db of opened) await db.close();
    for (const name of made) await EdgeVec.drop(name, directory === undefined ? {} : { directory });
    opened.clear();
    made.clear();
  });

  describe(`Words of a language, ${label}`, () => {
    const bodies = ['The whales hunted', 'A whale was hunting; Whaling!', 'the ship', 'Connections'];

    test('other forms of a word are found, and marked as a whole', async () => {
      const db = await open({ language: 'en' });
      await write(db, bodies);
      expect(await found(db, { text: 'whale' })).toEqual([0, 1]);
      expect(await found(db, { text: 'WHALES hunts' })).toEqual([0, 1]);
      expect(await found(db, { text: 'connected' })).toEqual([3]);
      expect(await marked(db, { text: 'whale hunts' })).toEqual({
        0: ['whales', 'hunted'],
        1: ['whale', 'hunting', 'Whaling'],
      });
      const plain = await open({});
      await write(plain, bodies);
      expect(await found(plain, { text: 'whale' })).toEqual([1]);
    });

    test('a prefix goes on from the letters, and a whole word stands for its forms', async () => {
      const db = await open({ language: 'en' });
      await write(db, bodies);
      const prefix = (text: string) => found(db, { text, prefix: true });
      for (const text of ['w', 'wha', 'whal']) expect(await prefix(text), text).toEqual([0, 1]);
      for (const text of ['whale', 'whales', 'hunt', 'hunts', 'hunting'])
        expect(await prefix(text), text).toEqual([0, 1]);
      expect(await prefix('whales conn')).toEqual([0, 1, 3]);
      // The last word alone may go on.
      expect(await prefix('conn whales')).toEqual([0, 1]);
      expect(await marked(db, { text: 'whal', prefix: true })).toEqual({ 0: ['whales'], 1: ['whale', 'Whaling'] });
      expect(await found(db, { text: 'conectoin', fuzzy: true })).toEqual([]);
      expect(await found(db, { text: 'whalse hunter', fuzzy: true })).toEqual([0, 1]);
    });

    test.each([
      ['de', 'Häuser', 'das Haus'],
      ['fr', 'chevaux', 'les cheval'],
      ['ru', 'книгами', 'Книга'],
      ['el', 'σπίτια', 'το ΣΠΊΤΙ'],
      ['hi', 'लड़कियों', 'लड़की'],
      ['tr', 'evlerimizden', 'evler'],
      ['tr', 'yıllar', 'İlk YIL'],
    ] as const)('%s: %s', async (language, query, body) => {
      const db = await open({ language });
      await write(db, [body, '白鯨 fooBar']);
      expect(await found(db, { text: query })).toEqual([0]);
      expect(await found(db, { text: '鯨' })).toEqual([1]);
      expect(await found(db, { text: 'bar' })).toEqual([1]);
    });

    test('stored words are used only under the same language', async () => {
      const name = `language-${label}-${Date.now()}-${names++}`;
      const rows = Array.from({ length: ROWS }, (_, i) => `${i % 3 === 0 ? 'whales' : 'whale'} ${FILLER}`);
      const all = rows.map((_, id) => id).sort();
      const plain = rows.flatMap((body, id) => (body.startsWith('whales') ? [] : [id])).sort();
      const answers = async (language: 'en' | 'ru' | undefined): Promise<unknown[]> => {
        const db = await open({ name, ...(language && { language }) });
        const ids = await found(db, { text: 'whale', k: ROWS });
        await db.save();
        await db.close();
        return ids;
      };
      const first = await open({ name, language: 'en' });
      await write(first, rows);
      await first.save();
      await first.close();
      for (const [language, expected] of [
        ['en', all],
        [undefined, plain],
        [undefined, plain],
        ['en', all],
        // The Russian stemmer leaves Latin letters alone.
        ['ru', plain],
        ['en', all],
      ] as const) {
        expect(await answers(language), language).toEqual(expected);
      }
    });

    test('two holders of a database each find the words of their own language', async () => {
      const name = `languages-${label}-${Date.now()}-${names++}`;
      const one = await open({ name, language: 'en' });
      const other = await open({ name });
      await write(one, ['whales']);
      await other.upsert({ id: 1, vector: [1, 1], metadata: { body: 'whale' } });
      expect(await found(other, { text: 'whale' })).toEqual([1]);
      await other.save();
      await one.upsert({ id: 2, vector: [1, 2], metadata: { body: 'whaling' } });
      expect(await found(one, { text: 'whale' })).toEqual([0, 1, 2]);
      await one.save();
      await other.upsert({ id: 3, vector: [1, 3], metadata: { body: 'whale' } });
      expect(await found(other, { text: 'whale' })).toEqual([1, 3]);
    });

    test('a caller may change its options as soon as open has been called', async () => {
      const options: OpenOptions & { dimensions: number; text: 'body'[]; language?: 'en' } = {
        ...kept,
        dimensions: 2,
        text: ['body'],
        language: 'en',
      };
      const opening = EdgeVec.open<Note>(options);
      options.text[0] = 'other' as never;
      options.text = [];
      delete options.language;
      const db = await opening;
      opened.add(db);
      await write(db, ['whales']);
      expect(await found(db, { text: 'whale' })).toEqual([0]);
    });

    test('an unknown language is refused, and the nearest is named', async () => {
      for (const [language, remedy] of [
        ['english', /Did you mean 'en'\?/],
        ['en-US', /Did you mean 'en'\?/],
        ['Germn', /Did you mean 'de'\?/],
        ['xx', /'ar', 'da'.* or 'tr', got "xx"\.$/],
        [5, /got 5/],
        [null, /got null/],
      ] as const) {
        const { message } = await failure(() => open({ language: language as never }), 'INVALID_OPTIONS');
        expect(message).toMatch(remedy);
      }
      await failure(() => open({ language: 'en', tokenize: moduleOf(BY_COMMA) }), 'INVALID_OPTIONS');
      await failure(() => EdgeVec.open({ ...kept, dimensions: 2, language: 'en' }), 'INVALID_OPTIONS');
      await failure(() => EdgeVec.open({ ...kept, dimensions: 2, tokenize: moduleOf(BY_COMMA) }), 'INVALID_OPTIONS');
    });
  });

  describe(`Words by a tokenizer, ${label}`, () => {
    test('a module cuts rows and queries, and tells ranges or not', async () => {
      const db = await open({ tokenize: moduleOf(BY_COMMA) });
      await write(db, ['white whale, ship', 'whale, white ship', '']);
      expect(await found(db, { text: 'white whale' })).toEqual([0]);
      expect(await found(db, { text: 'whale, ship' })).toEqual([0, 1]);
      expect(await found(db, { text: 'whi', prefix: true })).toEqual([0, 1]);
      // Tokens without ranges have no places.
      expect(await marked(db, { text: 'whale' })).toEqual({ 1: [] });
      const ranges = await open({ tokenize: moduleOf(WITH_RANGES) });
      await write(ranges, ['The white Whale', 'the ship']);
      expect(await found(ranges, { text: 'the' })).toEqual([]);
      expect(await marked(ranges, { text: 'the whale' })).toEqual({ 0: ['Whale'] });
    });

    test('a tokenizer is told whether a text is of a row or of a query', async () => {
      const db = await open({ tokenize: moduleOf(KINDS) });
      await write(db, ['whale', 'query']);
      expect(await found(db, { text: 'whale' })).toEqual([0, 1]);
      expect(await found(db, { text: 'passage' })).toEqual([0, 1]);
    });

    test('stored words are used under the same name, and made again without a name', async () => {
      const name = `tokenizer-${label}-${Date.now()}-${names++}`;
      const rows = Array.from({ length: ROWS }, () => FILLER);
      /** Each row has the word too. */
      const cut = (word: string): URL =>
        moduleOf(`export default (text, { kind }) => (kind === 'query' ? [text] : [...text.split(' '), '${word}']);`);
      const has = async (tokenize: TextOptions['tokenize'], text: string): Promise<boolean> => {
        const db = await open({ name, ...(tokenize && { tokenize }) });
        // Row 0 is in the first segment.
        const ids = await found(db, { text, k: ROWS });
        await db.save();
        await db.close();
        return ids.includes(0);
      };
      const first = await open({ name, tokenize: { name: 'one', tokens: cut('first') } });
      await write(first, rows);
      await first.save();
      await first.close();
      // Another function under the same name: the words are the stored words.
      expect(await has({ name: 'one', tokens: cut('second') }, 'first')).toBe(true);
      expect(await has({ name: 'two', tokens: cut('second') }, 'first')).toBe(false);
      expect(await has({ name: 'two', tokens: cut('third') }, 'third')).toBe(false);
      expect(await has(cut('third'), 'third')).toBe(true);
      // The last checkpoint has no words.
      expect(await has(cut('fourth'), 'fourth')).toBe(true);
      expect(await has({ name: 'two', tokens: cut('fifth') }, 'fifth')).toBe(true);
      expect(await has(undefined, 'fifth')).toBe(false);
    });

    test.each([
      ['throws', `throw new Error('no dictionary')`, /^tokenize failed: no dictionary( \(id 0\))?\./],
      ['gives a string', `return text`, /got "[^"]*"\.$/],
      ['gives a promise', `return Promise.resolve([text])`, /got a Promise\. tokenize must not be asynchronous/],
      // Vitest fails for a rejection that nobody handles.
      ['gives a promise that rejects', `return Promise.reject(new Error('late'))`, /got a Promise\. /],
      ['gives promises', `return ['a', Promise.reject(new Error('late')), Promise.reject(5)]`, /got a Promise\. /],
      ['gives an empty word', `return ['a', '']`, /got ""\.$/],
      ['gives a line break', `return ['a\\nb']`, /got "a\\nb"\.$/],
      ['gives a number', `return [5]`, /got 5\.$/],
      ['gives no range', `return [{ token: 'a' }]`, /got an object\.$/],
      ['gives a range beyond the text', `return [{ token: 'a', start: 0, end: 1e6 }]`, /got an object\.$/],
      ['gives an empty range', `return [{ token: 'a', start: 1, end: 1 }]`, /got an object\.$/],
    ])('a tokenizer that %s fails searches by words, and loses nothing', async (_, code, message) => {
      // Of a row, then of a query.
      for (const kind of ['passage', 'query']) {
        const events: EdgeVecEvent[] = [];
        const onEvent = (event: EdgeVecEvent) => void events.push(event);
        const source = `export default (text, { kind }) => { if (kind === '${kind}' && text !== 'fine') { ${code} } return [text]; };`;
        const db = await open({ tokenize: moduleOf(source), onEvent });
        await write(db, ['whale', 'fine']);
        const error = await failure(() => db.search({ text: 'whale' }), 'TOKENIZE_FAILED');
        expect(error.message).toMatch(message);
        // The caller learns which row to replace or to delete.
        const id = kind === 'passage' ? 0 : undefined;
        expect(error.id).toBe(id);
        const many = await failure(() => db.searchMany([{ text: 'whale' }, { text: 'fine' }]), 'TOKENIZE_FAILED');
        expect(many).toMatchObject({ row: 0 });
        // The errors of two searches are two errors.
        const again = await failure(() => db.search({ text: 'whale' }), 'TOKENIZE_FAILED');
        expect([again.id, again.row]).toEqual([id, undefined]);
        expect(await db.search([1, 0], { k: 5 })).toHaveLength(2);
        expect((await db.get(0))?.metadata).toEqual({ body: 'whale' });
        expect(events.filter(({ type }) => type !== 'changed')).toEqual([]);
        // The wrong row goes, and searches by words go on.
        await db.delete(0);
        expect(await found(db, { text: 'fine' })).toEqual([1]);
      }
    });

    test('a module that cannot be loaded, or exports no function', async () => {
      const missing = new URL('http://127.0.0.1:1/tokens.js');
      for (const tokenize of [missing, moduleOf('export default 5;'), moduleOf('export const cut = 5;')]) {
        await failure(() => open({ tokenize }), 'TOKENIZE_FAILED');
      }
      await failure(() => open({ tokenize: moduleOf(`throw new Error('broken');`) }), 'TOKENIZE_FAILED');
    });

    test('other values are refused', async () => {
      const cut = moduleOf(BY_COMMA);
      for (const tokenize of [5, null, [], {}, { name: '', tokens: cut }, { name: 'a' }, { tokens: cut }]) {
        await failure(() => open({ tokenize: tokenize as never }), 'INVALID_OPTIONS');
      }
      await failure(() => open({ tokenize: { name: 'a', tokens: cut, version: 2 } as never }), 'INVALID_OPTIONS');
      await failure(() => open({ tokenize: 'http://[' }), 'INVALID_OPTIONS');
    });

    test('a function works in this thread, and is refused for a worker', async () => {
      const tokenize = (text: string): string[] => text.toUpperCase().split(' ');
      if (kept.worker === false) {
        const db = await open({ tokenize });
        await write(db, ['white whale']);
        expect(await found(db, { text: 'Whale' })).toEqual([0]);
        return;
      }
      const { message } = await failure(() => open({ tokenize }), 'INVALID_OPTIONS');
      expect(message).toContain("new URL('./tokens.js', import.meta.url)");
      await failure(() => open({ tokenize: { name: 'a', tokens: tokenize } }), 'INVALID_OPTIONS');
    });
  });
}
