// Which format stored bytes are of. A reader refuses what a newer version has written: storage then stays
// as it is.

import { EdgeVecError } from '../base/errors.js';
import { inspect } from '../base/inspect.js';

/** Raised whenever stored bytes change their meaning: heads, entries, manifests, export files. */
export const FORMAT_VERSION = 1;

/**
 * The version of a manifest that lists further stores than the vectors, the ids and the metadata. A
 * version of EdgeVec that knows no further stores refuses such a manifest, in place of dropping what
 * it does not know with its next checkpoint.
 */
export const FURTHER_STORES_VERSION = 2;

/** @throws `UNSUPPORTED_FORMAT` if stored bytes are of another format */
export function checkVersion(got: number, latest = FORMAT_VERSION): void {
  if (got >= FORMAT_VERSION && got <= latest) return;
  throw new EdgeVecError('UNSUPPORTED_FORMAT', 'The stored database is of another format', {
    expected: latest === FORMAT_VERSION ? `format ${latest}` : `a format from ${FORMAT_VERSION} to ${latest}`,
    got: `format ${got}`,
    remedy:
      got > latest
        ? 'Use the EdgeVec version that wrote it, or a newer one.'
        : 'Export it with the version that wrote it.',
  });
}

/**
 * The error for stored bytes that pass their checksum and hold more than this version reads.
 *
 * @param what the stored thing, in words
 * @param field the name of the unknown field; left out: bytes behind the last known field
 */
export function unknownField(what: string, field?: string): EdgeVecError {
  return new EdgeVecError('UNSUPPORTED_FORMAT', `A newer version of EdgeVec has written ${what}`, {
    expected: 'the fields that this version knows',
    got: field === undefined ? 'more bytes' : `a field ${inspect(field)}`,
    remedy: 'Nothing was changed. Use the EdgeVec version that wrote it, or a newer one.',
  });
}
