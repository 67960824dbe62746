// The script of the worker with a model: `edgevec/transformers-worker`. The import of the library
// is static, because Vite up to version 7 builds workers as a single file.

import * as library from '@huggingface/transformers';
import type { FromWorker, ToWorker } from '../transformers/protocol.js';
import { serve } from '../transformers/serve.js';

/** A worker's global scope, without the types of browsers. */
interface Scope {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: ToWorker }) => void): void;
}

const scope = globalThis as unknown as Scope;
const answer = serve(library, (message, transfer = []) => scope.postMessage(message, transfer));
scope.addEventListener('message', ({ data }) => answer(data));
