// The head of a database in storage: how far its log has come, and which checkpoint the log goes on from. Whoever commits compares it with what
// it knows: that fences writers who have not seen everything.

import { damaged, type EdgeVecError } from '../base/errors.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { isCount } from './fields.js';
import { unknownField } from './version.js';

export interface Head {
  /** Changes when the log begins anew, so that numbers of another log are not taken for this one's. */
  readonly epoch: number;
  /** The number of the last entry of the log; 0 before the first. */
  readonly seq: number;
  /** The checkpoint that holds every entry up to `checkpointSeq`: the name of its manifest. Empty: there is none. */
  readonly checkpoint: string;
  readonly checkpointSeq: number;
}

const WHAT = 'the head of the database';
const MAGIC = 0x44485645; // "EVHD"
/** Magic, version, epoch, seq, checkpoint's seq, length of its name; then the name, then the checksum of all before it. */
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
