// Records as JSON Lines: out of a database, into a database, and from files of other tools.

import { describe, expect, test } from 'vitest';
import type { EdgeVec, EdgeVecErrorCode } from '../../src/index.js';
import { failure, type Open } from '../support/open.js';
import { uniform } from '../support/vectors.js';

/** Hides the type of a value, for calls possible only in plain JavaScript. */
const loose = (value: unknown): never => value as never;

const DIMENSIONS = 5;

const METADATA = {
  text: 'line\nbreak "quoted" 日本 \u2028',
  numbers: [0, -0, 1.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  big: -(2n ** 70n),
  nothing: null,
  missing: undefined,
  yes: true,
  when: new Date(1_234_567_890_123),
  never: new Date(Number.NaN),
  pattern: /a"\/b/giu,
  map: new Map<unknown, unknown>([
    ['k', [new Date(0)]],
    [{ deep: 1n }, new Map()],
  ]),
  set: new Set([1, 'a', new Set([undefined])]),
  bytes: Uint8Array.of(0, 1, 255),
  doubles: Float64Array.of(1.1, -0),
  view: new DataView(Uint8Array.of(7, 8).buffer),
  buffer: Uint8Array.of(9).buffer,
  empty: new Uint16Array(),
  dollar: { $date: 'a field of the caller' },
  dollars: { $set: [1], $map: 2 },
  nested: { $object: { $number: 'NaN' } },
};

/** Reads by hand, because a `Response` of a browser replaces the error of its stream. */
async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
  }
}

