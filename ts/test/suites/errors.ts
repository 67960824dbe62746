// Every error has the documented code and details, and leaves the database unchanged.

import { describe, expect, test } from 'vitest';
import type { EdgeVec, EdgeVecErrorCode, SearchOptions } from '../../src/index.js';
import { failure, type Open, QUICK_GRAPH } from '../support/open.js';

type Doc = { n?: unknown };

/** Hides the type of a value, for calls possible only in plain JavaScript. */
const loose = (value: unknown): never => value as never;

async function contents(db: EdgeVec<Doc>): Promise<unknown> {
  const records = [];
  for await (const record of db.scan({ includeVectors: true })) records.push(record);
  const { hidden, count } = await db.stats();
  return { records, hits: await db.search([1, 1], 100), hidden, count };
}

export function defineErrorSuite(label: string, open: Open): void {
  async function filled(): Promise<EdgeVec<Doc>> {
    const db = await open<Doc>({ dimensions: 2, ...QUICK_GRAPH });
    await db.insert([
      { id: 'a', vector: [1, 0], metadata: { n: 1 } },
      { id: 2, vector: [0, 1] },
    ]);
    return db;
  }

  describe(`Errors, ${label}`, () => {
    const good = { id: 'new', vector: [1, 1] };
    const writes: [EdgeVecErrorCode, string, unknown, object][] = [
      ['DIMENSION_MISMATCH', 'too short', { ...good, vector: [1] }, { expected: '2', got: '1' }],
      ['DIMENSION_MISMATCH', 'empty', { ...good, vector: [] }, { expected: '2', got: '0' }],
      ['NOT_FINITE', 'NaN', { ...good, vector: [1, Number.NaN] }, { got: 'NaN at position 1' }],
      [
        'NOT_FINITE',
        'infinity',
        { ...good, vector: [Number.NEGATIVE_INFINITY, 1] },
        { got: '-Infinity at position 0' },
      ],
      ['NOT_FINITE', 'beyond f32', { ...good, vector: [1e39, 1] }, { got: 'Infinity at position 0' }],
      ['ZERO_VECTOR', 'zeros', { ...good, vector: [0, 0] }, {}],
      ['INVALID_VECTOR', 'none', { id: 'new' }, { got: 'undefined' }],
      ['INVALID_VECTOR', 'a string', { ...good, vector: '[1, 1]' }, { got: '"[1, 1]"' }],
      ['INVALID_VECTOR', 'null inside', { ...good, vector: [1, null] }, { got: 'null' }],
      ['INVALID_VECTOR', 'a hole', { ...good, vector: new Array(2) }, { got: 'undefined' }],
      ['INVALID_VECTOR', 'bigints', { ...good, vector: BigInt64Array.of(1n, 1n) }, { got: '1n' }],
      [
        'INVALID_VECTOR',
        'a tensor of rows',
        { ...good, vector: { data: [1, 1], dims: [2, 1] } },
        { got: 'a tensor of [2, 1]' },
      ],
      ['INVALID_RECORD', 'null', null, { got: 'null' }],
      ['INVALID_RECORD', 'a number', 7, { got: '7' }],
      ['INVALID_RECORD', 'a misspelt field', { ...good, meta: {} }, { got: '"meta"' }],
      ['INVALID_RECORD', 'a string as metadata', { ...good, metadata: 'x' }, { got: '"x"' }],
      ['INVALID_RECORD', 'null as metadata', { ...good, metadata: null }, { got: 'null' }],
      ['INVALID_RECORD', 'a map as metadata', { ...good, metadata: new Map() }, { got: 'a Map' }],
      ['INVALID_RECORD', 'a date as metadata', { ...good, metadata: new Date() }, { got: 'a Date' }],
      ['INVALID_RECORD', 'an array as metadata', { ...good, metadata: [1] }, { got: 'an array of 1' }],
      ['INVALID_ID', 'null', { ...good, id: null }, { got: 'null' }],
      ['INVALID_ID', 'NaN', { ...good, id: Number.NaN }, { got: 'NaN' }],
      ['INVALID_ID', 'a symbol', { ...good, id: Symbol('x') }, { got: 'Symbol(x)' }],
      ['INVALID_ID', 'an object', { ...good, id: {} }, { got: 'an object' }],
      ['METADATA_NOT_STORABLE', 'a function', { ...good, metadata: { n: () => 0 } }, {}],
      ['METADATA_NOT_STORABLE', 'a symbol', { ...good, metadata: { n: Symbol('x') } }, {}],
      ['ID_EXISTS', 'there already', { ...good, id: 'a' }, { id: 'a' }],
    ];

    test.each(writes)('insert: %s (%s)', async (code, _what, record, details) => {
      const db = await filled();
      const before = await contents(db);
      const single = await failure(() => db.insert(loose(record)), code);
      expect(single).toMatchObject(details);
      expect(single.row).toBeUndefined();
      const array = [{ vector: [1, 2] }, { id: 'x', vector: [2, 1] }, record, { vector: [5, 5] }];
      expect(await failure(() => db.insert(loose(array)), code)).toMatchObject({ ...details, row: 2 });
      expect(await contents(db)).toEqual(before);
      // A refused write leaves no trace in the ids either.
      expect(await db.insert({ vector: [1, 2] })).toBe(3);
    });

    test('an error late in a large array undoes the whole write, and names the first bad row', async () => {
      const db = await filled();
      const before = await contents(db);
      const rows: { vector: number[]; metadata?: object }[] = Array.from({ length: 3000 }, (_, i) => ({
        vector: [i + 1, 1],
      }));
      rows[2100] = { vector: [Number.NaN, 1] };
      rows[2900] = { vector: [1] };
      const notFinite = await failure(() => db.insert(rows), 'NOT_FINITE');
      expect(notFinite).toMatchObject({ row: 2100, got: 'NaN at position 0' });
      rows[2100] = { vector: [1, 1], metadata: { n: () => 0 } };
      expect((await failure(() => db.insert(rows), 'METADATA_NOT_STORABLE')).row).toBe(2100);
      rows[2100] = { vector: [1, 1] };
      expect((await failure(() => db.insert(rows), 'DIMENSION_MISMATCH')).row).toBe(2900);
      rows.length = 2900;
      expect(await contents(db)).toEqual(before);
      expect(await db.insert(rows)).toHaveLength(2900);
    });

    test('DUPLICATE_ID: a repeated id in an array, in every kind of write', async () => {
      const db = await filled();
      const before = await contents(db);
      const twice = [
        { id: 2, vector: [1, 1] },
        { id: 'b', vector: [1, 1] },
        { id: 'b', vector: [2, 1] },
      ];
      expect(await failure(() => db.upsert(twice), 'DUPLICATE_ID')).toMatchObject({ row: 2, id: 'b' });
      expect(await failure(() => db.insert(twice.slice(1)), 'DUPLICATE_ID')).toMatchObject({ row: 1, id: 'b' });
      const changes = [{ id: 'a' }, { id: 2 }, { id: 'a', metadata: { n: 3 } }];
      expect(await failure(() => db.update(changes), 'DUPLICATE_ID')).toMatchObject({ row: 2, id: 'a' });
      const far = Array.from({ length: 700 }, (_, i) => ({ id: i === 699 ? 5 : i + 4, vector: [1, 1] }));
      expect(await failure(() => db.insert(far), 'DUPLICATE_ID')).toMatchObject({ row: 699, id: 5 });
      expect(await contents(db)).toEqual(before);
    });

    test('upsert requires an id', async () => {
      const db = await filled();
      await failure(() => db.upsert(loose({ vector: [1, 1] })), 'INVALID_ID');
      await failure(() => db.update(loose({ metadata: {} })), 'INVALID_ID');
    });

    test('NOT_FOUND: an update of a missing row changes nothing', async () => {
      const db = await filled();
      const before = await contents(db);
      expect(await failure(() => db.update({ id: 'b' }), 'NOT_FOUND')).toMatchObject({ id: 'b' });
      const changes = [{ id: 'a', metadata: { n: 9 } }, { id: 2, vector: [5, 5] }, { id: 'b' }];
      expect(await failure(() => db.update(changes), 'NOT_FOUND')).toMatchObject({ row: 2, id: 'b' });
      const zero = [
        { id: 'a', metadata: { n: 9 } },
        { id: 2, vector: [0, 0] },
      ];
      expect(await failure(() => db.update(zero), 'ZERO_VECTOR')).toMatchObject({ row: 1, id: 2 });
      expect(await contents(db)).toEqual(before);
    });

    test('a query is checked like a vector, even if the database is empty', async () => {
      for (const db of [await filled(), await open<Doc>({ dimensions: 2 })]) {
        const bad: [EdgeVecErrorCode, unknown][] = [
          ['DIMENSION_MISMATCH', [1, 2, 3]],
          ['DIMENSION_MISMATCH', new Float32Array(1)],
          ['NOT_FINITE', [1, Number.NaN]],
          ['ZERO_VECTOR', new Float32Array(2)],
          ['INVALID_VECTOR', undefined],
          ['INVALID_VECTOR', [1, '2']],
        ];
        for (const [code, query] of bad) {
          await failure(() => db.search(loose(query)), code);
          await failure(() => db.search(loose(query), { exact: true }), code);
          expect((await failure(() => db.searchMany(loose([[1, 1], query])), code)).row).toBe(1);
        }
        const notFinite = await failure(
          () =>
            db.searchMany([
              [1, 1],
              [1, Number.NaN],
            ]),
          'NOT_FINITE',
        );
        expect(notFinite).toMatchObject({ row: 1, got: 'NaN at position 1' });
        await failure(() => db.searchMany(loose([1, 1])), 'INVALID_VECTOR');
        await failure(() => db.searchMany(loose(undefined)), 'INVALID_VECTOR');
      }
    });

    test.each(['dot', 'euclidean'] as const)('%s accepts zeros', async (metric) => {
      const db = await open({ dimensions: 2, metric });
      await db.insert({ id: 0, vector: [0, 0] });
      expect((await db.search([0, 0]))[0]).toMatchObject({ id: 0, distance: 0 });
      await failure(() => db.insert({ vector: [Number.NaN, 0] }), 'NOT_FINITE');
    });

    test.each(['dot', 'euclidean'] as const)('%s refuses vectors whose squared length overflows', async (metric) => {
      const db = await open({ dimensions: 2, metric });
      const huge = Float32Array.of(3e38, 3e38);
      const array = [{ vector: [1, 1] }, { id: 'huge', vector: huge }];
      expect(await failure(() => db.insert(array), 'VECTOR_TOO_LARGE')).toMatchObject({ row: 1, id: 'huge' });
      await failure(() => db.search(huge), 'VECTOR_TOO_LARGE');
      expect(await db.count()).toBe(0);
    });

    test('cosine accepts vectors of any finite length', async () => {
      const db = await open({ dimensions: 2 });
      await db.insert({ id: 'huge', vector: Float32Array.of(3e38, 3e38) });
      expect((await db.search([1e-30, 0]))[0]?.score).toBeCloseTo(Math.SQRT1_2, 5);
    });

    test('INVALID_K', async () => {
      const db = await filled();
      for (const k of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null]) {
        await failure(() => db.search([1, 1], loose({ k })), 'INVALID_K');
        if (k !== null) await failure(() => db.searchMany([[1, 1]], loose(k)), 'INVALID_K');
      }
    });

    test('INVALID_ID of get and delete', async () => {
      const db = await filled();
      for (const id of [undefined, null, Number.NaN, {}, true]) {
        await failure(() => db.get(loose(id)), 'INVALID_ID');
        await failure(() => db.delete(loose(['a', id])), 'INVALID_ID');
      }
      expect(await db.count()).toBe(2);
    });

    test('INVALID_OPTIONS: the error names unknown options, and lists the known options', async () => {
      const db = await filled();
      const error = await failure(() => db.search([1, 1], loose({ K: 3 })), 'INVALID_OPTIONS');
      expect(error).toMatchObject({ got: 'K', expected: 'only k, offset, filter, recall, ef, exact, includeVectors' });
      const calls = [
        () => db.search([1, 1], loose({ ef: 0 })),
        () => db.search([1, 1], loose({ exact: 1 })),
        () => db.search([1, 1], loose({ includeVectors: 'yes' })),
        () => db.insert(good, loose({ batch: 3 })),
        () => db.insert(good, loose({ onProgress: 3 })),
        () => db.insert(good, loose({ signal: true })),
        () => db.scan(loose({ batchSize: 0 })).next(),
        () => db.scan(loose({ vectors: true })).next(),
      ];
      for (const call of calls) await failure(call, 'INVALID_OPTIONS');
    });

    test('INVALID_OPTIONS: recall beside a conflicting option, or out of range', async () => {
      const db = await open({ dimensions: 1 });
      const bad: [string, SearchOptions][] = [
        ['ef', { recall: 0.9, ef: 50 }],
        ['exact', { recall: 0.9, exact: true }],
        ['recall', { recall: 0 }],
        ['recall', { recall: 1 }],
        ['recall', { recall: 95 }],
      ];
      for (const [name, options] of bad) {
        const error = await failure(() => db.search([1], options), 'INVALID_OPTIONS');
        expect(error.message).toContain(name);
      }
    });

    test('INVALID_OPTIONS of open', async () => {
      const bad: [string, object][] = [
        ['dimensions', {}],
        ['dimensions', { dimensions: 0 }],
        ['dimensions', { dimensions: 4097 }],
        ['dimensions', { dimensions: 1.5 }],
        ['dimensions', { dimensions: '3' }],
        ['metric', { dimensions: 3, metric: 'l2' }],
        ['m', { dimensions: 3, m: 1 }],
        ['m', { dimensions: 3, m: 65 }],
        ['efConstruction', { dimensions: 3, m: 16, efConstruction: 15 }],
        ['efConstruction', { dimensions: 3, efConstruction: 5000 }],
        ['recall', { dimensions: 3, recall: 1 }],
        ['recall', { dimensions: 3, recall: '95%' }],
        ['precision', { dimensions: 3, precision: 'float16' }],
        ['seed', { dimensions: 3, seed: -1 }],
        ['onEvent', { dimensions: 3, onEvent: 'log' }],
        ['name', { dimensions: 3, name: '' }],
        ['durability', { dimensions: 3, durability: 'strict' }],
        ['whenUnavailable', { dimensions: 3, name: 'library', whenUnavailable: 'hope' }],
        ['dim, space', { dim: 3, space: 'l2' }],
      ];
      for (const [name, options] of bad) {
        const error = await failure(() => open(options as never), 'INVALID_OPTIONS');
        expect(error.message).toContain(name);
      }
    });
  });
}
