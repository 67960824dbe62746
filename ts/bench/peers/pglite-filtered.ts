/**
 * Filtered searches of PGlite with pgvector. With an iterative scan, pgvector goes on in its graph
 * until enough rows pass the filter. Each column has an index too, as pgvector's documentation
 * advises for filters that allow few rows, and PostgreSQL chooses the index of each search.
 */
import { columnsOf, type Fields } from '../filters/fields';
import type { FilteredOptions, FilteredSystem } from '../filters/system';
import { toSql } from '../filters/translate';
import { connect, fill, select, VARIANT } from './pglite';

export async function open(options: FilteredOptions): Promise<FilteredSystem> {
  const { k, peerEf } = options;
  let opened: Awaited<ReturnType<typeof connect>> | undefined;
  let fields: Fields | undefined;
  const database = () => {
    if (!opened) throw new Error('PGlite has no table before the rows are stored.');
    return opened.database;
  };
  return {
    variant: VARIANT,
    ways: ['strict_order', 'relaxed_order'],
    async build(rows, given, onProgress) {
      fields = given;
      const columns = columnsOf(given);
      opened = await connect(
        options,
        columns.map(({ name }) => name),
      );
      const indexes = columns.map(({ name }) => `CREATE INDEX ON items (${name});`).join(' ');
      await fill(
        opened.database,
        rows,
        options,
        columns.map(({ values }) => values),
        indexes,
      );
      onProgress(rows.count);
    },
    async use(way) {
      await database().exec(`SET hnsw.ef_search = ${peerEf}; SET hnsw.iterative_scan = ${way};`);
    },
    search(filtering) {
      const where = filtering ? `WHERE ${toSql(filtering.condition, fields as Fields)}` : '';
      return (query) => select(database(), query, k, where);
    },
    distances: () => null,
    close: async () => opened?.database.close(),
  };
}