const file = (...lines: readonly unknown[]): Blob =>
  new Blob([lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')]);

async function contents(db: EdgeVec): Promise<unknown[]> {
  const records = [];
  for await (const record of db.scan({ includeVectors: true })) records.push(record);
  return records;
}

export function defineJsonSuite(label: string, open: Open): void {
  describe(`JSON Lines, ${label}`, () => {
    test.each(['array', 'base64'] as const)('records come back whole, vectors as %s', async (vectors) => {
      const db = await open({ dimensions: DIMENSIONS, metric: 'euclidean' });
      await db.insert(uniform(300, DIMENSIONS).map((vector, id) => ({ id, vector, metadata: { id } })));
      await db.insert({ id: 'kinds', vector: [1, -0, 1e-38, 3e38 / 1e30, 0.1], metadata: METADATA });
      await db.insert({ id: 'bare', vector: [1, 2, 3, 4, 5] });
      const text = await textOf(db.exportJson({ vectors }));
      const lines = text.split('\n');
      expect([lines.length, lines.at(-1)]).toEqual([303, '']);
      expect(typeof JSON.parse(lines[0] as string).vector).toBe(vectors === 'array' ? 'object' : 'string');
      const other = await open({ dimensions: DIMENSIONS, metric: 'euclidean' });
      expect(await other.importJson(new Blob([text]))).toBe(302);
      expect(await contents(other)).toEqual(await contents(db));
      expect(await textOf(other.exportJson({ vectors }))).toBe(text);
    });

    test('a filter chooses the records, and an empty database gives an empty file', async () => {
      const db = await open({ dimensions: 1 });
      expect(await textOf(db.exportJson())).toBe('');
      expect(await db.importJson(new Blob([]))).toBe(0);
      await db.insert([1, 2, 3].map((n) => ({ id: n, vector: [n], metadata: { n } })));
      expect(await textOf(db.exportJson({ filter: { n: { $gte: 2 } } }))).toBe(
        '{"id":2,"vector":[2],"metadata":{"n":2}}\n{"id":3,"vector":[3],"metadata":{"n":3}}\n',
      );
    });

    test('files of other tools are read: in any pieces, with other ends of lines, without metadata', async () => {
      const db = await open({ dimensions: 2 });
      const text = '{"id":"é","vector":[1,2],"metadata":{"a":{"$other":1}}}\r\n\r\n  {"vector":[3,4],"id":2} ';
      const bytes = new TextEncoder().encode(text);
      const pieces = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
          controller.close();
        },
      });
      expect(await db.importJson(pieces)).toBe(2);
      expect(await contents(db)).toEqual([
        { id: 'é', vector: Float32Array.of(1, 2), metadata: { a: { $other: 1 } } },
        { id: 2, vector: Float32Array.of(3, 4), metadata: {} },
      ]);
      expect(await db.importJson(file({ id: 2, vector: [5, 6] }))).toBe(1);
      expect((await db.get(2))?.vector).toEqual(Float32Array.of(5, 6));
    });

    const good = { id: 'a', vector: [1, 2] };
    const broken: [string, EdgeVecErrorCode, readonly unknown[], RegExp][] = [
      ['no JSON', 'INVALID_RECORD', [good, '', '{"id": 1,'], /Line 3 /],
      ['no object', 'INVALID_RECORD', [good, '7'], /Line 2 /],
      ['one JSON array', 'INVALID_RECORD', [[good]], /JSON\.parse/],
      ['no id', 'INVALID_ID', [good, { vector: [1, 2] }], /row 1/],
      ['another name', 'INVALID_RECORD', [good, { id: 1, embedding: [1, 2] }], /Did you mean vector/],
      ['a short vector', 'DIMENSION_MISMATCH', [good, { id: 1, vector: [1] }], /row 1/],
      ['a vector that is no base64', 'INVALID_VECTOR', [good, { id: 1, vector: '[1, 2]' }], /line 2 /],
      ['a broken date', 'INVALID_RECORD', [good, { ...good, metadata: { a: { $date: 'soon' } } }], /\$date/],
      ['a broken bigint', 'INVALID_RECORD', [{ ...good, metadata: { a: { $bigint: 1 } } }], /\$bigint/],
      ['broken bytes', 'INVALID_RECORD', [{ ...good, metadata: { a: { $bytes: ['Int32Array', 'AAA='] } } }], /\$bytes/],
      ['a broken map', 'INVALID_RECORD', [{ ...good, metadata: { a: { $map: [1] } } }], /\$map/],
      ['a broken pattern', 'INVALID_RECORD', [{ ...good, metadata: { a: { $regexp: ['(', ''] } } }], /\$regexp/],
      ['a broken number', 'INVALID_RECORD', [{ ...good, metadata: { a: { $number: 3 } } }], /\$number/],
    ];
    test.each(broken)('importJson refuses %s', async (_what, code, lines, message) => {
      const db = await open({ dimensions: 2 });
      const error = await failure(() => db.importJson(file(...lines)), code);
      expect(error.message).toMatch(message);
      expect([error.written, await db.count()]).toEqual([0, 0]);
    });

    test('importJson refuses bytes, and sources that are no file', async () => {
      const db = await open({ dimensions: 2 });
      const exported = await new Response(db.export()).blob();
      expect((await failure(() => db.importJson(exported), 'INVALID_RECORD')).remedy).toContain('EdgeVec.import');
      await failure(() => db.importJson(loose('books.jsonl')), 'INVALID_OPTIONS');
      await failure(() => db.importJson(loose(undefined)), 'INVALID_OPTIONS');
    });

    test('exportJson refuses values that JSON Lines cannot keep, and wrong options', async () => {
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      // biome-ignore lint/suspicious/noSparseArray: the test is about holes.
      for (const value of [circle, [1, , 2], Object('boxed')]) {
        const db = await open({ dimensions: 1 });
        await db.insert({ vector: [1], metadata: { value } });
        const error = await failure(() => textOf(db.exportJson()), 'METADATA_NOT_STORABLE');
        expect(error.remedy).toContain('export()');
      }
      const db = await open({ dimensions: 1 });
      await failure(() => textOf(db.exportJson(loose({ vectors: 'hex' }))), 'INVALID_OPTIONS');
      await failure(() => textOf(db.exportJson({ filter: loose({ $a: 1 }) })), 'INVALID_FILTER');
      await db.close();
      await failure(() => textOf(db.exportJson()), 'CLOSED');
    });
  });
}
