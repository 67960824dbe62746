// Metadata is copied by the structured clone algorithm, record by record: copied as a whole, or by a worker's message, records
// would go on sharing what the caller's objects share.

import { EdgeVecError } from '../errors.js';
import type { Part } from '../messages.js';

/** The part with metadata that belongs to the database. */
export function ownMetadata(part: Part): Part {
  if (part.metadata === undefined) return part;
  try {
    return { ...part, metadata: part.metadata.map((metadata) => metadata && structuredClone(metadata)) };
  } catch (error) {
    throw notCloneable(part, error);
  }
}

/** Which record of the part cannot be copied; `row` counts from the start of the transaction. */
export function notCloneable({ start, ids, metadata = [] }: Part, cause: unknown): EdgeVecError {
  const row = metadata.findIndex((value) => {
    try {
      structuredClone(value);
      return false;
    } catch {
      return true;
    }
  });
  const id = ids[row];
  return new EdgeVecError('METADATA_NOT_CLONEABLE', 'The metadata holds something that cannot be copied', {
    expected: 'values the structured clone algorithm accepts: plain objects, arrays, dates, maps, sets, typed arrays',
    got: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Leave functions, symbols, DOM nodes and proxies out; unwrap reactive objects first.',
    cause,
    ...(row < 0 ? {} : { row: start + row }),
    ...(id === undefined ? {} : { id }),
  });
}
