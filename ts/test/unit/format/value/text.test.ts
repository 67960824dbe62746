// Metadata as text: text written by devalue is read. Broken text is told apart from valid text
// without a meaning in this engine.

import { parse, stringify } from 'devalue';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EdgeVecError } from '../../../../src/base/errors.js';
import { Records } from '../../../../src/collection/records.js';
import { IDS, METADATA } from '../../../../src/format/contents.js';
import { decodePart, encodePart } from '../../../../src/format/part.js';
import { MAX_LEVELS, VIEWS } from '../../../../src/format/value/kinds.js';
import { parseNodes, readMetadata, rootOf } from '../../../../src/format/value/read.js';
import { Unread } from '../../../../src/format/value/unread.js';

function read(text: string, views?: ReadonlySet<string>): unknown {
  const nodes = parseNodes(text);
  return readMetadata(nodes, rootOf(nodes), views);
}

/**
 * The outcome of reading: the code of an EdgeVecError, `broken` for any other error, undefined
 * without an error.
 */
function endOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return error instanceof EdgeVecError ? error.code : 'broken';
  }
  return undefined;
}

/**
 * Keeps unreadable metadata in a part of a write if possible, because the part has other rows as
 * well.
 */
function partEndOf(text: string): string | undefined {
  let row: object | undefined;
  const end = endOf(() => {
    row = decodePart(partOf(text), 1).metadata?.[0];
  });
  return row instanceof Unread ? row.error.code : end;
}

/** The value of `nestedText`. */
function nested(levels: number): object {
  let value: object = {};
  for (let level = levels - 2; level >= 0; level--) value = level % 2 === 0 ? { in: value } : [value];
  return value;
}

/** The text of devalue at any depth. devalue itself needs the stack for each level. */
function nestedText(levels: number): string {
  const nodes = Array.from({ length: levels - 1 }, (_, i) => (i % 2 === 0 ? { in: i + 1 } : [i + 1]));
  return JSON.stringify([...nodes, {}]);
}

/** A row of a checkpoint with this line of metadata. */
function recordsOf(line: string): Records {
  const records = new Records();
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const chunks = new Map([
    [IDS, [{ bytes: encode('[[0,"a",1],[1,"b",2]]') }]],
    [METADATA, [{ slots: 1024, bytes: encode(`-1\n${line}\n`) }]],
  ]);
  const steps = records.load({ chunks, nextId: 1 });
  while (!steps.next().done);
  return records;
}

