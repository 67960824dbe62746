/**
 * PGlite: PostgreSQL in WebAssembly, with a column of `tsvector` and pgvector. A question finds the
 * rows with at least one of its words, as with the other stores: all words of a sentence are in
 * hardly any other passage. The two lists are fused by reciprocal ranks in SQL.
 */
import type { PGlite } from '@electric-sql/pglite';
import { DIMENSIONS } from './questions';
import { type Ask, CANDIDATES, requirePeer, type Source, type Store, seconds } from './store';

const BATCH = 2000;

/** The words of a question, without stop words, as a query for any of the words. */
const ANY_WORD = `
  SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS question
  FROM unnest(to_tsvector('english', $1))`;

const TEXT = `
  WITH words AS (${ANY_WORD})
  SELECT id FROM items, words WHERE lexemes @@ question
  ORDER BY ts_rank_cd(lexemes, question) DESC, id LIMIT $2`;

const VECTOR = 'SELECT id FROM items ORDER BY embedding <#> $1 LIMIT $2';

const HYBRID = `
  WITH words AS (${ANY_WORD}),
  near AS (
    SELECT id, row_number() OVER (ORDER BY distance) AS place
    FROM (SELECT id, embedding <#> $2 AS distance FROM items ORDER BY embedding <#> $2 LIMIT ${CANDIDATES}) AS nearest
  ),
  found AS (
    SELECT id, row_number() OVER (ORDER BY rank DESC, id) AS place
    FROM (
      SELECT id, ts_rank_cd(lexemes, question) AS rank FROM items, words WHERE lexemes @@ question
      ORDER BY rank DESC, id LIMIT ${CANDIDATES}
    ) AS best
  )
  SELECT id FROM near FULL JOIN found USING (id)
  ORDER BY coalesce(1.0 / (60 + near.place), 0) + coalesce(1.0 / (60 + found.place), 0) DESC, id LIMIT $3`;

export async function pglite({ root, passages, vectors, isExact }: Source): Promise<Store> {
  const { PGlite: Class }: typeof import('@electric-sql/pglite') = requirePeer(root, '@electric-sql/pglite');
  const { vector }: typeof import('@electric-sql/pglite-pgvector') = requirePeer(root, '@electric-sql/pglite-pgvector');
  const startParams = [...Class.defaultStartParams, '-c', 'shared_buffers=512MB'];
  const database = await Class.create({ extensions: { vector }, startParams });
  await database.exec(`
    CREATE EXTENSION vector;
    CREATE UNLOGGED TABLE items (
      id int, text text, embedding vector(${DIMENSIONS}),
      lexemes tsvector GENERATED ALWAYS AS (to_tsvector('english', text)) STORED
    );
    ALTER TABLE items ALTER COLUMN embedding SET STORAGE PLAIN;
    SET maintenance_work_mem = '512MB';
    SET hnsw.ef_search = ${CANDIDATES};
  `);
  const literal = (row: number): string => `[${vectors.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS).join()}]`;
  const buildSeconds = await seconds(async () => {
    for (let start = 0; start < passages.length; start += BATCH) {
      const lines = passages.slice(start, start + BATCH).map(({ text }, i) => {
        return `${start + i}\t${escaped(text)}\t${literal(start + i)}\n`;
      });
      const blob = new Blob(lines);
      await database.query("COPY items (id, text, embedding) FROM '/dev/blob'", [], { blob });
    }
    await database.exec('CREATE INDEX words ON items USING gin (lexemes);');
    if (!isExact) await database.exec('CREATE INDEX ON items USING hnsw (embedding vector_ip_ops);');
    await database.exec('ANALYZE items;');
  });
  const numbers = async (sql: string, parameters: readonly unknown[]): Promise<number[]> => {
    const { rows } = await database.query<[number]>(sql, parameters, { rowMode: 'array' });
    return rows.map(([value]) => Number(value));
  };
  const [bytes = 0] = await numbers("SELECT pg_total_relation_size('items')", []);
  const [wordBytes = 0] = await numbers(
    "SELECT pg_relation_size('words') + (SELECT sum(pg_column_size(lexemes)) FROM items)",
    [],
  );
  return { name: 'PGlite', buildSeconds, wordBytes, bytes, searches: searches(numbers), close: () => ended(database) };
}

function searches(numbers: (sql: string, parameters: readonly unknown[]) => Promise<number[]>): [string, Ask][] {
  const literal = (vector: Float32Array): string => `[${vector.join()}]`;
  return [
    ['vector, HNSW', ({ vector }, k) => numbers(VECTOR, [literal(vector), k])],
    ["text, ts_rank_cd, 'english'", ({ text }, k) => numbers(TEXT, [text, k])],
    ['hybrid, rrf 60', ({ text, vector }, k) => numbers(HYBRID, [text, literal(vector), k])],
  ];
}

/** A value in the text format of COPY. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

const ended = (database: PGlite): Promise<void> => database.close();
