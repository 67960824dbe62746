/** The package as an app uses the package: a database with a name, in a worker. */
import { EdgeVec } from '../../src/index';
import { type Rows, rowAt } from '../data/rows';
import type { GraphOptions } from '../job';
import type { StoredSystem } from './system';

const NAME = 'bench';
const COPY = 'bench copy';

export async function create(options: GraphOptions & { readonly dimensions: number }): Promise<StoredSystem> {
  for (const name of await EdgeVec.list()) await EdgeVec.drop(name);
  return adapt(await EdgeVec.open({ name: NAME, worker: true, ...options }));
}

export async function open(): Promise<StoredSystem> {
  return adapt(await EdgeVec.open({ name: NAME, worker: true }));
}

function adapt(db: EdgeVec): StoredSystem {
  return {
    insert: async (rows) => void (await db.insert(records(rows, 1))),
    save: () => db.save(),
    async saveAll() {
      await db.save(COPY);
      await EdgeVec.drop(COPY);
    },
    replace: async (rows, step) => void (await db.upsert(records(rows, step))),
    bytes: async () => (await db.stats()).storage.bytes,
    search: async (query, k, ef) => (await db.search(query, { k, ef })).map(({ id }) => id as number),
    count: () => db.count(),
  };
}

/** A stream, so that no array of 100,000 records is in memory. */
function* records(rows: Rows, step: number) {
  for (let id = 0; id < rows.count; id += step) yield { id, vector: rowAt(rows, id) };
}
