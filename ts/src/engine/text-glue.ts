// The glue of the engine of text search. Only text-code.ts imports this file, so a database without
// text search does not load the glue.

import { createBindings } from '#wasm/text-bindings.js';
import type { TextBindings } from './bindings.js';

/** A fresh copy of the glue, for one instance. */
export const createTextBindings: () => TextBindings = createBindings;
