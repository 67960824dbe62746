// A chunk of a stored column: the values of a field in a range of slots (docs/format.md).
//
// Metadata is the truth, and a column only saves reading the metadata. A reader therefore drops
// every chunk that the reader does not know, and makes the column from the metadata. If the meaning
// of fields or of kinds ever changes (filter/match.ts), `LAYOUT` must change too.

import { damaged, EdgeVecError } from '../../base/errors.js';
import type { FilterValue } from '../../base/filter-types.js';
import { ByteReader, ByteWriter } from '../bytes.js';
import { list, object, type Shape, text } from '../fields.js';
import { bigint, element } from './element.js';
import { BIGINT, DATE, LIST, NUMBER, TEXT, UNREAD } from './kinds.js';

/** Slots of a chunk. */
export const COLUMN_SLOTS = 8_192;
/**
 * A column with a longer chunk is not stored. Long texts take about as long to read from a column
 * as from metadata, and would take the room a second time.
 */
export const MAX_COLUMN_BYTES = 1 << 20;

const MAGIC = 0x4c435645; // "EVCL"
const LAYOUT = 1;
/** Magic, layout, and the counts of slots, of numbers for lists, and of bytes of text. */
const HEADER = 20;
const WHAT = 'a column';

/** The values of a range of slots. Each list of values is in the order of the slots. */
export interface ColumnChunk {
  /** By slot. Slots behind the last kind have no value. */
  readonly kinds: Uint8Array;
  readonly numbers: Float64Array;
  /** Times in milliseconds, NaN for an invalid date. */
  readonly dates: Float64Array;
  /** For each slot with a text, the place of the text in `texts`. */
  readonly textCodes: Uint32Array;
  /** For each list, the number of its elements, and their places in `elements`, ascending. */
  readonly lists: Uint32Array;
  /** No text twice. */
  readonly texts: readonly string[];
  readonly bigints: readonly bigint[];
  /** The elements of all lists, no element twice. */
  readonly elements: readonly FilterValue[];
}

type Dictionaries = Pick<ColumnChunk, 'texts' | 'bigints' | 'elements'>;

const dictionaries: Shape<Dictionaries> = object<Dictionaries>({
  texts: list(text),
  bigints: list(bigint),
  elements: list(element),
});

export function encodeColumnChunk(chunk: ColumnChunk): Uint8Array<ArrayBuffer> {
  const { kinds, numbers, dates, textCodes, lists } = chunk;
  const json = new TextEncoder().encode(JSON.stringify(dictionaries.write(chunk)));
  const arrays = [numbers, dates, textCodes, lists].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const length = arrays.reduce((sum, array) => sum + array.length, HEADER + kinds.length + json.length);
  const writer = new ByteWriter(length).magic(MAGIC, LAYOUT);
  writer.uint32(kinds.length).uint32(lists.length).uint32(json.length).put(kinds);
  for (const array of arrays) writer.put(array);
  return writer.put(json).bytes;
}

/**
 * @throws `DAMAGED`; `UNSUPPORTED_FORMAT` if the layout is another. The checksum of the bytes is
 * right, as the reference to the chunk tells
 */
export function decodeColumnChunk(bytes: Uint8Array): ColumnChunk {
  const reader = new ByteReader(bytes, () => damaged(WHAT));
  reader.magic(MAGIC, LAYOUT);
  const [slots, listLength, textLength] = [reader.uint32(), reader.uint32(), reader.uint32()];
  if (slots > COLUMN_SLOTS) throw damaged(WHAT);
  const kinds = reader.take(slots).slice();
  const counts = countsOf(kinds);
  // Copies, since the bytes may not be aligned.
  const doubles = (kind: number): Float64Array =>
    new Float64Array(reader.take(8 * (counts[kind] as number)).slice().buffer);
  const integers = (count: number): Uint32Array => new Uint32Array(reader.take(4 * count).slice().buffer);
  const [numbers, dates] = [doubles(NUMBER), doubles(DATE)];
  const [textCodes, lists] = [integers(counts[TEXT] as number), integers(listLength)];
  if (reader.left !== textLength) throw damaged(WHAT);
  const chunk = { kinds, numbers, dates, textCodes, lists, ...readDictionaries(reader.rest()) };
  if (!isConsistent(chunk, counts)) throw damaged(WHAT);
  return chunk;
}

/** The number of slots of each kind. @throws `DAMAGED` if a kind is unknown */
function countsOf(kinds: Uint8Array): Uint32Array {
  const counts = new Uint32Array(UNREAD + 1);
  for (const kind of kinds) {
    if (kind > UNREAD) throw damaged(WHAT);
    counts[kind] = (counts[kind] as number) + 1;
  }
  return counts;
}

function readDictionaries(bytes: Uint8Array): Dictionaries {
  try {
    return dictionaries.read(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw cause instanceof EdgeVecError ? cause : damaged(WHAT, cause);
  }
}

function isConsistent({ textCodes, lists, texts, bigints, elements }: ColumnChunk, counts: Uint32Array): boolean {
  return (
    bigints.length === counts[BIGINT] &&
    textCodes.every((code) => code < texts.length) &&
    areDistinct(texts) &&
    areDistinct(elements.flatMap((value) => (value instanceof Date ? value.getTime() : []))) &&
    areDistinct(elements.filter((value) => !(value instanceof Date))) &&
    areLists(lists, counts[LIST] as number, elements.length)
  );
}

const areDistinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

/** Whether these are `count` lists of ascending places below `limit`. */
function areLists(lists: Uint32Array, count: number, limit: number): boolean {
  let at = 0;
  for (let left = count; left > 0; left--) {
    const end = at + 1 + (lists[at] ?? lists.length);
    if (end > lists.length) return false;
    for (let before = -1; ++at < end; before = lists[at] as number) {
      const place = lists[at] as number;
      if (place <= before || place >= limit) return false;
    }
  }
  return at === lists.length;
}
