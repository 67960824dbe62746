// docs/troubleshooting.md has an entry for each code, with a message as EdgeVec gives the message,
// and each error leads to the entry of its code.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EdgeVec, EdgeVecConfig, EdgeVecError, type EdgeVecErrorCode } from '../../src/index.js';
import { EdgeVec as Index, EdgeVecConfig as IndexConfig } from '../../src/sync.js';
import { root } from '../support/package.js';

const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const union = /export type EdgeVecErrorCode =([\s\S]*?);\n/.exec(
  readFileSync(join(root, 'ts/src/base/errors.ts'), 'utf8'),
)?.[1];
const codes = [...(union ?? '').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code]) => code as EdgeVecErrorCode);

/** The text below the heading of each code. */
const entries = new Map(
  page
    .split(/^(?=#{2,3} )/m)
    .map((section) => [/^### `([A-Z_]+)`$/m.exec(section)?.[1], section] as const)
    .filter(([code]) => code !== undefined),
);

test('each code has an entry, and each entry has a code', () => {
  expect(codes.length).toBeGreaterThan(30);
  expect([...entries.keys()].toSorted()).toEqual(codes.toSorted());
});

test.each(codes)('%s has an example of its message, and words about the cause and the remedy', (code) => {
  const [, message = '', words = ''] = /^```text\n([\s\S]*?)^```\n([\s\S]*)/m.exec(entries.get(code) ?? '') ?? [];
  expect(message.trim().length).toBeGreaterThan(10);
  expect(words.trim().length).toBeGreaterThan(40);
});

test.each(codes)('an error %s leads to its entry', (code) => {
  const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [repository] = homepage.split('#');
  const anchor = code.toLowerCase();
  expect(new EdgeVecError(code, 'A problem').docs).toBe(`${repository}/blob/main/docs/troubleshooting.md#${anchor}`);
});

describe('the page has the message', () => {
  const vector = [1, 0, 0];
  const open = () => EdgeVec.open<{ year?: number; link?: unknown }>({ dimensions: 3 });
  const calls: readonly (readonly [EdgeVecErrorCode, () => unknown])[] = [
    ['INVALID_OPTIONS', () => EdgeVec.open({ dimensions: 3, metric: 'l2' as 'euclidean' })],
    ['INVALID_FILTER', async () => (await open()).search(vector, { filter: { year: { $gt: null } as object } })],
    ['INVALID_K', async () => (await open()).search(vector, 0)],
    ['INVALID_VECTOR', async () => (await open()).search('how to brew tea' as unknown as number[])],
    ['DIMENSION_MISMATCH', async () => (await open()).search([0.1, 0.2])],
    ['NOT_FINITE', async () => (await open()).insert({ id: 7, vector: [1, Number.NaN, 0] })],
    ['ZERO_VECTOR', async () => (await open()).insert({ id: 7, vector: [0, 0, 0] })],
    ['VECTOR_TOO_LARGE', async () => (await EdgeVec.open({ dimensions: 2, metric: 'euclidean' })).insert([3e38, 3e38])],
    ['INVALID_ID', async () => (await open()).upsert({ vector } as unknown as { id: string; vector: number[] })],
    ['INVALID_RECORD', async () => (await open()).insert({ vector, payload: {} } as { vector: number[] })],
    [
      'DUPLICATE_ID',
      async () =>
        (await open()).upsert([
          { id: 1, vector },
          { id: 1, vector },
        ]),
    ],
    [
      'ID_EXISTS',
      async () => {
        const db = await open();
        await db.insert({ id: 'a', vector });
        await db.insert({ id: 'a', vector });
      },
    ],
    ['NOT_FOUND', () => EdgeVec.load('nope')],
    [
      'METADATA_NOT_STORABLE',
      async () => (await open()).insert({ id: 9, vector, metadata: { link: new URL('https://example.com') } }),
    ],
    [
      'SOURCE_FAILED',
      async () =>
        (await open()).insert(
          (function* () {
            yield { vector };
            throw new Error('the file ended early');
          })(),
        ),
    ],
    ['ABORTED', async () => (await open()).insert([{ vector }], { signal: AbortSignal.abort() })],
    [
      'CLOSED',
      async () => {
        const db = await open();
        await db.close();
        await db.count();
      },
    ],
    ['NOT_INITIALIZED', () => new Index(new IndexConfig(3))],
    ['WRONG_ENTRY', () => Reflect.construct(EdgeVecConfig, [3])],
    ['WORKER_FAILED', () => EdgeVec.open({ dimensions: 3, worker: true })],
  ];

  test.each(calls)('of %s', async (code, call) => {
    const error: unknown = await Promise.resolve()
      .then(call)
      .catch((error) => error);
    expect(error).toBeInstanceOf(EdgeVecError);
    const { message } = error as EdgeVecError;
    expect((error as EdgeVecError).code).toBe(code);
    expect(entries.get(code)).toContain(`\n${message}\n`);
  });
});
