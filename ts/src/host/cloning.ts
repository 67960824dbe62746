// Metadata is copied in and out by the structured clone algorithm. A worker's messages do that by themselves; this file is
// for the in-thread host, and for finding the culprit when a copy is refused.

import { EdgeVecError } from '../errors.js';
import type { HitsReply, Part, RecordsReply } from './host.js';

/** The part with its metadata copied. */
export function cloneIn(part: Part): Part {
  if (part.metadata === undefined) return part;
  try {
    return { ...part, metadata: structuredClone(part.metadata) };
  } catch (error) {
    throw notCloneable(part, error);
  }
}

/** The reply with its metadata copied. */
export function cloneOut<T extends RecordsReply | HitsReply>(reply: T): T {
  if (reply.metadata.every((metadata) => metadata === undefined)) return reply;
  return { ...reply, metadata: structuredClone(reply.metadata) };
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
