// The head of a stored database: the last entry of the log, and the checkpoint before the log. A
// tab that commits compares the stored head with the head it knows. This fences writers that have
// not read all entries.

import { damaged, type EdgeVecError } from '../base/errors.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { isCount } from './fields.js';
import { unknownField } from './version.js';

export interface Head {
  /** Identifies the database, and counts repairs of the log (epoch.ts). */
  readonly epoch: number;
  /** The number of the last entry of the log. 0 before the first entry. */
  readonly seq: number;
  /**
   * The name of the manifest of the checkpoint with all entries up to `checkpointSeq`. Empty if the
   * database has no checkpoint.
   */
  readonly checkpoint: string;
  readonly checkpointSeq: number;
}

const WHAT = 'the head of the database';
const MAGIC = 0x44485645; // "EVHD"
/**
 * Magic, version, epoch, seq, checkpointSeq, length of the checkpoint's name. The name follows,
 * then a checksum of all bytes before the checksum.
 */
const FIXED = 32;
const CHECKSUM = 4;

export function encodeHead({ epoch, seq, checkpoint, checkpointSeq }: Head): Uint8Array {
  const name = new TextEncoder().encode(checkpoint);
  return new ByteWriter(FIXED + name.length + CHECKSUM)
    .magic(MAGIC)
    .uint32(epoch)
    .float64(seq)
    .float64(checkpointSeq)
    .uint32(name.length)
    .put(name)
    .checksum().bytes;
}

/** @throws `UNSUPPORTED_FORMAT`, `DAMAGED` */
export function decodeHead(bytes: Uint8Array): Head {
  const wrong = (): EdgeVecError => damaged(WHAT);
  const reader = new ByteReader(bytes, wrong);
  reader.magic(MAGIC);
  const epoch = reader.uint32();
  const [seq, checkpointSeq] = [reader.float64(), reader.float64()];
  const length = reader.uint32();
  if (reader.left < CHECKSUM) throw wrong();
  reader.checkSeal(bytes.length - CHECKSUM);
  if (reader.left > length + CHECKSUM) throw unknownField(WHAT);
  const checkpoint = new TextDecoder().decode(reader.take(length));
  if (reader.left !== CHECKSUM || !isCount(seq) || !isCount(checkpointSeq) || checkpointSeq > seq) throw wrong();
  return { epoch, seq, checkpoint, checkpointSeq };
}
