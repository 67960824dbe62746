// Values as text, written by devalue. devalue can write every kind of value in the list of
// kinds.ts.

import { stringify } from 'devalue';

/** @throws an error of devalue if devalue cannot write a value */
export function serialize(value: unknown): string {
  // UTF-8 has no bytes for half of a surrogate pair. Without the escape, all halves would become
  // the same replacement character.
  return stringify(value).replace(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}
