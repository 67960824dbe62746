// What vectors must have in common, so that a vector can be compared with the rows.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { StoredOptions } from '../../format/manifest.js';
import type { Position } from '../position.js';

export type Space = Pick<StoredOptions, 'dimensions' | 'model'>;

/**
 * Call this before vectors of the caller are used later than in the turn of the call: `reembed` may
 * have changed the model meanwhile.
 *
 * @param given of the rows when the caller gave the vectors
 * @param now of the rows now
 * @throws `MODEL_DIFFERS`
 */
export function assertSameSpace(given: Space, now: Space, place: Position = {}): void {
  if (given.model === now.model && given.dimensions === now.dimensions) return;
  throw new EdgeVecError('MODEL_DIFFERS', 'The rows have got vectors of another model since the call began', {
    expected: `a vector of ${inWords(now)}`,
    got: `a vector of ${inWords(given)}`,
    remedy:
      'Make the vector by the new model, or pass the text itself. A live query may be a function: live(() => db.search(question), …).',
    ...place,
  });
}

const inWords = ({ dimensions, model }: Space): string =>
  model === undefined ? `${dimensions} numbers` : `${dimensions} numbers by the model ${inspect(model)}`;
