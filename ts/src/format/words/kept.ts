// Changes a stored head of words without reading the words: for a database without text search,
// which does not load the code of the head (head.ts).

const LAYOUT_AT = 4;
const LAYOUT = 1;
const BYTES_AT = 8;
const SET_AT = 12;

/** Slots looked at between two looks at the clock. */
const LOOKED_AT = 4_096;

/** Whether `withoutSlots` knows the layout of a head. */
export function isKnown(head: Uint8Array): boolean {
  return head[LAYOUT_AT] === LAYOUT;
}

/** A copy of a stored head, without the slots that have changed. Yields now and then. */
export function* withoutSlots(
  head: Uint8Array,
  hasChanged: (slot: number) => boolean,
): Generator<undefined, Uint8Array> {
  const kept = head.slice();
  const limit = 8 * new DataView(kept.buffer).getUint32(BYTES_AT, true);
  for (let slot = 0; slot < limit; slot++) {
    if (hasChanged(slot)) (kept[SET_AT + (slot >>> 3)] as number) &= ~(1 << (slot & 7));
    if (slot % LOOKED_AT === 0) yield;
  }
  return kept;
}
