// Texts of a file that should be base64.

import { fromBase64 } from '../../base/base64.js';

/** Undefined if the text is not base64. */
export function bytesIn(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}
