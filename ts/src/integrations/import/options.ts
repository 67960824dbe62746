// Checks the options of a reader.

import { EdgeVecError } from '../../index.js';

/** @throws `INVALID_OPTIONS` */
export function checkOptions(name: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new EdgeVecError('INVALID_OPTIONS', `${name} has no option "${unknown}"`, {
    expected: `one of ${known.join(', ')}`,
    got: unknown,
  });
}