/** A part with a single record and this text of metadata. */
function partOf(line: string): Uint8Array {
  const shifted = JSON.parse(line, (_, value) => (Number.isInteger(value) && value >= 0 ? value + 4 : value));
  const text = new TextEncoder().encode(JSON.stringify([{ start: 1, ids: 2, metadata: 3 }, 0, [1], [4], ...shifted]));
  const bytes = new Uint8Array(8 + ((text.length + 3) & ~3) + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  view.setUint32(4, 1, true);
  bytes.set(text, 8);
  return bytes;
}

describe('Text of metadata', () => {
  test('reads the same as devalue does', () => {
    const leaf = fc.oneof(
      fc.anything({ maxDepth: 0, withBigInt: true, withDate: true, withBoxedValues: true, withTypedArray: true }),
      fc.constantFrom(
        Number.NaN,
        -0,
        Number.NEGATIVE_INFINITY,
        /a\/b/giu,
        new Date(Number.NaN),
        '\ud800',
        new Array(2),
      ),
    );
    const value = fc.anything({ maxDepth: 4, withMap: true, withSet: true, withSparseArray: true, values: [leaf] });
    const named = fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      value,
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(named, (metadata) => {
        const text = stringify(metadata);
        expect(read(text)).toStrictEqual(parse(text));
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test('keeps circular and shared references', () => {
    const twice = { n: 1 };
    const metadata: { self?: object; a: object; b: object[]; map: Map<object, object> } = {
      a: twice,
      b: [twice],
      map: new Map([[twice, twice]]),
    };
    metadata.self = metadata;
    const again = read(stringify(metadata)) as typeof metadata;
    expect(again.self).toBe(again);
    expect(again.b[0]).toBe(again.a);
    expect(again.map.get(again.a)).toBe(again.a);
  });

  test('gives each view of a shared buffer its own bytes only', () => {
    const pool = new Uint8Array(1000).map((_, i) => i).buffer;
    const views = [new Uint8Array(pool, 8, 4), new Float64Array(pool, 16, 2), new DataView(pool, 1, 3)];
    const again = read(stringify({ views })) as { views: Uint8Array[] };
    expect(again).toStrictEqual({
      views: [new Uint8Array(pool.slice(8, 12)), new Float64Array(pool.slice(16, 32)), new DataView(pool.slice(1, 4))],
    });
    expect(again.views.map(({ buffer }) => buffer.byteLength)).toEqual([4, 16, 3]);
    // A text may claim more such views than fit into memory.
    const many = read(stringify({ views: Array.from({ length: 5000 }, () => new Uint8Array(pool, 0, 999)) }));
    const buffers = new Set((many as { views: Uint8Array[] }).views.map(({ buffer }) => buffer));
    expect(buffers.size).toBe(2);
  });

  test('nests down to the limit, on a part and on a line', () => {
    expect(read(nestedText(MAX_LEVELS))).toEqual(nested(MAX_LEVELS));
    expect(recordsOf(nestedText(MAX_LEVELS)).metadata.of(1)).toEqual(nested(MAX_LEVELS));
    expect(decodePart(partOf(nestedText(MAX_LEVELS)), 1).metadata).toEqual([nested(MAX_LEVELS)]);
  });

  const unsupported: [string, string][] = [
    ['a level too much', nestedText(MAX_LEVELS + 1)],
    ['a hundred thousand levels', nestedText(100_000)],
    ['a URL', '[{"a":1},["URL","https://a.b/"]]'],
    ['parameters', '[{"a":1},["URLSearchParams","a=1"]]'],
    ['a duration', '[{"a":1},["Temporal.Duration","P1D"]]'],
    ['a type of a later version', '[{"a":1},["Tensor",1,2]]'],
    ['an expression of a later engine', '[{"a":1},["RegExp","(?<a","v"]]'],
    ['a date at the top', '[["Date","2020-01-01T00:00:00.000Z"]]'],
    ['a map at the top', '[["Map"]]'],
    ['an array at the top', '[[]]'],
    ['a boxed number at the top', '[["Object",1],1]'],
  ];

  test.each(unsupported)('%s is told apart from damage', (_, text) => {
    expect(endOf(() => read(text))).toBe('UNSUPPORTED_FORMAT');
    expect(partEndOf(text)).toBe('UNSUPPORTED_FORMAT');
    const { metadata } = recordsOf(text);
    expect(() => metadata.of(1)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FORMAT', id: 'b' }));
    expect(() => [...metadata.check()]).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FORMAT', id: 'b' }));
    expect(metadata.of(0)).toBeUndefined();
  });

  test.each([
    ['nothing', ''],
    ['half a text', '[{"a":1},['],
    ['an empty list', '[]'],
    ['a missing value', '[{"a":1}]'],
    ['a broken place', '[{"a":1.5},1]'],
    ['a string as place', '[{"a":"1"},1]'],
    ['an unknown value without a node', '[{"a":-8}]'],
    ['a hole in an object', '[{"a":-2}]'],
    ['half a pair', '[{"a":1},["Map",0]]'],
    ['places beyond the end', '[{"a":1},[-7,1,1,0]]'],
    ['places without end', '[{"a":1},[-7,4294967296]]'],
    ['the prototype', '[{"__proto__":0}]'],
    ['an invalid date', '[{"a":1},["Date",0]]'],
    ['an invalid number', '[{"a":1},["BigInt","x"]]'],
    ['a view without a buffer', '[{"a":1},["Uint8Array",0]]'],
    ['a view beyond its buffer', '[{"a":1},["Uint8Array",2,1,9],["ArrayBuffer","AAAA"]]'],
    ['half a number in a view', '[{"a":1},["Uint16Array",2],["ArrayBuffer","AAAA"]]'],
    ['invalid bytes', '[{"a":1},["ArrayBuffer",0]]'],
    ['a box of an object', '[{"a":1},["Object",0]]'],
    ['a number at the top', '[7]'],
  ])('%s is damage', (_, text) => {
    expect(endOf(() => read(text))).toBe('broken');
    expect(() => recordsOf(text).metadata.of(1)).toThrow(expect.objectContaining({ code: 'DAMAGED', id: 'b' }));
  });

  test('with few values in a long array takes no room for the holes', () => {
    const { a } = read('[{"a":1},[-7,4294967295,7,2],"x"]') as { a: unknown[] };
    expect([a.length, a[7], Object.keys(a)]).toEqual([4294967295, 'x', ['7']]);
  });

  test('is read if the engine has the type, and an import refuses types of single engines', () => {
    const text = '[{"a":1},["Float16Array",2],["ArrayBuffer","AAAA"]]'.replace('AAAA', 'AAA=');
    const has = 'Float16Array' in globalThis;
    expect(endOf(() => read(text))).toBe(has ? undefined : 'UNSUPPORTED_FORMAT');
    expect(endOf(() => read(text, VIEWS))).toBe('UNSUPPORTED_FORMAT');
  });

  test('gives each record of a part separate values', () => {
    const shared = { list: [1] };
    const part = { start: 0, ids: [1, 2], vectors: Float32Array.of(1, 2), metadata: [shared, shared] };
    const [first, second] = decodePart(encodePart(part), 1).metadata as (typeof shared)[];
    expect([first, second]).toEqual([shared, shared]);
    expect(first?.list).not.toBe(second?.list);
  });
});
