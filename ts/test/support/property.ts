// Property tests. Every run makes the same cases. fast-check shrinks a failing case, and prints the
// case with its seed and path. FAST_CHECK_SEED asks for other cases.

import fc from 'fast-check';
import { environment } from './environment.js';

const asked = Number(environment['FAST_CHECK_SEED']);

/** The number of cases, with the seed of the environment. */
export function cases(numRuns: number): { seed: number; numRuns: number } {
  return { seed: Number.isInteger(asked) && asked !== 0 ? asked : 1, numRuns };
}

/** Numbers that often lie on the wrong side of a comparison. */
const NUMBERS = [0, 1, 2, 3, 4, 255, 0x7fffffff, 0x80000000, 0xffffffff];
const VALUES = [null, 0, -1, 1.5, 1e300, 2 ** 53, '', 'upsert', '__proto__', [], [null], {}, true];

const place = fc.nat(0x7fffffff);

/** A change of bytes at a relative position `at`. */
const change = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('set' as const), at: place, byte: fc.nat(255) }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({
    kind: fc.constant('splice' as const),
    at: place,
    removed: fc.nat(7),
    put: fc.array(fc.nat(255), { maxLength: 7 }),
  }),
  fc.record({ kind: fc.constant('number' as const), at: place, number: fc.constantFrom(...NUMBERS) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** Up to three changes of bytes. */
export const byteChanges: fc.Arbitrary<Change[]> = fc.array(change, { minLength: 1, maxLength: 3 });

export function withChanges(bytes: Uint8Array, changes: readonly Change[]): Uint8Array {
  let all = bytes.slice();
  for (const change of changes) {
    const at = all.length === 0 ? 0 : change.at % all.length;
    if (change.kind === 'flip') {
      all = withLength(all, at + 1);
      all[at] = (all[at] as number) ^ (1 << change.bit);
    } else if (change.kind === 'set') {
      all = withLength(all, at + 1);
      all[at] = change.byte;
    } else if (change.kind === 'cut') all = all.slice(0, at);
    else if (change.kind === 'splice') {
      const rest = all.subarray(at + change.removed);
      const length = at + change.put.length;
      const spliced = new Uint8Array(length + rest.length);
      spliced.set(all.subarray(0, at));
      spliced.set(change.put, at);
      spliced.set(rest, length);
      all = spliced;
    } else {
      const from = at & ~3;
      all = withLength(all, from + 4);
      new DataView(all.buffer).setUint32(from, change.number, true);
    }
  }
  return all;
}

/** The bytes, followed by zeros if they are shorter than `length`. */
function withLength(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (bytes.length >= length) return bytes;
  const longer = new Uint8Array(length);
  longer.set(bytes);
  return longer;
}

/** Another value at a path within a value. A shorter path replaces more. */
export const valueChange = fc.record({
  path: fc.array(place, { maxLength: 6, size: 'max' }),
  value: fc.constantFrom<unknown>(...VALUES),
});

export function withValue(
  from: unknown,
  { path, value }: { readonly path: readonly number[]; readonly value: unknown },
): unknown {
  const [first, ...rest] = path;
  if (typeof from !== 'object' || from === null || first === undefined) return value;
  const keys = Object.keys(from);
  const key = keys[first % keys.length];
  if (key === undefined) return value;
  const copy: Record<string, unknown> = Array.isArray(from) ? ([...from] as never) : { ...from };
  copy[key] = withValue(copy[key], { path: rest, value });
  return copy;
}
