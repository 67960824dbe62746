// Values that examples in Node assume.

import { createWriteStream, openAsBlob, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

export const wasm: Uint8Array<ArrayBuffer> = new Uint8Array(
  readFileSync(fileURLToPath(import.meta.resolve('edgevec/edgevec.wasm'))),
);

export const given = () => ({ createWriteStream, openAsBlob, pipeline });
