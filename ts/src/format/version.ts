// The format version of stored bytes. A reader refuses bytes of a newer version, and storage stays
// unchanged.

import { EdgeVecError } from '../base/errors.js';
import { inspect } from '../base/inspect.js';

/** Raised whenever stored bytes change their meaning: heads, entries, manifests, export files. */
export const FORMAT_VERSION = 1;

/**
 * The version of a manifest that lists further stores beside vectors, ids and metadata. A version
 * of EdgeVec without further stores refuses this manifest. Otherwise its next checkpoint would drop
 * the further stores.
 */
export const FURTHER_STORES_VERSION = 2;

/**
 * The version of a manifest that names the model of the rows. A version of EdgeVec without models
 * refuses this manifest. Otherwise its next checkpoint would forget the model.
 */
export const MODEL_VERSION = 3;

/** @throws `UNSUPPORTED_FORMAT` if the stored bytes are of another format */
export function checkVersion(got: number, latest = FORMAT_VERSION): void {
  if (got >= FORMAT_VERSION && got <= latest) return;
  throw new EdgeVecError('UNSUPPORTED_FORMAT', 'The stored bytes have another version of the format', {
    expected: latest === FORMAT_VERSION ? `format ${latest}` : `a format from ${FORMAT_VERSION} to ${latest}`,
    got: `format ${got}`,
    remedy:
      got > latest
        ? 'Use the EdgeVec version that wrote the bytes, or a newer version.'
        : 'Export the database with the EdgeVec version that wrote the bytes, and import the export here.',
  });
}

/**
 * The error for stored bytes that have a right checksum, and hold more than this version reads.
 *
 * @param what the stored thing, in words
 * @param field the name of the unknown field. Left out for bytes behind the last known field
 */
export function unknownField(what: string, field?: string): EdgeVecError {
  return new EdgeVecError('UNSUPPORTED_FORMAT', `A newer version of EdgeVec has written ${what}`, {
    expected: 'the fields that this version knows',
    got: field === undefined ? 'further bytes' : `a field ${inspect(field)}`,
    remedy: 'Nothing was changed. Use the EdgeVec version that wrote the bytes, or a newer version.',
  });
}
