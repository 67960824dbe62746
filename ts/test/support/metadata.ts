// Values for metadata: accepted values, refused values, and random values from a seed.

import fc from 'fast-check';

/** Nested objects or arrays with the given number of levels. */
export function nested(levels: number, wrap: (value: object, level: number) => object = objectsAndArrays): object {
  let value: object = {};
  for (let level = levels - 1; level > 1; level--) value = wrap(value, level);
  return levels === 1 ? value : { in: value };
}

const objectsAndArrays = (value: object, level: number): object => (level % 2 === 0 ? [value] : { in: value });

/** The code points that UTF-16 uses for halves of a pair: 2,048 from here on. */
const HALVES = 0xd800;

/**
 * Any character, as the unit `binary` of fast-check. That unit builds a table of all characters,
 * for more than a second, as soon as a test asks for strings. Arithmetic takes the place of the
 * table.
 */
export const character: fc.Arbitrary<string> = fc.integer({ min: 0, max: 0x10ffff - 2_048 }).map(
  (n) => String.fromCodePoint(n < HALVES ? n : n + 2_048),
  (text) => {
    const point = typeof text === 'string' ? text.codePointAt(0) : undefined;
    if (point === undefined || text !== String.fromCodePoint(point)) throw new Error('not a character');
    if (point >= HALVES && point < HALVES + 2_048) throw new Error('half a character');
    return point < HALVES ? point : point - 2_048;
  },
);

/**
 * Arbitrary valid metadata for fast-check. A seed leads to the same values in every JavaScript
 * engine.
 */
export function metadata(): fc.Arbitrary<Record<string, unknown>> {
  const text = fc.string({ unit: character, maxLength: 12 });
  const leaf = fc.oneof(
    { weight: 4, arbitrary: text },
    { weight: 2, arbitrary: fc.double() },
    fc.constantFrom(null, undefined, true, false, -0, Number.NaN, Number.POSITIVE_INFINITY, '\ud800', '__proto__'),
    fc.integer(),
    fc.bigInt(),
    fc.date(),
    fc.constantFrom(/a\/b[\n\]]/giu, /(?:)/, /\u2028"</su),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => bytes.buffer.slice(0)),
    fc.uint8Array({ maxLength: 9 }),
    fc.uint8ClampedArray({ maxLength: 3 }),
    fc.int16Array({ maxLength: 3 }),
    fc.float32Array({ maxLength: 3, noNaN: true }),
    fc.float64Array({ maxLength: 3, noNaN: true }),
    fc.bigUint64Array({ maxLength: 3 }),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => new DataView(bytes.buffer.slice(0))),
    fc.oneof(text, fc.integer(), fc.boolean(), fc.bigInt()).map((value) => Object(value)),
  );
  const name = text.filter((key) => key !== '__proto__');
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.sparseArray(tie('value'), { maxLength: 40, maxNumElements: 4 }),
      fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      fc.array(tie('value'), { maxLength: 4 }).map((values) => new Set(values)),
      fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
      // A shared object, and an object that contains itself.
      tie('value').map((shared) => ({ shared: [shared, shared] })),
      tie('value').map((inner) => {
        const self: { inner: unknown; self?: object } = { inner };
        self.self = self;
        return self;
      }),
    ),
  }));
  return fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true });
}
