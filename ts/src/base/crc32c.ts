// The checksum of everything stored: CRC-32C (RFC 3720), as a u32.

import CRC32C from 'crc-32/crc32c.js';

/** @param seed the checksum of the bytes before these */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  return CRC32C.buf(bytes, seed) >>> 0;
}
