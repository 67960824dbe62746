// The head of stored words: the slots whose words are in the segments, and the rows that were
// removed from the segments (docs/format.md). A reader drops a head that the reader does not know,
// and makes the words from the metadata.

import { damaged } from '../../base/errors.js';
import { ByteReader, ByteWriter } from '../bytes.js';

const MAGIC = 0x53575645; // "EVWS"
const LAYOUT = 1;
/** Magic, layout, and the number of bytes of the set. */
const HEADER = 12;
const WHAT = 'the words';

export interface WordsHead {
  /** Bit s & 31 of number s >>> 5 is set if the stored words of slot s are all words of its row. */
  readonly known: Uint32Array;
  /** The head of the segments, as the engine writes the head. */
  readonly segments: Uint8Array;
}

export function encodeWordsHead({ known, segments }: WordsHead): Uint8Array {
  const writer = new ByteWriter(HEADER + 4 * known.length + segments.length).magic(MAGIC, LAYOUT);
  writer.uint32(4 * known.length);
  for (const bits of known) writer.uint32(bits);
  return writer.put(segments).bytes;
}

/**
 * @throws `DAMAGED`; `UNSUPPORTED_FORMAT` if the layout is another. The checksum of the bytes is
 * right, as the reference to the chunk tells
 */
export function decodeWordsHead(bytes: Uint8Array): WordsHead {
  const reader = new ByteReader(bytes, () => damaged(WHAT));
  reader.magic(MAGIC, LAYOUT);
  const length = reader.uint32();
  if (length % 4 !== 0 || length > reader.left) throw damaged(WHAT);
  const known = Uint32Array.from({ length: length / 4 }, () => reader.uint32());
  return { known, segments: reader.rest() };
}
