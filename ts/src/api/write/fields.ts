// The fields of the metadata that EdgeVec fills.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { Position } from '../position.js';

/** @throws `INVALID_RECORD` */
export function checkText(text: unknown, place: Position): asserts text is string {
  if (typeof text === 'string') return;
  throw new EdgeVecError('INVALID_RECORD', 'The text of the record is not a string', {
    expected: 'a string',
    got: inspect(text),
    ...place,
  });
}

/**
 * Puts a field of EdgeVec into the metadata of a record.
 *
 * @throws `INVALID_RECORD` if the caller has put another value into the field
 */
export function fill(metadata: Record<string, unknown>, field: string, value: unknown, place: Position): void {
  if (Object.hasOwn(metadata, field) && metadata[field] !== value) {
    throw new EdgeVecError('INVALID_RECORD', `The metadata has another value in the field ${inspect(field)}`, {
      expected: inspect(value),
      got: inspect(metadata[field]),
      remedy: 'Leave the field out: EdgeVec fills it. Or give it another name by the option fields of open.',
      ...place,
    });
  }
  metadata[field] = value;
}
