// Chunks of stored columns: every broken chunk is refused, and a reader gets every value back.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ColumnChunk, decodeColumnChunk, encodeColumnChunk } from '../../../src/format/columns/chunk.js';
import { byteChanges, cases, withChanges } from '../../support/property.js';

const RUNS = 10_000;

const NOTHING: ColumnChunk = {
  kinds: new Uint8Array(),
  numbers: new Float64Array(),
  dates: new Float64Array(),
  textCodes: new Uint32Array(),
  lists: new Uint32Array(),
  texts: [],
  bigints: [],
  elements: [],
};

const SOME: ColumnChunk = {
  kinds: Uint8Array.of(4, 6, 8, 0, 6, 7, 5, 8, 1),
  numbers: Float64Array.of(-0.5),
  dates: Float64Array.of(1e12),
  textCodes: Uint32Array.of(1, 0),
  lists: Uint32Array.of(2, 0, 2, 1, 1),
  texts: ['b', 'a'],
  bigints: [5n],
  elements: ['x', 2n, null],
};

describe('A chunk of a column', () => {
  test('without values, and with values, is read as written', () => {
    for (const chunk of [NOTHING, SOME]) expect(decodeColumnChunk(encodeColumnChunk(chunk))).toEqual(chunk);
  });

  test('in a longer buffer, at any place, is read', () => {
    const bytes = encodeColumnChunk(SOME);
    const longer = new Uint8Array(bytes.length + 9);
    longer.set(bytes, 3);
    expect(decodeColumnChunk(longer.subarray(3, 3 + bytes.length))).toEqual(SOME);
  });

  test.each<readonly [string, Partial<ColumnChunk>]>([
    ['an unknown kind', { kinds: Uint8Array.of(4, 6, 8, 11, 6, 7, 5, 8, 1) }],
    ['a number too few', { numbers: new Float64Array() }],
    ['a number too many', { numbers: Float64Array.of(1, 2) }],
    ['a date too many', { dates: Float64Array.of(1, 2) }],
    ['a code of no text', { textCodes: Uint32Array.of(1, 2) }],
    ['a code too few', { textCodes: Uint32Array.of(1) }],
    ['a text twice', { texts: ['a', 'a'] }],
    ['a bigint too few', { bigints: [] }],
    ['an element twice', { elements: ['x', 2n, 'x'] }],
    ['a date twice', { elements: ['x', new Date(1), new Date(1)] }],
    ['a list too few', { lists: Uint32Array.of(2, 0, 2) }],
    ['a list too many', { lists: Uint32Array.of(2, 0, 2, 1, 1, 0) }],
    ['a list that ends early', { lists: Uint32Array.of(2, 0, 2, 2, 1) }],
    ['a list of very many elements', { lists: Uint32Array.of(2, 0, 2, 0xffff_ffff, 1) }],
    ['a list that does not ascend', { lists: Uint32Array.of(2, 2, 0, 1, 1) }],
    ['the same element twice in a list', { lists: Uint32Array.of(2, 0, 0, 1, 1) }],
    ['no such element', { lists: Uint32Array.of(2, 0, 3, 1, 1) }],
    ['too many slots', { kinds: new Uint8Array(8_193) }],
  ])('with %s is damaged', (_, change) => {
    expect(() => decodeColumnChunk(encodeColumnChunk({ ...SOME, ...change }))).toThrow(
      expect.objectContaining({ code: 'DAMAGED' }),
    );
  });

  test.each([
    ['a bigint that is none', '{"texts":[],"bigints":["x"],"elements":[]}'],
    ['an element of an unknown kind', '{"texts":[],"bigints":[],"elements":[["later",1]]}'],
    ['a further field', '{"texts":[],"bigints":[],"elements":[],"later":1}'],
    ['no JSON', '{'],
  ])('with %s in its text is damaged', (_, text) => {
    const json = new TextEncoder().encode(text);
    const bytes = Uint8Array.of(...encodeColumnChunk(NOTHING).subarray(0, 20), ...json);
    new DataView(bytes.buffer).setUint32(16, json.length, true);
    expect(() => decodeColumnChunk(bytes)).toThrow(expect.objectContaining({ code: 'DAMAGED' }));
  });

  test('of another layout is refused as such', () => {
    const bytes = encodeColumnChunk(SOME);
    new DataView(bytes.buffer).setUint32(4, 2, true);
    expect(() => decodeColumnChunk(bytes)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }));
  });

  test('with any bytes changed is refused with a typed error, or is another chunk', () => {
    const bytes = encodeColumnChunk(SOME);
    let refused = 0;
    const property = fc.property(byteChanges, (changes) => {
      try {
        decodeColumnChunk(withChanges(bytes, changes));
      } catch (error) {
        expect(['DAMAGED', 'UNSUPPORTED_FORMAT']).toContain((error as { code?: string }).code);
        refused++;
      }
    });
    fc.assert(property, cases(RUNS));
    expect(refused).toBeGreaterThan(RUNS / 2);
    expect(refused).toBeLessThan(RUNS);
  });
});
