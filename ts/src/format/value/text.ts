// Values as text, by devalue. It can write all that metadata may hold (kinds.ts).

import { stringify } from 'devalue';

/** @throws what devalue throws, where a value cannot be kept */
export function toText(value: unknown): string {
  // Halves of characters are no UTF-8: written plainly, all of them would become the same sign.
  return stringify(value).replace(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}
