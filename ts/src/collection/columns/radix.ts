// Sorts slots by numbers, in steps: a radix sort of the numbers' bits, least digit first. A sort by
// comparing takes ten times as long, and cannot yield.

/** The bits of a digit. A 64-bit number has six digits. */
const DIGIT = 11;
const BUCKETS = 1 << DIGIT;
/** The half of the number, 1 for the upper half, and the shift within the half. */
const DIGITS = [0, 1].flatMap((half) => [0, DIGIT, 2 * DIGIT].map((shift) => [half, shift] as const));
/** Entries between two looks at the clock. */
const STEP = 16_384;

/**
 * The places of the numbers, in ascending order of the numbers. Equal numbers keep their order, and
 * -0 is 0. NaN comes last. Yields now and then.
 */
export function* sortedPlaces(numbers: Float64Array): Generator<undefined, Uint32Array> {
  const length = numbers.length;
  const halves = [new Uint32Array(length), new Uint32Array(length)] as const;
  const counts = DIGITS.map(() => new Uint32Array(BUCKETS));
  let places = new Uint32Array(length);
  for (let from = 0; from < length; from += STEP) {
    const to = Math.min(length, from + STEP);
    split(numbers.subarray(from, to), from, halves);
    for (const [digit, [half, shift]] of DIGITS.entries()) {
      count(halves[half] as Uint32Array, from, to, shift, counts[digit] as Uint32Array);
    }
    for (let place = from; place < to; place++) places[place] = place;
    yield;
  }
  let moved = new Uint32Array(length);
  for (const [digit, [half, shift]] of DIGITS.entries()) {
    const ends = counts[digit] as Uint32Array;
    // All numbers have the same digit, as small whole numbers have.
    if (ends.includes(length)) continue;
    toStarts(ends);
    for (let from = 0; from < length; from += STEP) {
      distribute(halves[half] as Uint32Array, shift, ends, places, from, Math.min(length, from + STEP), moved);
      yield;
    }
    [places, moved] = [moved, places];
  }
  return places;
}

/** Writes each number as 64 bits that are ordered as the numbers are. */
function split(numbers: Float64Array, first: number, [lower, upper]: readonly [Uint32Array, Uint32Array]): void {
  const value = new Float64Array(1);
  const bytes = new DataView(value.buffer);
  for (const [i, number] of numbers.entries()) {
    // There are many NaN. Adding 0 makes 0 of -0.
    bytes.setFloat64(0, Number.isNaN(number) ? Number.NaN : number + 0);
    const high = bytes.getUint32(0);
    const low = bytes.getUint32(4);
    const isBelow0 = high >>> 31 === 1 && !Number.isNaN(number);
    upper[first + i] = isBelow0 ? ~high : high | 0x80000000;
    lower[first + i] = isBelow0 ? ~low : low;
  }
}

function count(half: Uint32Array, from: number, to: number, shift: number, counts: Uint32Array): void {
  for (let i = from; i < to; i++) {
    const digit = ((half[i] as number) >>> shift) & (BUCKETS - 1);
    counts[digit] = (counts[digit] as number) + 1;
  }
}

/** Changes the counts of buckets to the starts of buckets. */
function toStarts(counts: Uint32Array): void {
  let start = 0;
  for (const [i, count] of counts.entries()) {
    counts[i] = start;
    start += count;
  }
}

function distribute(
  half: Uint32Array,
  shift: number,
  starts: Uint32Array,
  places: Uint32Array,
  from: number,
  to: number,
  into: Uint32Array,
): void {
  for (let i = from; i < to; i++) {
    const place = places[i] as number;
    const digit = ((half[place] as number) >>> shift) & (BUCKETS - 1);
    const start = starts[digit] as number;
    starts[digit] = start + 1;
    into[start] = place;
  }
}
