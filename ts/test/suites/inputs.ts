// Calls take vectors in the forms that people hold, and the errors of frequent slips tell the
// remedy.

import { describe, expect, test } from 'vitest';
import type { EdgeVec, EdgeVecErrorCode, VectorInput } from '../../src/index.js';
import { EdgeVec as Entry, vectorsOf } from '../../src/index.js';
import { failure, type Open } from '../support/open.js';
import { tensorflowTensor, transformersTensor } from '../support/tensors.js';

/** Hides the type of a value, for calls possible only in plain JavaScript. */
const loose = (value: unknown): never => value as never;

const { Float16Array } = globalThis as { Float16Array?: new (numbers: number[]) => ArrayLike<number> };

const FORMS: readonly (readonly [string, VectorInput])[] = [
  ['an array', [1, 2]],
  ['a Float32Array', Float32Array.of(1, 2)],
  ['a Float64Array', Float64Array.of(1, 2)],
  ['an Int8Array', Int8Array.of(1, 2)],
  ['a Uint8ClampedArray', Uint8ClampedArray.of(1, 2)],
  ...(Float16Array === undefined ? [] : [['a Float16Array', new Float16Array([1, 2])] as const]),
  ['a transformers.js tensor of a text', transformersTensor([1, 2], Float32Array.of(1, 2))],
  ['a transformers.js tensor of a row', transformersTensor([2], Float32Array.of(1, 2))],
  ['the data of a transformers.js tensor', transformersTensor([1, 2], Float32Array.of(1, 2)).data as Float32Array],
  ['an ONNX tensor with a plain array', { dims: [1, 1, 2], data: [1, 2] }],
  ['a tensor of 16-bit floats as bits', transformersTensor([1, 2], Uint16Array.of(0x3c00, 0x4000), 'float16')],
  ['a TensorFlow.js tensor', tensorflowTensor([2], Float32Array.of(1, 2))],
  ['a TensorFlow.js tensor of integers', tensorflowTensor([1, 2], Int32Array.of(1, 2))],
];

/** Rows 1 2, 3 4 and 5 6. */
const BATCH = () => transformersTensor([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6));

type Slip = readonly [what: string, code: EdgeVecErrorCode, call: (db: EdgeVec) => unknown, remedy: RegExp];

const vector = [1, 1];

