/**
 * The package as an app uses the package: public calls from the page's thread, with the database in
 * a worker. The time includes the evaluation of the filter, messages and hit objects.
 */
import { EdgeVec } from '../../src/index';
import { type Rows, rowAt } from '../data/rows';
import { type Fields, type Metadata, metadataAt } from './fields';
import type { FilteredOptions, FilteredSystem, Filtering, Search } from './system';
import { toFilter } from './translate';

export async function open(options: FilteredOptions): Promise<FilteredSystem> {
  const { dimensions, m, efConstruction, seed, k, capacity } = options;
  const db = await EdgeVec.open<Metadata>({ dimensions, m, efConstruction, seed, worker: true });
  const { variant } = await db.stats();
  const searchWith = (filtering: Filtering | null, how: { ef?: number; exact?: boolean }): Search => {
    const asked = { k, ...how, ...(filtering && { filter: toFilter(filtering.condition) }) };
    return async (query) => (await db.search(query, asked)).map(({ id }) => id as number);
  };
  return {
    variant: `${variant}, public API, database in a worker`,
    ways: ['default'],
    async build(rows, fields, onProgress) {
      await db.insert(records(rows, fields), { onProgress: ({ done }) => onProgress(done) });
    },
    search: (filtering) => searchWith(filtering, {}),
    // So wide a walk costs more than a scan: the engine scans the allowed rows.
    scan: (filtering) => searchWith(filtering, { ef: capacity }),
    exact: (filtering) => searchWith(filtering, { exact: true }),
    distances: async () => (await db.stats()).distances,
    close: () => db.close(),
  };
}

/** A stream, so that no array of 100,000 records is in memory. */
function* records(rows: Rows, fields: Fields) {
  for (let id = 0; id < rows.count; id++) yield { id, vector: rowAt(rows, id), metadata: metadataAt(fields, id) };
}
