// The code that only text search needs, loaded when a database with text search is opened: a chunk,
// and a part of the worker's script.

import { createTextBindings } from '../../engine/text-glue.js';
import { queryTokensOf, tokensOf } from '../../text/tokens.js';

export const TEXT_CODE = { createTextBindings, tokensOf, queryTokensOf };

export type TextCode = typeof TEXT_CODE;
