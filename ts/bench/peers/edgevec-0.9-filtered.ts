/**
 * The filtered search of npm edgevec 0.9.0: an expression as text, parsed in each search, and the
 * strategy that the package chooses.
 */
import { JsMetadataValue } from 'edgevec-npm/edgevec.js';
import { rowAt } from '../data/rows';
import { metadataAt } from '../filters/fields';
import type { FilteredOptions, FilteredSystem } from '../filters/system';
import { toExpression } from '../filters/translate';
import { openIndex, variant } from './edgevec-0.9';

interface Found {
  readonly results: readonly { readonly id: number }[];
}

export async function open(options: FilteredOptions): Promise<FilteredSystem> {
  const { k } = options;
  const { index, insert, rowOf, setEf } = await openIndex(options);
  return {
    variant: variant(),
    ways: ['auto'],
    build(rows, fields, onProgress) {
      for (let row = 0; row < rows.count; row++) {
        const id = insert(rowAt(rows, row));
        for (const [key, value] of Object.entries(metadataAt(fields, row))) {
          const made = typeof value === 'number' ? JsMetadataValue.fromInteger : JsMetadataValue.fromString;
          index.setMetadata(id, key, made(value as never));
        }
        onProgress(row + 1);
      }
      setEf(options.peerEf);
    },
    search(filtering, strategy) {
      if (!filtering) return (query) => index.search(query, k).map(({ id }) => rowOf(id));
      const asked = JSON.stringify({ filter: toExpression(filtering.condition), strategy });
      return (query) => {
        const { results } = JSON.parse(index.searchFiltered(query, k, asked)) as Found;
        return results.map(({ id }) => rowOf(id));
      };
    },
    distances: () => null,
    close: () => index.free(),
  };
}
