/**
 * The package as an app uses the package: public calls from the page's thread, with the database in
 * a worker. The time includes messages and hit objects.
 */
import { EdgeVec } from '../../src/index';
import { type Rows, rowAt } from '../data/rows';
import type { OpenOptions, System } from './system';

export const open = (options: OpenOptions): Promise<System> => openWith(options, true);

/** The same, with the database in the page's thread: no messages. */
export const openInThread = (options: OpenOptions): Promise<System> => openWith(options, false);

async function openWith({ dimensions, m, efConstruction, seed }: OpenOptions, worker: boolean): Promise<System> {
  const db = await EdgeVec.open({ dimensions, m, efConstruction, seed, worker });
  const { variant } = await db.stats();
  return {
    variant: `${variant}, public API, database in ${worker ? 'a worker' : "the page's thread"}`,
    async build(rows: Rows, onProgress) {
      await db.insert(records(rows), { onProgress: ({ done }) => onProgress(done) });
    },
    search: async (query, k, ef) => (await db.search(query, { k, ef })).map((hit) => hit.id as number),
    memoryBytes: async () => (await db.stats()).memoryBytes,
    distances: async () => (await db.stats()).distances,
    close: () => db.close(),
  };
}

/** A stream, so that no array of 100,000 records is in memory. */
function* records(rows: Rows) {
  for (let id = 0; id < rows.count; id++) yield { id, vector: rowAt(rows, id) };
}
