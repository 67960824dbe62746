// `replace` through the public API, judged by a plain map of rows.

import { describe, expect, test } from 'vitest';
import { EdgeVec, type Id, type Progress, type Replaced, type SourceRecord } from '../../src/index.js';
import { failure, type Open } from '../support/open.js';
import { random } from '../support/random.mjs';
import { soaked } from '../support/soak.js';

interface Doc {
  source?: string | number;
  text: string;
  page?: number;
  hash?: string | number;
}

/** The vector follows from the text, as with a model. */
function vectorOf(text: string): number[] {
  const letters = [...text].map((letter) => letter.charCodeAt(0));
  return [letters.length + 1, letters.reduce((sum, code) => sum + code, 1), letters[0] ?? 1];
}

const record = (text: string, more: object = {}): SourceRecord<Doc> => ({
  vector: vectorOf(text),
  metadata: { text },
  ...more,
});

async function textsOf(db: EdgeVec<Doc>, source?: string | number): Promise<string[]> {
  const texts: string[] = [];
  const filter = source === undefined ? {} : { filter: { source } };
  for await (const { metadata } of db.scan(filter)) texts.push(metadata.text);
  return texts;
}

const counts = ({ added, changed, kept, removed }: Replaced): number[] =>
  [added, changed, kept, removed].map((ids) => ids.length);

async function* stream<T>(items: readonly T[], before: (i: number) => unknown = () => {}): AsyncGenerator<T> {
  for (const [i, item] of items.entries()) {
    await before(i);
    yield item;
  }
}

const loose = (value: unknown): never => value as never;

