/** The one file that opens, fills and closes an EdgeVec. */
import { EdgeVec } from 'edgevec';
import { DataClient } from './data/client';
import type { RowMetadata, Source } from './data/types';

export type Metric = 'cosine' | 'dot' | 'euclidean';
export type Database = EdgeVec<RowMetadata>;

export interface BuildOptions {
  metric: Metric;
  /** false runs the engine in the page's own thread, in slices of at most 8 ms. */
  worker: 'auto' | false;
}

export interface Index {
  db: Database;
  data: DataClient;
  source: Source;
  metric: Metric;
  count: number;
  /** What the build was asked for; more than `count` when it was cancelled. */
  wanted: number;
  stats: Awaited<ReturnType<Database['stats']>>;
}

/**
 * Builds an index of the source's rows. They arrive as a stream, so memory holds them once, in the engine. When `signal`
 * aborts, the rows written so far stay and can be searched; resolves to null when there are none.
 */
export async function build(
  source: Source,
  options: BuildOptions,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Index | null> {
  const { metric, worker } = options;
  const db: Database = await EdgeVec.open<RowMetadata>({ dimensions: source.dimensions, metric, worker });
  const data = new DataClient(source);
  try {
    await db.upsert(data.rows(), { signal, onProgress: ({ done }) => onProgress(done) });
  } catch (error) {
    if (!signal.aborted) {
      data.close();
      await db.close();
      throw error;
    }
  }
  const stats = await db.stats();
  const index = { db, data, source, metric, count: stats.count, wanted: source.rows, stats };
  if (index.count > 0) return index;
  await close(index);
  return null;
}

export async function close(index: Index): Promise<void> {
  index.data.close();
  await index.db.close();
}
