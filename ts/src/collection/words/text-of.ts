// The text of a field of the metadata.

import type { TextField } from '../../base/options.js';
import { valueAt } from '../../filter/match.js';

/** No text if the field is missing or no string. */
export function textOf(metadata: object | undefined, { path }: TextField): string {
  const value = valueAt(metadata, path);
  return typeof value === 'string' ? value : '';
}
