/** The words for fields and values on the page. */
import * as format from '../../shared/format';
import type { Value } from './fields';

export const fieldLabel = (name: string): string => format.title(name);

/** The names of the books data set are slugs: `leo-tolstoy`. */
export function valueLabel(name: string, value: Value): string {
  if (typeof value !== 'string') return String(value);
  if (name === 'author') return format.name(value);
  return name === 'work' ? format.title(value) : value || '(empty)';
}
