// Stored values are read back unchanged: heads, entries of the log, and parts of writes, with any
// content.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFrame, type Entry, encodeFrame } from '../../../src/format/entry.js';
import { decodeHead, encodeHead } from '../../../src/format/head.js';
import { decodePart, decodeParts, encodePart, type StoredPart } from '../../../src/format/part.js';
import { character, metadata } from '../../support/metadata.js';
import { cases } from '../../support/property.js';

const count = fc.maxSafeNat();
const uint32 = fc.nat({ max: 2 ** 32 - 1 });
/** Names without half characters: only ids may contain a half character. */
const name = fc.string({ unit: 'grapheme', maxLength: 20 });
const id = fc.oneof(fc.string({ unit: character, maxLength: 12 }), fc.maxSafeInteger());
const ref = fc.record({ name, bytes: count, crc: uint32 });

test('a head', () => {
  const head = fc
    .record({ epoch: uint32, seq: count, checkpoint: name, behind: count })
    .map(({ behind, ...head }) => ({ ...head, checkpointSeq: Math.max(0, head.seq - behind) }));
  fc.assert(
    fc.property(head, (head) => {
      expect(decodeHead(encodeHead(head))).toEqual(head);
    }),
    cases(1_000),
  );
});

test('an entry of the log', () => {
  const origin = { writer: name, number: count };
  const part = fc.uint8Array({ maxLength: 40 });
  const entry: fc.Arbitrary<Entry> = fc.oneof(
    fc.record({
      ...origin,
      kind: fc.constantFrom('insert' as const, 'upsert' as const, 'update' as const),
      firstChosen: count,
      stored: fc.array(ref, { maxLength: 3 }),
      parts: fc.array(part, { maxLength: 4 }),
    }),
    fc.record({
      ...origin,
      kind: fc.constant('replace' as const),
      firstChosen: count,
      stored: fc.array(ref, { maxLength: 3 }),
      parts: fc.array(part, { maxLength: 4 }),
      removed: fc.array(id, { maxLength: 20 }),
    }),
    fc.record({ ...origin, kind: fc.constant('delete' as const), ids: fc.array(id, { maxLength: 20 }) }),
  );
  fc.assert(
    fc.property(count, entry, (seq, entry) => {
      expect(decodeFrame(encodeFrame(seq, entry), seq)).toEqual(entry);
    }),
    cases(1_000),
  );
});

/** Records with arbitrary ids and metadata, some without a vector. */
const parts = fc.integer({ min: 1, max: 5 }).chain((dimensions) => {
  const record = fc.record({
    id: fc.option(id, { nil: undefined }),
    vector: fc.option(fc.float32Array({ minLength: dimensions, maxLength: dimensions, noNaN: true }), {
      nil: undefined,
    }),
    metadata: fc.option(metadata(), { nil: undefined }),
  });
  const part = fc.record({ start: count, records: fc.array(record, { maxLength: 5 }) }).map(({ start, records }) => {
    const withVector = records.flatMap(({ vector }, i) => (vector === undefined ? [] : [i]));
    const made: StoredPart = {
      start,
      ids: records.map(({ id }) => id),
      vectors: Float32Array.from(records.flatMap(({ vector }) => [...(vector ?? [])])),
      ...(withVector.length < records.length && { withVector }),
      ...(records.some(({ metadata }) => metadata) && { metadata: records.map(({ metadata }) => metadata) }),
    };
    return made;
  });
  return fc.record({ dimensions: fc.constant(dimensions), parts: fc.array(part, { minLength: 1, maxLength: 3 }) });
});

test('parts of a write, alone and in sequence', () => {
  fc.assert(
    fc.property(parts, ({ dimensions, parts }) => {
      const encoded = parts.map(encodePart);
      expect(encoded.map((bytes) => decodePart(bytes, dimensions))).toStrictEqual(parts);
      const joined = Uint8Array.from(encoded.flatMap((bytes) => [...bytes]));
      expect([...decodeParts(joined, dimensions)]).toStrictEqual(parts);
    }),
    cases(150),
  );
});
