// The head of a database in storage: how far its log has come, and which checkpoint the log goes on from. Whoever commits compares it with what
// it knows: that fences writers who have not seen everything.

import { crc32c } from '../base/crc32c.js';
import { damaged, EdgeVecError } from '../base/errors.js';

/** Raised whenever bytes in storage change their meaning: of the head, frames, the manifest and export files. */
export const FORMAT_VERSION = 1;

export interface Head {
  /** Changes when the log begins anew, so that numbers of another log are not taken for this one's. */
  readonly epoch: number;
  /** The number of the last entry of the log; 0 before the first. */
  readonly seq: number;
  /** The checkpoint that holds every entry up to `checkpointSeq`: the name of its manifest. Empty: there is none. */
  readonly checkpoint: string;
  readonly checkpointSeq: number;
}

const MAGIC = 0x44485645; // "EVHD"
/** Magic, version, epoch, seq, checkpoint's seq, length of its name; then the name, then the checksum of all before it. */
const FIXED = 32;

export function encodeHead({ epoch, seq, checkpoint, checkpointSeq }: Head): Uint8Array {
  const name = new TextEncoder().encode(checkpoint);
  const bytes = new Uint8Array(FIXED + name.length + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, FORMAT_VERSION, true);
  view.setUint32(8, epoch, true);
  view.setFloat64(12, seq, true);
  view.setFloat64(20, checkpointSeq, true);
  view.setUint32(28, name.length, true);
  bytes.set(name, FIXED);
  view.setUint32(FIXED + name.length, crc32c(bytes.subarray(0, FIXED + name.length)), true);
  return bytes;
}

/** @throws `UNSUPPORTED_FORMAT`, `DAMAGED` */
export function decodeHead(bytes: Uint8Array): Head {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FIXED + 4 || view.getUint32(0, true) !== MAGIC) throw damaged('the head of the database');
  checkVersion(view.getUint32(4, true));
  const length = view.getUint32(28, true);
  const end = FIXED + length;
  if (bytes.length !== end + 4 || crc32c(bytes.subarray(0, end)) !== view.getUint32(end, true)) {
    throw damaged('the head of the database');
  }
  const [seq, checkpointSeq] = [view.getFloat64(12, true), view.getFloat64(20, true)];
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (!isCount(seq) || !isCount(checkpointSeq) || checkpointSeq > seq) throw damaged('the head of the database');
  const checkpoint = new TextDecoder().decode(bytes.subarray(FIXED, end));
  return { epoch: view.getUint32(8, true), seq, checkpoint, checkpointSeq };
}

export function checkVersion(got: number): void {
  if (got === FORMAT_VERSION) return;
  throw new EdgeVecError('UNSUPPORTED_FORMAT', 'The stored database is of another format', {
    expected: `format ${FORMAT_VERSION}`,
    got: `format ${got}`,
    remedy:
      got > FORMAT_VERSION
        ? 'Use the EdgeVec version that wrote it, or a newer one.'
        : 'Export it with the version that wrote it.',
  });
}
