/**
 * The page of the storage benchmark. The command calls `fill`, reloads the page, and calls `open`.
 */
import { load, loadTruth } from '../data/dataset';
import { rowAt } from '../data/rows';
import { exactNeighbours } from '../measure/truth';
import type { Filled, Opened, StorageJob } from './job';
import type { StoredSystem } from './system';
import { systems } from './systems';

const WHAT_CHANGES = 0.01;

async function timed<T>(run: () => Promise<T>): Promise<[seconds: number, result: T]> {
  const start = performance.now();
  const result = await run();
  return [(performance.now() - start) / 1000, result];
}

/** Searches in a loop until `run` is done. Gives the slowest search. */
async function whileSearching(
  search: (query: number) => Promise<unknown>,
  run: () => Promise<void>,
): Promise<{ seconds: number; worst: number }> {
  let worst = 0;
  let isOver = false;
  const running = timed(run).finally(() => {
    isOver = true;
  });
  for (let query = 0; !isOver; query++) worst = Math.max(worst, (await timed(() => search(query)))[0]);
  return { seconds: (await running)[0], worst };
}

/**
 * Before the reload: fills a database, and saves the database. The page is then reloaded without
 * closing the database.
 */
async function fill({ system, dataset, graph, k, ef }: StorageJob): Promise<Filled> {
  storageBench.isNew = false;
  const { base, queries } = await load(dataset);
  const { create } = await systems[system]();
  const db = await create({ dimensions: base.dimensions, ...graph });
  const [insertSeconds] = await timed(() => db.insert(base));
  const [saveSeconds] = await timed(() => db.save());
  const search = (query: number) => db.search(rowAt(queries, query % queries.count), k, ef);
  const pause = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));
  const all = db.saveAll && (await whileSearching(search, () => (db as Required<StoredSystem>).saveAll()));
  const calm = all && (await whileSearching(search, () => pause(all.seconds)));
  let changeSeconds: number | undefined;
  let saveAgainSeconds: number | undefined;
  let worstSeconds = all?.worst;
  if (db.replace !== undefined) {
    const replace = db.replace.bind(db);
    // Writes every hundredth row again with the same vector. The change touches places all over the
    // graph, and the neighbours stay the same.
    [changeSeconds] = await timed(() => replace(base, Math.round(1 / WHAT_CHANGES)));
    const saved = await whileSearching(search, () => db.save());
    saveAgainSeconds = saved.seconds;
    worstSeconds = Math.max(saved.worst, all?.worst ?? 0);
  }
  // WebKitGTK has no `estimate`.
  const usage = (await navigator.storage?.estimate?.())?.usage;
  return {
    insertSeconds,
    saveSeconds,
    saveAllSeconds: all?.seconds,
    changeSeconds,
    saveAgainSeconds,
    worstSeconds,
    calmSeconds: calm?.worst,
    bytes: await db.bytes(),
    usage,
  };
}

/** After the reload: opens the stored database, and searches. */
async function open({ system, dataset, k, ef }: StorageJob): Promise<Opened> {
  const module = await systems[system]();
  const { base, queries } = await load(dataset);
  // The system's code is loaded and compiled as on any visit. Loading the benchmark's data does not
  // count.
  let opened: [seconds: number, db: StoredSystem];
  try {
    opened = await timed(module.open);
  } catch (error) {
    return { reason: error instanceof Error ? error.message : JSON.stringify(error) };
  }
  const [openSeconds, db] = opened;
  const [firstSeconds, first] = await timed(() => db.search(rowAt(queries, 0), k, ef));
  const seconds: number[] = [];
  const found: ArrayLike<number>[] = [first];
  for (let query = 1; query < dataset.queries; query++) {
    const [took, ids] = await timed(() => db.search(rowAt(queries, query), k, ef));
    seconds.push(took);
    found.push(ids);
  }
  const truth = (await loadTruth(dataset, k)) ?? (await exactNeighbours(base, queries, dataset.queries, k, () => {}));
  seconds.sort((a, b) => a - b);
  return {
    openSeconds,
    firstSeconds,
    laterSeconds: seconds[seconds.length >> 1] as number,
    recall: recallOf(found, truth, k),
    rows: await db.count(),
  };
}

function recallOf(found: readonly ArrayLike<number>[], truth: Int32Array, k: number): number {
  const hits = found.map((ids, query) => {
    const true_ = new Set(truth.subarray(query * k, (query + 1) * k));
    return Array.from(ids).filter((id) => true_.has(id)).length;
  });
  return hits.reduce((a, b) => a + b, 0) / (found.length * k);
}

const storageBench = { fill, open, isNew: true };
Object.assign(globalThis, { storageBench });
