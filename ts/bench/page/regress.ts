/** Measures two builds of the library in the same page, in turns. */
import { load } from '../data/dataset';
import { type Rows, rowAt } from '../data/rows';
import { recall } from '../measure/statistics';
import { timePass } from '../measure/time';
import type { RegressAsked, RegressPrepared, RegressRound, Role } from '../node/regress/main';
import { truthOf } from './own';

/** The calls that every build of the library has. */
interface Database {
  insert(records: Iterable<{ id: number; vector: Float32Array }>): Promise<unknown>;
  search(query: Float32Array, options: { k: number }): Promise<{ readonly id: number }[]>;
}

interface Library {
  readonly EdgeVec: { open(options: object): Promise<Database> };
}

interface Prepared {
  readonly queries: Rows;
  readonly asked: RegressAsked;
  readonly databases: ReadonlyMap<string, Readonly<Record<Role, Database>>>;
}

let prepared: Prepared | undefined;

function* records(rows: Rows) {
  for (let id = 0; id < rows.count; id++) yield { id, vector: rowAt(rows, id) };
}

async function prepareRegress(asked: RegressAsked): Promise<RegressPrepared> {
  const { job, hosts, addresses } = asked;
  const { graph, k, dataset } = job;
  const truth = await truthOf(job);
  const { base, queries } = await load(dataset);
  const databases = new Map<string, Record<Role, Database>>();
  const found: Record<string, number> = {};
  for (const [host, worker] of Object.entries(hosts)) {
    const open = async (role: Role): Promise<Database> => {
      const { EdgeVec } = (await import(/* @vite-ignore */ addresses[role])) as Library;
      const db = await EdgeVec.open({ dimensions: dataset.dimensions, ...graph, worker });
      await db.insert(records(base));
      return db;
    };
    databases.set(host, { base: await open('base'), head: await open('head'), again: await open('again') });
  }
  prepared = { queries, asked, databases };
  const [first] = databases.values();
  for (const role of ['base', 'head'] as const) {
    const hits: number[][] = [];
    for (let i = 0; i < dataset.queries; i++) {
      const answer = (await first?.[role].search(rowAt(queries, i), { k })) ?? [];
      hits.push(answer.map(({ id }) => id));
    }
    found[role] = recall(hits, truth, k);
  }
  return { recall: found as RegressPrepared['recall'] };
}

/** Runs each database twice, in turn and backwards: base, head, again, again, head, base. */
async function runRegressRound(round: number): Promise<RegressRound> {
  if (prepared === undefined) throw new Error('prepareRegress comes first');
  const { queries, asked, databases } = prepared;
  const { k, dataset } = asked.job;
  const roles: Role[] = ['base', 'head', 'again'];
  const turned = roles.map((_, i) => roles[(i + round) % roles.length] as Role);
  const measured: Record<string, Record<Role, number[]>> = {};
  for (const [host, of] of databases) {
    const latencies: Record<Role, number[]> = { base: [], head: [], again: [] };
    for (const role of [...turned, ...[...turned].reverse()]) {
      const searches = Array.from({ length: dataset.queries }, (_, i) => {
        const query = rowAt(queries, i);
        return async () => (await of[role].search(query, { k })).map(({ id }) => id);
      });
      latencies[role].push(...(await timePass(searches)).latencies);
    }
    measured[host] = latencies;
  }
  return measured;
}

Object.assign(globalThis, { prepareRegress, runRegressRound });
