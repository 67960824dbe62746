/** The only file that opens, fills and drops an EdgeVec database. */
import { EdgeVec, EdgeVecError, type EdgeVecErrorCode, type EdgeVecEvent, type Metric, type Stats } from 'edgevec';
import { DataClient, setOf } from './data/client';
import type { DataSet, RowMetadata, Source } from './data/types';

export type Database = EdgeVec<RowMetadata>;

/** The name of the database on this device. All tabs with this page use the same database. */
export const NAME = 'demo';

export interface HostOptions {
  /** With false, the engine runs in the page's own thread, in slices of at most 8 ms. */
  worker: 'auto' | false;
  onEvent: (event: EdgeVecEvent) => void;
}

export interface BuildOptions extends HostOptions {
  metric: Metric;
}

export interface Index {
  db: Database;
  /**
   * The source of new queries. The database stores the rows of a folder, and not the folder's
   * queries. After a reload the value is therefore null for a folder.
   */
  data: DataClient | null;
}

export interface Held {
  set: DataSet;
  count: number;
  stats: Stats;
}

const failedWith = (error: unknown, code: EdgeVecErrorCode) => error instanceof EdgeVecError && error.code === code;

/** Whether a database is stored. Undefined if the browser does not tell. */
export async function isStored(): Promise<boolean | undefined> {
  try {
    return (await EdgeVec.list()).includes(NAME);
  } catch {
    return undefined;
  }
}

/**
 * Opens the database of an earlier visit or another tab, with the stored dimensions. Null if no
 * database with rows is stored.
 */
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
    // `EdgeVec.open` would report the same later. The user should know before a build.
    options.onEvent({ type: 'degraded', error: error as EdgeVecError });
    return null;
  }
}

/**
 * The current content of the database, with the writes of all tabs. Null if the database has no
 * rows.
 */
export async function look(db: Database): Promise<Held | null> {
  const [first, stats] = await Promise.all([db.get(0), db.stats()]);
  const set = first?.metadata.set;
  return set ? { set, count: stats.count, stats } : null;
}

const nameOf = (set: DataSet) => (set.kind === 'synthetic' ? `seed ${set.seed}` : `folder ${set.name}`);

/**
 * How many rows of the source are stored already, so that a build writes only the others. 0 if all
 * rows are stored, or if the rows are of another data set.
 */
export function rowsToKeep({ db }: Index, { set, count }: Held, source: Source, metric: Metric): number {
  const same = nameOf(set) === nameOf(setOf(source)) && db.dimensions === source.dimensions && db.metric === metric;
  return same && count < source.rows ? count : 0;
}

/**
 * Stores the rows of the source. If `keep`, the function adds the missing rows, and otherwise
 * replaces the stored database. The rows arrive as a stream, so memory holds each row only once, in
 * the engine. The database writes the rows in batches. If `signal` aborts or the page closes, the
 * batches already written stay.
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

/**
 * A Web Lock that a tab holds during a build. The lock ends with the tab, so a closed tab never
 * counts as building.
 */
const BUILDING = `edgevec-${NAME}:building`;

/** Runs `work` while holding the lock, so that other tabs see the build. */
export async function asBuilder<T>(work: () => Promise<T>): Promise<T> {
  // Insecure contexts have no Web Locks.
  return navigator.locks ? navigator.locks.request(BUILDING, { mode: 'shared' }, work) : work();
}

/** Whether another tab is building. Only for a tab without a build of its own. */
export async function isBuiltElsewhere(): Promise<boolean> {
  const locks = await navigator.locks?.query();
  return locks?.held?.some(({ name }) => name === BUILDING) ?? false;
}

export async function close({ db, data }: Index): Promise<void> {
  data?.close();
  await db.close();
}

/** Deletes the stored database. Tabs with the database open get the event `storage-gone`. */
export async function drop(): Promise<void> {
  try {
    await EdgeVec.drop(NAME);
  } catch (error) {
    // Without storage, the browser has no stored database to delete.
    if (failedWith(error, 'STORAGE_UNAVAILABLE')) return;
    if (!failedWith(error, 'BLOCKED')) throw error;
    throw new Error(
      'Another tab with this page does not answer. Close it: the stored rows are deleted as soon as it is gone.',
    );
  }
}
