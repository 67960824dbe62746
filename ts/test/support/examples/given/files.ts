// Files that examples of `edgevec/import` read.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A file of numpy with a single row of three numbers. */
function npyFile(): File {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }".padEnd(117);
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0);
  return new File([start, `${header}\n`, Float32Array.of(1, 2, 3)], 'vectors.npy');
}

export const given = () => ({
  npy: npyFile(),
  parquet: new File(
    [readFileSync(resolve(import.meta.dirname, '../../../ts/test/files/plain.parquet'))],
    'rows.parquet',
  ),
});
