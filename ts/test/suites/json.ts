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

/** Reads to the end. In Chromium, a `Response` would hide the stream's error. */
async function readThrough(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  while (!(await reader.read()).done);
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
    const withValue = (a: unknown) => ({ ...good, metadata: { a } });
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
      ['a number with a name of objects', 'INVALID_RECORD', [withValue({ $number: '__proto__' })], /\$number/],
      ['a time without a zone', 'INVALID_RECORD', [withValue({ $date: '2020-01-01T00:00:00' })], /Line 1 .*\$date/],
      ['a time in words', 'INVALID_RECORD', [withValue({ $date: 'January 1, 2020' })], /\$date/],
      ['a year in place of a time', 'INVALID_RECORD', [withValue({ $date: 2020 })], /\$date/],
      ['a broken undefined', 'INVALID_RECORD', [withValue({ $undefined: 'content' })], /\$undefined/],
      ['a broken object', 'INVALID_RECORD', [withValue({ $object: [1] })], /\$object/],
      ['an id of 64 bits', 'INVALID_ID', ['{"id":9007199254740993,"vector":[1,2]}'], /Line 1 .*9007199254740993/],
      ['an endless id', 'INVALID_ID', ['{"id":1e400,"vector":[1,2]}'], /Line 1 /],
      [
        'metadata of 64 bits',
        'INVALID_RECORD',
        ['{"id":1,"vector":[1,2],"metadata":{"a":[-9007199254740995]}}'],
        /\$bigint/,
      ],
      [
        'metadata above all floats',
        'INVALID_RECORD',
        ['{"id":1,"vector":[1,2],"metadata":{"a":-1e400}}'],
        /would change/,
      ],
    ];
    test.each(broken)('importJson refuses %s', async (_what, code, lines, message) => {
      const db = await open({ dimensions: 2 });
      const error = await failure(() => db.importJson(file(...lines)), code);
      expect(error.message).toMatch(message);
      expect([error.written, await db.count()]).toEqual([0, 0]);
    });

    test('large numbers that a float holds come back, and digits in texts are no numbers', async () => {
      const db = await open({ dimensions: 2 });
      const large = [2 ** 53, 2 ** 63, -(2 ** 70), 1e21, 1e300, Number.MAX_VALUE];
      const ids = await db.insert(large.map((id) => ({ id, vector: [1, 2], metadata: { id, all: large } })));
      const other = await open({ dimensions: 2 });
      await other.importJson(await new Response(db.exportJson()).blob());
      expect(await other.keys()).toEqual(ids);
      expect(await contents(other)).toEqual(await contents(db));
      const exact = '{"id":9223372036854775808,"vector":[1,2],"metadata":{"a":"9007199254740993","b":1E300}}';
      expect(await other.importJson(file(exact))).toBe(1);
      expect((await other.get(2 ** 63))?.metadata).toEqual({ a: '9007199254740993', b: 1e300 });
    });

    test('importJson reads no more of a file that is no JSON Lines', async () => {
      const db = await open({ dimensions: 2 });
      const pieces = ['\n [', '{"id":1}'];
      const reads: string[] = [];
      const endless = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            const piece = pieces[reads.length] ?? ',';
            reads.push(piece);
            if (reads.length > 9) controller.close();
            else controller.enqueue(new TextEncoder().encode(piece));
          },
        },
        { highWaterMark: 0 },
      );
      const error = await failure(() => db.importJson(endless), 'INVALID_RECORD');
      expect(error.message).toMatch(/Line 2 .*JSON\.parse/);
      expect(reads).toEqual(['\n [']);
    });

    test('a long line in many pieces, and many lines in a single buffer, are read', async () => {
      const db = await open({ dimensions: 2 });
      const long = { ...good, metadata: { text: 'ä'.repeat(2 ** 20) } };
      const bytes = new TextEncoder().encode(`\uFEFF${JSON.stringify(long)}\n${JSON.stringify({ ...good, id: 'b' })}`);
      expect(await db.importJson(bytes)).toBe(2);
      expect((await db.get('a'))?.metadata).toEqual(long.metadata);
      expect(await db.has('b')).toBe(true);
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
        const error = await failure(() => readThrough(db.exportJson()), 'METADATA_NOT_STORABLE');
        expect([error.remedy, error.id]).toEqual([expect.stringContaining('export()'), 1]);
      }
      const db = await open({ dimensions: 1 });
      await failure(() => readThrough(db.exportJson(loose({ vectors: 'hex' }))), 'INVALID_OPTIONS');
      await failure(() => readThrough(db.exportJson({ filter: loose({ $a: 1 }) })), 'INVALID_FILTER');
      await db.close();
      await failure(() => readThrough(db.exportJson()), 'CLOSED');
    });
  });
}