export function defineReplaceSuite(label: string, open: Open): void {
  describe(`replace, ${label}`, () => {
    test('rows become exactly the records, and other sources stay', async () => {
      const db = await open<Doc>({ dimensions: 3 });
      await db.replace('b', [record('other')]);
      const first = await db.replace('a', [record('one', { id: 'x' }), record('two', { id: 'y' }), record('three')]);
      expect(counts(first)).toEqual([3, 0, 0, 0]);
      expect(first.added.slice(0, 2)).toEqual(['x', 'y']);
      expect((await db.get('x'))?.metadata).toEqual({ text: 'one', source: 'a' });

      const second = await db.replace('a', [record('one', { id: 'x' }), record('deux', { id: 'y' }), record('four')]);
      expect(second).toEqual({ added: [expect.any(Number)], changed: ['y'], kept: ['x'], removed: [first.added[2]] });
      expect((await textsOf(db, 'a')).sort()).toEqual(['deux', 'four', 'one']);
      expect(await textsOf(db, 'b')).toEqual(['other']);

      expect(counts(await db.replace('a', []))).toEqual([0, 0, 0, 3]);
      expect(await textsOf(db)).toEqual(['other']);
    });

    test('without ids, rows are known by their content, wherever they stand', async () => {
      const db = await open<Doc>({ dimensions: 3 });
      const { added } = await db.replace(7, [record('one'), record('two'), record('two'), record('three')]);
      const moved = await db.replace(7, [record('new'), record('three'), record('two'), record('two'), record('two')]);
      expect(counts(moved)).toEqual([2, 0, 3, 1]);
      expect(moved.removed).toEqual([added[0]]);
      expect((await textsOf(db, 7)).sort()).toEqual(['new', 'three', 'two', 'two', 'two']);
      expect(counts(await db.replace(7, stream([record('two'), record('two'), record('two')])))).toEqual([0, 0, 3, 2]);
    });

    test('a hash decides alone, and without a hash vector and metadata decide, in any order of fields', async () => {
      const db = await open<Doc>({ dimensions: 3 });
      const put = (text: string, more: object): Promise<Replaced> =>
        db.replace('a', [record(text, { id: 1, ...more })]);
      await put('one', { hash: 'v1' });
      expect((await db.get(1))?.metadata).toEqual({ text: 'one', source: 'a', hash: 'v1' });
      expect(counts(await put('two', { hash: 'v1' }))).toEqual([0, 0, 1, 0]);
      expect((await db.get(1))?.metadata.text).toBe('one');
      expect(counts(await put('two', { hash: 'v2' }))).toEqual([0, 1, 0, 0]);
      expect(counts(await put('two', {}))).toEqual([0, 1, 0, 0]);
      expect(counts(await put('two', { metadata: { page: 1, text: 'two' } }))).toEqual([0, 1, 0, 0]);
      expect(counts(await put('two', { metadata: { text: 'two', page: 1 } }))).toEqual([0, 0, 1, 0]);
      expect(counts(await put('two', { metadata: { text: 'two', page: 1 }, vector: [1, 2, 3] }))).toEqual([0, 1, 0, 0]);
      await db.update({ id: 1, metadata: { page: 2 } });
      expect(counts(await put('two', { metadata: { text: 'two', page: 1 }, vector: [1, 2, 3] }))).toEqual([0, 1, 0, 0]);
    });

    test.each(['float32', 'int16', 'int8'] as const)('rows of %s are kept, also as codes', async (precision) => {
      const db = await open<Doc>({ dimensions: 48, precision, m: 4, efConstruction: 20 });
      const next = random(3);
      const records = Array.from({ length: 2_100 }, (_, id) => ({
        id,
        vector: Array.from({ length: 48 }, () => next() * 2 - 1),
        metadata: { text: `${id}` },
      }));
      expect(counts(await db.replace('a', records))).toEqual([2_100, 0, 0, 0]);
      expect((await db.stats()).precision).toBe(precision);
      expect(counts(await db.replace('a', records))).toEqual([0, 0, 2_100, 0]);
      const [first] = records;
      const other = { ...first, id: 0, metadata: { text: '0' }, vector: (first?.vector ?? []).map((n) => -n) };
      expect(counts(await db.replace('a', [other, ...records.slice(1, 2_000)]))).toEqual([0, 1, 1_999, 100]);
    });

    test('a replacement without a change tells nobody, and a change tells once', async () => {
      const db = await open<Doc>({ dimensions: 3 });
      let told = 0;
      db.subscribe(() => void told++);
      await db.replace('a', [record('one'), record('two')]);
      expect(told).toBe(1);
      await db.replace('a', [record('one'), record('two')]);
      expect(told).toBe(1);
      await db.replace('a', []);
      expect(told).toBe(2);
    });

    test('readers see the old rows or the new rows, and never both', async () => {
      const db = await open<Doc>({ dimensions: 3 });
      const version = (v: number) => Array.from({ length: 500 }, (_, i) => record(`${v} ${i}`));
      await db.replace('a', version(1));
      let running = true;
      const seen = new Set<string>();
      const watching = (async () => {
        while (running) {
          seen.add([...new Set((await textsOf(db)).map((text) => text[0]))].join());
          seen.add(String(await db.count()));
          await new Promise((resolve) => setTimeout(resolve));
        }
      })();
      await db.replace('a', stream(version(2)));
      running = false;
      await watching;
      // A scan reads the ids first, and leaves out rows that are deleted meanwhile.
      expect([...seen].filter((each) => !['', '1', '2', '500'].includes(each))).toEqual([]);
    });

    test('progress, an abort, and the errors of a stream leave the source as it was', async () => {
      const db = await open<Doc>({ dimensions: 3 });
      const old = [record('old')];
      await db.replace('a', old);
      const many = Array.from({ length: 300 }, (_, i) => record(`row ${i}`));
      const seen: Progress[] = [];
      const oops = new Error('oops');
      await expect(
        db.replace('a', many, {
          onProgress: (progress) => {
            seen.push(progress);
            if (progress.done > 100) throw oops;
          },
        }),
      ).rejects.toBe(oops);
      expect(seen.every(({ total }) => total === 300)).toBe(true);
      const controller = new AbortController();
      const abort = (i: number): void => {
        if (i === 200) controller.abort();
      };
      await failure(() => db.replace('a', stream(many, abort), { signal: controller.signal }), 'ABORTED');
      await failure(() => db.replace('a', many, { signal: controller.signal }), 'ABORTED');
      const broken = stream(many, (i) => {
        if (i === 200) throw oops;
      });
      expect((await failure(() => db.replace('a', broken), 'SOURCE_FAILED')).cause).toBe(oops);
      const bad = [...many.slice(0, 150), { ...record('bad'), vector: [1, 2] }];
      expect(await failure(() => db.replace('a', bad), 'DIMENSION_MISMATCH')).toMatchObject({ row: 150 });
      expect(await textsOf(db)).toEqual(['old']);
      expect((await db.stats()).hidden).toBe(0);
      expect(counts(await db.replace('a', old))).toEqual([0, 0, 1, 0]);
    });

    test('rows of nobody and of other sources are not taken', async () => {
      const db = await open<Doc>({ dimensions: 3 });
      await db.upsert({ id: 'free', vector: [1, 1, 1], metadata: { text: 'free' } });
      await db.replace('b', [record('b', { id: 'of b' })]);
      for (const [row, id] of ['free', 'of b'].entries()) {
        const records = [...Array.from({ length: row }, () => record('x')), record('taken', { id })];
        expect(await failure(() => db.replace('a', records), 'ID_EXISTS')).toMatchObject({ id, row });
      }
      expect(await textsOf(db, 'a')).toEqual([]);
      expect((await textsOf(db)).sort()).toEqual(['b', 'free']);
    });

    test('the same row twice is refused, kept or written', async () => {
      const db = await open<Doc>({ dimensions: 3 });
      const twice = [record('one', { id: 1 }), record('one', { id: 1 })];
      await failure(() => db.replace('a', twice), 'DUPLICATE_ID');
      await db.replace('a', [record('one', { id: 1 })]);
      await failure(() => db.replace('a', twice), 'DUPLICATE_ID');
      await failure(() => db.replace('a', [record('one', { id: 1 }), record('two', { id: 1 })]), 'DUPLICATE_ID');
      expect(await textsOf(db)).toEqual(['one']);
    });

    test('a kept row that changes meanwhile is a conflict, and nothing is written', async () => {
      const db = await open<Doc>({ dimensions: 3 });
      const records = [record('one', { id: 1 }), record('two', { id: 2 })];
      await db.replace('a', records);
      for (const change of [
        () => db.update({ id: 1, metadata: { page: 3 } }),
        () => db.update({ id: 1, vector: [9, 9, 9] }),
        () => db.delete(1),
      ]) {
        await db.replace('a', records);
        // Enough records for a comparison before the change.
        const rest = Array.from({ length: 100 }, (_, i) => record(`row ${i}`));
        const changing = stream([...records, ...rest], async (i) => {
          if (i === 90) await change();
        });
        expect(await failure(() => db.replace('a', changing), 'CONFLICT')).toMatchObject({ id: 1 });
        expect(await db.count()).toBeLessThanOrEqual(2);
      }
    });

    test('two replacements of one source at once end in the records of one of them', async () => {
      const db = await open<Doc>({ dimensions: 3 });
      const version = (v: string) => Array.from({ length: 200 }, (_, id) => record(`${v} ${id}`, { id }));
      await Promise.all([db.replace('a', version('x')), db.replace('a', version('y'))]);
      expect(new Set((await textsOf(db)).map((text) => text[0])).size).toBe(1);
      expect(await db.count()).toBe(200);
    });

    test('the fields may have other names', async () => {
      const db = await open<{ file?: string; title: string; v?: number }>({
        dimensions: 2,
        fields: { source: 'file', hash: 'v' },
      });
      await db.replace('a.md', [{ id: 1, vector: [1, 2], hash: 3, metadata: { title: 'A' } }]);
      expect((await db.get(1))?.metadata).toEqual({ file: 'a.md', title: 'A', v: 3 });
      expect(counts(await db.replace('a.md', []))).toEqual([0, 0, 0, 1]);
    });

    test.each([
      ['no source', 'INVALID_OPTIONS', [undefined, []]],
      ['NaN as source', 'INVALID_OPTIONS', [Number.NaN, []]],
      ['an object as source', 'INVALID_OPTIONS', [{ source: 'a' }, []]],
      ['a single record', 'INVALID_RECORD', ['a', { id: 1, vector: [1, 2, 3] }]],
      ['a vector', 'INVALID_RECORD', ['a', [1, 2, 3]]],
      ['a typed array', 'INVALID_RECORD', ['a', Float32Array.of(1, 2, 3)]],
      ['no records', 'INVALID_RECORD', ['a', undefined]],
      ['a bare vector as record', 'INVALID_RECORD', ['a', [[1, 2, 3]]]],
      ['an unknown field', 'INVALID_RECORD', ['a', [{ vector: [1, 2, 3], hsah: 1 }]]],
      ['a wrong hash', 'INVALID_RECORD', ['a', [{ vector: [1, 2, 3], hash: {} }]]],
      ['another source in the metadata', 'INVALID_RECORD', ['a', [{ vector: [1, 2, 3], metadata: { source: 'b' } }]]],
      [
        'another hash in the metadata',
        'INVALID_RECORD',
        ['a', [{ vector: [1, 2, 3], hash: 1, metadata: { hash: 2 } }]],
      ],
      ['no vector', 'INVALID_VECTOR', ['a', [{ id: 1 }]]],
      ['a wrong id', 'INVALID_ID', ['a', [{ id: {}, vector: [1, 2, 3] }]]],
      ['a function in the metadata', 'METADATA_NOT_STORABLE', ['a', [{ vector: [1, 2, 3], metadata: { f() {} } }]]],
      ['an unknown option', 'INVALID_OPTIONS', ['a', [], { batch: 3 }]],
      ['a promise as record', 'INVALID_RECORD', ['a', [Promise.resolve({ vector: [1, 2, 3] })]]],
    ] as const)('%s: %s', async (_, code, given) => {
      const db = await open({ dimensions: 3 });
      await failure(() => db.replace(...(given as unknown as [never, never, never])), code);
      expect(await db.count()).toBe(0);
    });

    test('a throwing record, and an iterable that never ends, end with the call', async () => {
      const db = await open({ dimensions: 3 });
      const oops = new Error('oops');
      const throwing = Object.defineProperty({}, 'vector', {
        enumerable: true,
        get() {
          throw oops;
        },
      });
      expect(await failure(() => db.replace('a', [loose(throwing)]), 'INVALID_RECORD')).toMatchObject({ cause: oops });
      const endless = db.replace('a', {
        [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }),
      });
      await db.close();
      await failure(() => endless, 'CLOSED');
      await failure(() => db.replace('a', []), 'CLOSED');
    });

    test.each([
      [{ source: '' }],
      [{ hash: '__proto__' }],
      [{ source: 'x', hash: 'x' }],
      [{ source: 3 }],
      [{ sources: 'x' }],
      [[]],
    ])('the fields %j are refused', async (fields) => {
      await failure(() => EdgeVec.open({ dimensions: 3, fields: loose(fields) }), 'INVALID_OPTIONS');
    });

    test.each(Array.from({ length: soaked(4, 60) }, (_, i) => i + 1))('random sources, seed %i', async (seed) => {
      const next = random(seed);
      const pick = (below: number): number => Math.floor(next() * below);
      const db = await open<Doc>({ dimensions: 3 });
      const model = new Map<string, Map<Id, string>>();
      for (let round = 0; round < 25; round++) {
        const source = `s${pick(3)}`;
        const old = model.get(source) ?? new Map<Id, string>();
        const ids = [...Array(12).keys()].filter(() => pick(2) === 0).map((n) => `${source}/${n}`);
        const wanted = new Map<Id, string>(ids.map((id) => [id, old.get(id) ?? `text ${pick(9)}`]));
        for (const id of ids) if (pick(3) === 0) wanted.set(id, `text ${pick(9)}`);
        const records = [...wanted].map(([id, text]) => record(text, { id }));
        const { added, changed, kept, removed } = await db.replace(source, pick(2) === 0 ? records : stream(records));
        expect(added).toEqual(ids.filter((id) => !old.has(id)));
        expect(changed).toEqual(ids.filter((id) => old.has(id) && old.get(id) !== wanted.get(id)));
        expect(kept).toEqual(ids.filter((id) => old.get(id) === wanted.get(id)));
        expect([...removed].sort()).toEqual([...old.keys()].filter((id) => !wanted.has(id)).sort());
        model.set(source, wanted);
        const found: [Id, string][] = [];
        for await (const { id, metadata } of db.scan({ filter: { source } })) found.push([id, metadata.text]);
        expect(found.sort()).toEqual([...wanted].sort());
        for (const [id, text] of wanted)
          expect([...((await db.get(id))?.vector ?? [])].map(Math.round)).toEqual(vectorOf(text));
      }
      expect(await db.count()).toBe([...model.values()].reduce((sum, rows) => sum + rows.size, 0));
    });
  });
}
