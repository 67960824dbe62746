// The place of a bad value in a call. Types only.

import type { Id } from '../base/types.js';

export interface Position {
  readonly row?: number;
  readonly id?: Id;
}
