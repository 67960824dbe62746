// The sparse vectors of records. A chunk, since only some databases have sparse vectors. EdgeVec
// keeps the sparse vector of a row in a field of the metadata.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { Copied } from '../../collection/metadata/copy.js';
import { sparseVectorOf } from '../../collection/words/sparse-vector.js';
import type { Position } from '../position.js';

/**
 * Puts the sparse vector of a record into the copied metadata. Also checks a sparse vector that is
 * in the metadata already, as in records that were read from a database.
 *
 * @throws `INVALID_VECTOR`, `NOT_FINITE`, `INVALID_RECORD`
 */
export type TakeSparse = (copied: Copied, sparse: unknown, place: Position) => Copied;

/** @param field of the metadata */
export function sparseTaker(field: string): TakeSparse {
  return (copied, sparse, place) => {
    const { bytes } = copied;
    const metadata = (copied.metadata ?? {}) as Record<string, unknown>;
    const own = Object.hasOwn(metadata, field) ? metadata[field] : undefined;
    if (sparse === undefined && own === undefined) return copied;
    if (sparse !== undefined && own !== undefined) {
      throw new EdgeVecError('INVALID_RECORD', 'The record has two sparse vectors', {
        expected: `sparse, or the field ${inspect(field)} of the metadata`,
        got: 'both',
        remedy:
          'Leave the field out of the metadata: EdgeVec fills it. Or give it another name by the option fields of open.',
        ...place,
      });
    }
    const vector = sparseVectorOf(sparse === undefined ? own : sparse, place);
    // Into the copy itself: the metadata may refer to itself.
    metadata[field] = vector;
    return { metadata, bytes: bytes + (own === undefined ? 2 * vector.indices.byteLength : 0) };
  };
}