const SLIPS: readonly Slip[] = [
  ['topK', 'INVALID_OPTIONS', (db) => db.search(vector, loose({ topK: 3 })), /Did you mean k\?/],
  ['top_k', 'INVALID_OPTIONS', (db) => db.searchMany([vector], loose({ top_k: 3 })), /Did you mean k\?/],
  ['limit in search', 'INVALID_OPTIONS', (db) => db.search(vector, loose({ limit: 3 })), /Did you mean k\?/],
  ['k in scan', 'INVALID_OPTIONS', (db) => db.scan(loose({ k: 3 })).next(), /Did you mean limit\?/],
  ['where in search', 'INVALID_OPTIONS', (db) => db.search(vector, loose({ where: {} })), /Did you mean filter\?/],
  ['where in count', 'INVALID_OPTIONS', (db) => db.count(loose({ where: { n: 1 } })), /Did you mean filter\?/],
  ['where in delete', 'INVALID_ID', (db) => db.delete(loose({ where: { n: 1 } })), /delete\(\{ filter/],
  ['conditions without filter', 'INVALID_OPTIONS', (db) => db.count(loose({ year: 3 })), /filter: \{ year: … \}/],
  ['a misspelt option', 'INVALID_OPTIONS', (db) => db.search(vector, loose({ exakt: true })), /Did you mean exact\?/],
  [
    'two misspelt options',
    'INVALID_OPTIONS',
    (db) => db.search(vector, loose({ topK: 3, withVectors: true })),
    /k in place of topK, includeVectors in place of withVectors\?/,
  ],
  [
    'includeMetadata',
    'INVALID_OPTIONS',
    (db) => db.search(vector, loose({ includeMetadata: true })),
    /Leave the option/,
  ],
  ['a name of the prototype', 'INVALID_OPTIONS', (db) => db.count(loose({ constructor: 1 })), /Check the spelling/],
  ['recall: 1', 'INVALID_OPTIONS', (db) => db.search(vector, { recall: 1 }), /exact: true/],
  ['recall in per cent', 'INVALID_OPTIONS', (db) => db.search(vector, { recall: 95 }), /95 % as 0\.95/],
  ['values', 'INVALID_RECORD', (db) => db.insert(loose({ values: vector })), /Did you mean vector\?/],
  ['embedding', 'INVALID_RECORD', (db) => db.insert(loose({ embedding: vector })), /Did you mean vector\?/],
  ['payload', 'INVALID_RECORD', (db) => db.insert(loose({ vector, payload: {} })), /Did you mean metadata\?/],
  ['_id', 'INVALID_RECORD', (db) => db.insert(loose({ _id: 'a', vector })), /Did you mean id\?/],
  [
    'a field of the metadata',
    'INVALID_RECORD',
    (db) => db.insert(loose({ vector, isbn: 1 })),
    /^Put fields of your own/,
  ],
  ['separate arguments', 'INVALID_OPTIONS', (db) => db.upsert(loose('a'), loose(vector)), /\{ id, vector, metadata \}/],
  ['an id as record', 'INVALID_RECORD', (db) => db.upsert(loose('a')), /upsert\(\{ id, vector/],
  ['a vector without an id', 'INVALID_RECORD', (db) => db.upsert(loose(vector)), /upsert\(\{ id, vector \}\)/],
  ['a tensor without an id', 'INVALID_RECORD', (db) => db.update(loose(BATCH())), /update\(\{ id, vector \}\)/],
  ['nested vector', 'INVALID_VECTOR', (db) => db.search(loose([vector])), /vectors\[0\].*searchMany/],
  ['a batch as vector', 'INVALID_VECTOR', (db) => db.insert(loose({ vector: [vector, vector] })), /array of records/],
  ['a tensor of rows as query', 'INVALID_VECTOR', (db) => db.search(BATCH()), /vectorsOf\(tensor\)/],
  ['a tensor of rows as vector', 'INVALID_VECTOR', (db) => db.insert(BATCH()), /vectorsOf\(tensor\)/],
  ['a tensor as queries', 'INVALID_VECTOR', (db) => db.searchMany(loose(BATCH())), /searchMany\(vectorsOf\(tensor\)\)/],
  [
    'a vector of each token',
    'INVALID_VECTOR',
    (db) => db.search({ dims: [1, 3, 2], data: [1, 2, 3, 4, 5, 6] }),
    /pooling/,
  ],
  ['bigints alone', 'INVALID_VECTOR', (db) => db.insert(BigInt64Array.of(1n, 2n)), /from\(vector, Number\)/],
  [
    'bigints of a tensor',
    'INVALID_VECTOR',
    (db) => db.insert({ dims: [2], data: BigInt64Array.of(1n, 2n) }),
    /, Number/,
  ],
  ['a shape of no tensor', 'INVALID_VECTOR', (db) => db.search({ dims: [-1, -2], data: [1, 2] }), /field data/],
  ['a field of hits', 'INVALID_RECORD', (db) => db.insert(loose({ vector, threshold: 1 })), /^Put fields/],
  ['a flat batch', 'DIMENSION_MISMATCH', (db) => db.search([1, 2, 3, 4]), /batch of 2 vectors/],
  ['one query for many', 'INVALID_VECTOR', (db) => db.searchMany(loose(vector)), /Use search/],
  ['a promise', 'INVALID_VECTOR', (db) => db.search(loose(Promise.resolve(vector))), /Await it/],
  ['a text', 'INVALID_VECTOR', (db) => db.search(loose('how to brew tea')), /Embed the text/],
  ['a vector as text', 'INVALID_VECTOR', (db) => db.search(loose('[1, 1]')), /JSON\.parse/],
  [
    'an answer of an embedder',
    'INVALID_VECTOR',
    (db) => db.search(loose({ embedding: vector })),
    /its field embedding/,
  ],
  ['an object as id', 'INVALID_ID', (db) => db.get(loose({ id: 'a' })), /id itself/],
  ['a set of ids', 'INVALID_ID', (db) => db.delete(loose(new Set(['a']))), /\[\.\.\.ids\]/],
  ['a promise of an id', 'INVALID_ID', (db) => db.get(loose(Promise.resolve('a'))), /Await it/],
];

const OPEN_SLIPS: readonly (readonly [string, unknown, RegExp])[] = [
  ['metric l2', { dimensions: 2, metric: 'l2' }, /Did you mean 'euclidean'\?/],
  ['metric ip', { dimensions: 2, metric: 'ip' }, /Did you mean 'dot'\?/],
  ['metric Cosine', { dimensions: 2, metric: 'Cosine' }, /Did you mean 'cosine'\?/],
  ['precision f32', { dimensions: 2, precision: 'f32' }, /Did you mean 'float32'\?/],
  ['dims', { dims: 2 }, /Did you mean dimensions\?/],
  ['dim and space', { dim: 2, space: 'l2' }, /dimensions in place of dim, metric in place of space/],
  ['recall: 1', { dimensions: 2, recall: 1 }, /exact: true/],
  ['the dimensions alone', 2, /\{ dimensions: 2 \}/],
  ['the name alone', 'library', /\{ name: "library" \}/],
];

export function defineInputSuite(label: string, open: Open): void {
  describe(`Inputs, ${label}`, () => {
    test.each(FORMS)('%s is a vector', async (_what, form) => {
      const db = await open({ dimensions: 2, metric: 'euclidean' });
      await db.insert({ id: 'record', vector: form });
      const bare = await db.insert(form);
      await db.upsert({ id: 'upserted', vector: form });
      await db.update({ id: 'upserted', vector: form });
      expect(bare).toBe(1);
      for (const row of await db.get(['record', 'upserted', 1])) expect(row?.vector).toEqual(Float32Array.of(1, 2));
      expect((await db.search(form)).map(({ distance }) => distance)).toEqual([0, 0, 0]);
      expect(await db.searchMany([form, form], 1)).toMatchObject([[{ distance: 0 }], [{ distance: 0 }]]);
    });

    test('bare vectors are taken alone, in arrays and in streams, also beside records', async () => {
      const db = await open({ dimensions: 2, metric: 'euclidean' });
      async function* stream() {
        yield [6, 6];
        yield tensorflowTensor([1, 2], Float32Array.of(7, 7));
      }
      expect(await db.insert([1, 1])).toBe(1);
      expect(await db.insert([[2, 2], Float32Array.of(3, 3), { id: 'a', vector: [4, 4] }])).toEqual([2, 3, 'a']);
      expect(await db.insert(new Set([[5, 5]]))).toEqual([4]);
      expect(await db.insert(stream())).toEqual([5, 6]);
      expect(await db.insert([])).toEqual([]);
      const rows = await db.get([1, 2, 3, 'a', 4, 5, 6]);
      expect(rows.map((row) => row?.vector[0])).toEqual([1, 2, 3, 4, 5, 6, 7]);
      const error = await failure(() => db.insert([[8, 8], [9]]), 'DIMENSION_MISMATCH');
      expect([error.row, await db.count()]).toEqual([1, 7]);
    });

    test('vectorsOf gives the rows of a tensor, for insert and searchMany', async () => {
      const db = await open({ dimensions: 2, metric: 'euclidean' });
      const numbers = Float32Array.of(1, 2, 3, 4, 5, 6);
      const rows = vectorsOf(transformersTensor([3, 2], numbers));
      numbers.fill(0);
      expect(rows).toEqual([Float32Array.of(1, 2), Float32Array.of(3, 4), Float32Array.of(5, 6)]);
      expect(await db.insert(rows)).toEqual([1, 2, 3]);
      const hits = await db.searchMany(vectorsOf(tensorflowTensor([2, 2], Float32Array.of(5, 6, 1, 2))), 1);
      expect(hits.map(([hit]) => [hit?.id, hit?.distance])).toEqual([
        [3, 0],
        [1, 0],
      ]);
      expect(vectorsOf({ dims: [2], data: [1, 2] })).toEqual([Float32Array.of(1, 2)]);
      expect(vectorsOf({ dims: [0, 2], data: [] })).toEqual([]);
      const bits = Uint16Array.of(0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x7bff);
      expect(vectorsOf(transformersTensor([1, 8], bits, 'float16'))).toEqual([
        Float32Array.of(0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, -2, 65504),
      ]);
    });

    test('vectorsOf refuses everything that is not a tensor of vectors', async () => {
      const refused: readonly (readonly [unknown, RegExp])[] = [
        [undefined, /no tensor/],
        [[[1, 2]], /needs no conversion/],
        [{ shape: [1, 2], data: [1, 2] }, /no tensor/],
        [{ dims: [1, 2], data: 'ab' }, /no tensor/],
        [{ dims: [], data: [1] }, /\[n, d\]/],
        [{ dims: [1, 3, 2], data: [1, 2, 3, 4, 5, 6] }, /pooling/],
        [{ dims: [-1, -2], data: [1, 2] }, /no tensor/],
        [{ dims: [1.5, 2], data: [1, 2, 3] }, /no tensor/],
        [{ dims: [2, 2], data: [1, 2, 3] }, /4 numbers.*got 3/],
        [{ dims: [1, 2], data: [1, null] }, /got null/],
        [{ dims: [1, 2], data: BigInt64Array.of(1n, 2n) }, /got 1n/],
      ];
      for (const [value, message] of refused) {
        const error = await failure(() => vectorsOf(loose(value)), 'INVALID_VECTOR');
        expect(error.message).toMatch(message);
      }
      const disposed = { shape: [2], dataSync: () => undefined };
      await failure(() => vectorsOf(loose(disposed)), 'INVALID_VECTOR');
      const gone = new Error('Tensor is disposed.');
      const throws = {
        shape: [2],
        dataSync: () => {
          throw gone;
        },
      };
      expect((await failure(() => vectorsOf(throws), 'INVALID_VECTOR')).cause).toBe(gone);
    });

    test.each(SLIPS)('a slip: %s', async (_what, code, call, remedy) => {
      const db = await open({ dimensions: 2 });
      await db.insert([
        { id: 'a', vector: [1, 0], metadata: { n: 1 } },
        { id: 'b', vector: [0, 1], metadata: { n: 2 } },
      ]);
      expect((await failure(() => call(db), code)).remedy).toMatch(remedy);
      expect(await db.count()).toBe(2);
    });

    test.each(OPEN_SLIPS)('a slip of open: %s', async (_what, options, remedy) => {
      const error = await failure(() => Entry.open(loose(options)), 'INVALID_OPTIONS');
      expect(error.remedy).toMatch(remedy);
    });
  });
}
