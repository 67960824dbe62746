/** The one file that opens, fills and drops an EdgeVec. */
import { EdgeVec, EdgeVecError, type EdgeVecErrorCode, type EdgeVecEvent, type Metric, type Stats } from 'edgevec';
import { DataClient, setOf } from './data/client';
import type { DataSet, RowMetadata, Source } from './data/types';

export type Database = EdgeVec<RowMetadata>;

/** What the database is called on this device. Every tab with this page works on the same one. */
export const NAME = 'demo';

export interface HostOptions {
  /** false runs the engine in the page's own thread, in slices of at most 8 ms. */
  worker: 'auto' | false;
  onEvent: (event: EdgeVecEvent) => void;
}

export interface BuildOptions extends HostOptions {
  metric: Metric;
}

export interface Index {
  db: Database;
  /** Where new queries come from. Of a folder only the rows are stored, so after a reload there is none. */
  data: DataClient | null;
}

export interface Held {
  set: DataSet;
  count: number;
  stats: Stats;
}

const failedWith = (error: unknown, code: EdgeVecErrorCode) => error instanceof EdgeVecError && error.code === code;

/** Whether there is something to load; undefined where the browser does not tell. */
export async function isStored(): Promise<boolean | undefined> {
  try {
    return (await EdgeVec.list()).includes(NAME);
  } catch {
    return undefined;
  }
}

/** Opens what an earlier visit or another tab has stored; null where that is nothing. What is stored tells the dimensions. */
export async function openStored(options: HostOptions): Promise<Index | null> {
  if ((await isStored()) === false) return null;
  try {
    const db = await EdgeVec.load<RowMetadata>(NAME, options);
    const found = await look(db);
    if (!found) {
      await db.close();
      return null;
    }
    const { set } = found;
    const data = set.kind === 'synthetic' ? new DataClient({ ...set, dimensions: db.dimensions }) : null;
    return { db, data };
  } catch (error) {
    if (failedWith(error, 'NOT_FOUND')) return null;
    if (!failedWith(error, 'STORAGE_UNAVAILABLE')) throw error;
    // The same is told when a database is made; better to know before.
    options.onEvent({ type: 'degraded', error: error as EdgeVecError });
    return null;
  }
}

/** What is in it now, whichever tab wrote it; null as long as that is no row. */
export async function look(db: Database): Promise<Held | null> {
  const [first, stats] = await Promise.all([db.get(0), db.stats()]);
  const set = first?.metadata.set;
  return set ? { set, count: stats.count, stats } : null;
}

const nameOf = (set: DataSet) => (set.kind === 'synthetic' ? `seed ${set.seed}` : `folder ${set.name}`);

/** How many of the source's rows are there, so that only the others need be written. 0 where all are, or those of another set. */
export function rowsToKeep({ db }: Index, { set, count }: Held, source: Source, metric: Metric): number {
  const same = nameOf(set) === nameOf(setOf(source)) && db.dimensions === source.dimensions && db.metric === metric;
  return same && count < source.rows ? count : 0;
}

/**
 * Stores the source's rows: those that are missing if `keep`, else all of them, in place of whatever was stored. They arrive as a stream,
 * so memory holds them once, in the engine, and are written in batches, so those written stay when `signal` aborts or the page is closed.
 */
export async function build(
  source: Source,
  { metric, ...options }: BuildOptions,
  keep: boolean,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Index> {
  const { dimensions } = source;
  if (!keep) await drop();
  const db: Database = await EdgeVec.open<RowMetadata>({
    name: NAME,
    dimensions,
    metric,
    whenUnavailable: 'memory',
    ...options,
  });
  const from = keep ? await db.count() : 0;
  const data = new DataClient(source, from);
  try {
    if (from > 0) await db.update({ id: 0, metadata: { set: setOf(source) } });
    await db.upsert(data.rows(), { signal, onProgress: ({ done }) => onProgress(from + done) });
  } catch (error) {
    if (!signal.aborted) {
      await close({ db, data });
      throw error;
    }
  }
  return { db, data };
}

/** A lock that a tab holds while it builds. It ends with the tab, so none is taken to build that has gone. */
const BUILDING = `edgevec-${NAME}:building`;

/** Does `work` so that other tabs can tell this one is building. */
export async function asBuilder<T>(work: () => Promise<T>): Promise<T> {
  // There are none in insecure contexts.
  return navigator.locks ? navigator.locks.request(BUILDING, { mode: 'shared' }, work) : work();
}

/** Whether another tab is building, asked by one that is not. */
export async function isBuiltElsewhere(): Promise<boolean> {
  const locks = await navigator.locks?.query();
  return locks?.held?.some(({ name }) => name === BUILDING) ?? false;
}

export async function close({ db, data }: Index): Promise<void> {
  data?.close();
  await db.close();
}

/** Deletes what is stored. Tabs that have it open are told by the event `storage-gone`. */
export async function drop(): Promise<void> {
  try {
    await EdgeVec.drop(NAME);
  } catch (error) {
    // Where nothing can be stored, nothing is.
    if (failedWith(error, 'STORAGE_UNAVAILABLE')) return;
    if (!failedWith(error, 'BLOCKED')) throw error;
    throw new Error(
      'Another tab with this page does not answer. Close it: the stored rows are deleted as soon as it is gone.',
    );
  }
}
