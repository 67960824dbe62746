/** PGlite with its files in IndexedDB. PGlite updates the files after every statement. */
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import type { GraphOptions } from '../job';
import type { StoredSystem } from '../storage/system';
import { copyData } from './pglite';

const FILES = 'idb://bench';
const BATCH = 2000;

export async function create({
  dimensions,
  m,
  efConstruction,
}: GraphOptions & { readonly dimensions: number }): Promise<StoredSystem> {
  const database = await connect();
  await database.exec(`
    CREATE EXTENSION vector;
    CREATE TABLE items (id int, embedding vector(${dimensions}));
    ALTER TABLE items ALTER COLUMN embedding SET STORAGE PLAIN;
    SET maintenance_work_mem = '512MB';
  `);
  return adapt(database, `(m = ${m}, ef_construction = ${efConstruction})`);
}

export async function open(): Promise<StoredSystem> {
  return adapt(await connect(), '');
}

/** The buffers hold 100,000 rows of 768 columns, as in the benchmark of searches. */
const connect = (): Promise<PGlite> =>
  PGlite.create({
    dataDir: FILES,
    extensions: { vector },
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=597MB'],
  });

function adapt(database: PGlite, graph: string): StoredSystem {
  let efSearch = 0;
  return {
    async insert(rows) {
      for (let start = 0; start < rows.count; start += BATCH) {
        const blob = new Blob([copyData(rows, start, Math.min(start + BATCH, rows.count))]);
        await database.query("COPY items FROM '/dev/blob' WITH (FORMAT binary)", [], { blob });
      }
      await database.exec(`CREATE INDEX ON items USING hnsw (embedding vector_ip_ops) WITH ${graph}; ANALYZE items;`);
    },
    save: () => database.syncToFs(),
    async replace(rows, step) {
      await database.exec(`DELETE FROM items WHERE id % ${step} = 0`);
      const some = { ...rows, count: Math.ceil(rows.count / step) };
      const values = new Float32Array(some.count * rows.dimensions);
      for (let i = 0; i < some.count; i++) {
        const at = i * step * rows.dimensions;
        values.set(rows.values.subarray(at, at + rows.dimensions), i * rows.dimensions);
      }
      const blob = new Blob([copyData({ ...some, values }, 0, some.count, step)]);
      await database.query("COPY items FROM '/dev/blob' WITH (FORMAT binary)", [], { blob });
    },
    bytes: async () => null,
    async search(query, k, ef) {
      if (ef !== efSearch) await database.exec(`SET enable_seqscan = off; SET hnsw.ef_search = ${ef}`);
      efSearch = ef;
      const select = `SELECT id FROM items ORDER BY embedding <#> $1 LIMIT ${k}`;
      const { rows } = await database.query<[number]>(select, [`[${query.join()}]`], { rowMode: 'array' });
      return rows.map(([id]) => id);
    },
    async count() {
      const { rows } = await database.query<[number]>('SELECT count(*)::int FROM items', [], { rowMode: 'array' });
      return rows[0]?.[0] as number;
    },
  };
}
