// Makes storage calls of `replace` and `reembed` fail. After each fault, the database is as before
// the call or as after the call, and whole. The next call succeeds, and embeds no finished row
// again.

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { EdgeVec, type TextModel } from '../../src/index.js';
import type { StorageBackend, StorageSite } from '../../src/storage/storage.js';
import { Disk, type Fault, FaultySite, LOSSES, type Loss } from '../support/disk.js';
import { random } from '../support/random.mjs';
import { SOAKS, spread } from '../support/soak.js';

/** A site with a disk for each name. The calls of all disks count together. */
class Disks extends FaultySite {
  readonly disks: Map<string, Disk>;

  constructor(disks = new Map<string, Disk>()) {
    super(new Disk());
    this.disks = disks;
  }

  protected override diskOf(name: string): Disk {
    const disk = this.disks.get(name) ?? new Disk();
    this.disks.set(name, disk);
    return disk;
  }

  override async inspect(name: string): Promise<StorageBackend | undefined> {
    return this.disks.has(name) ? this.open(name) : undefined;
  }

  override async list(): Promise<string[]> {
    return [...this.disks.keys()].sort();
  }

  override drop(name: string): Promise<void> {
    return this.call('drop', () => void this.disks.delete(name));
  }
}

let site: StorageSite;
vi.mock('../../src/storage/site.js', async (original) => ({
  ...(await original<typeof import('../../src/storage/site.js')>()),
  localSite: async () => site,
}));
// The platform takes the locks of a process that dies. Here a process dies by waiting for ever, and
// Node 24 would keep its locks.
vi.mock('../../src/base/web-locks.js', () => ({ webLocks: () => undefined }));

type Db = EdgeVec<{ text: string; source?: string }>;

/** More rows than `reembed` embeds before it stores the vectors. */
const ROWS = 280;
const SOURCE = 'guide.md';
const textOf = (i: number): string => `${'abcxyz'.repeat((i % 5) + 1).slice(i % 6)} ${i}`;
const passages = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ id: from + i, text: textOf(from + i) }));
const vectorOf = (letters: string, text: string): number[] => [...letters].map((letter) => text.split(letter).length);

/** The vector tells the model: the number of each letter. */
function modelOf(letters: string, embedded: string[] = []): TextModel {
  return {
    model: letters,
    dimensions: letters.length,
    embed: (texts) => {
      embedded.push(...texts);
      return texts.map((text) => vectorOf(letters, text));
    },
  };
}

interface State {
  readonly model: string;
  readonly rows: readonly { readonly id: number; readonly text: string }[];
}

/** A call whose storage calls fail. */
interface Call {
  readonly name: string;
  readonly before: State;
  readonly after: State;
  /** The model that `open` is given. Undefined: the next process does not know the model. */
  readonly opened: string | undefined;
  /** @param finished takes the number of finished rows */
  readonly run: (db: Db, embedded: string[], finished: (rows: number) => void) => Promise<unknown>;
  /** The rows that the next call must not embed again. */
  readonly kept: (found: State, finished: number) => State['rows'];
}

const CHANGED = [...passages(20, 199), { id: 199, text: 'changed' }, ...passages(200, ROWS)];

const CALLS: readonly Call[] = [
  {
    name: 'reembed',
    before: { model: 'ab', rows: passages(0, ROWS) },
    after: { model: 'xyz', rows: passages(0, ROWS) },
    opened: undefined,
    run: (db, embedded, finished) => db.reembed(modelOf('xyz', embedded), { onProgress: ({ done }) => finished(done) }),
    // If the new index is in its place, the next call is a new beginning.
    kept: ({ model, rows }, finished) => (model === 'ab' ? rows.slice(0, finished) : []),
  },
  {
    name: 'replace',
    before: { model: 'ab', rows: passages(0, 200) },
    // Rows are kept, changed, removed and new.
    after: { model: 'ab', rows: CHANGED },
    opened: 'ab',
    run: (db) => db.replace(SOURCE, CHANGED),
    kept: ({ rows }) => rows,
  },
];

/** A row that is written after a failure. */
const LATE = { id: 9_999, text: 'late' };

function inWords({ model, rows }: State): string {
  return JSON.stringify([model, [...rows].sort((a, b) => a.id - b.id).map(({ id, text }) => [id, text])]);
}

const withLate = ({ model, rows }: State): State => ({ model, rows: [...rows, LATE] });

/**
 * Objects of equal options share a database of the process. Each process of the test has its own.
 */
let processes = 0;
const open = (model: string | undefined, embedded: string[] = []): Promise<Db> =>
  EdgeVec.open({
    name: 'db',
    worker: false,
    recall: 0.5 + ++processes / 1e6,
    onEvent: () => {},
    ...(model !== undefined && { embed: modelOf(model, embedded) }),
  });

/** The state of the database. Fails unless the vector of each row is from the model. */
async function stateOf(db: Db): Promise<State> {
  const model = String(db.model);
  const rows: { id: number; text: string }[] = [];
  const wrong: unknown[] = [];
  for await (const { id, vector, metadata } of db.scan({ includeVectors: true })) {
    const { text } = metadata;
    const expected = vectorOf(model, text);
    if (vector.length !== expected.length || expected.some((value, i) => value !== vector[i])) wrong.push(id);
    rows.push({ id: Number(id), text });
  }
  expect(wrong, `rows without a vector of the model ${model}`).toEqual([]);
  return { model, rows };
}

const fork = (disks: ReadonlyMap<string, Disk>): Map<string, Disk> =>
  new Map([...disks].map(([name, disk]) => [name, disk.fork()]));

type Outcome = 'done' | 'failed' | 'dead';

interface Ran {
  readonly outcome: Outcome;
  /** The number of rows that the call has told as finished. */
  readonly finished: number;
  /** The state that the object shows at the end. Undefined if the object has ended. */
  readonly shown: State | undefined;
  /** What became of a later write. */
  readonly late: 'none' | 'written' | 'refused';
}

/** Makes the call, until the call settles or the process dies. */
async function run(call: Call, disks: Disks, fault?: { call: number; how: Fault }): Promise<Ran> {
  site = disks;
  const db = await open(call.opened);
  disks.kinds.length = 0;
  // Faults while a database opens are in other tests.
  if (fault !== undefined) disks.fault = { ...fault, call: disks.calls + fault.call };
  let outcome: Outcome | undefined;
  let finished = 0;
  const noteFinished = (rows: number): void => {
    finished = rows;
  };
  const running = call.run(db, [], noteFinished).then(
    () => {
      outcome = 'done';
    },
    () => {
      outcome = 'failed';
    },
  );
  // A process that dies settles no promise.
  while (outcome === undefined && !disks.dead) await new Promise((resolve) => setImmediate(resolve));
  if (outcome === undefined || disks.dead) return { outcome: 'dead', finished, shown: undefined, late: 'none' };
  await running;
  const shown = await stateOf(db).catch((error) => {
    expect(['CLOSED', 'STORAGE_FAILED']).toContain(error.code);
    return undefined;
  });
  let late: Ran['late'] = 'none';
  if (outcome === 'failed' && shown !== undefined) {
    const record = { id: LATE.id, vector: vectorOf(shown.model, LATE.text), metadata: { text: LATE.text } };
    late = await db.insert(record).then(
      () => 'written' as const,
      () => 'refused' as const,
    );
  }
  await db.close().catch(() => {});
  return { outcome, finished, shown, late };
}

const FAULTS: readonly Fault[] = ['throws', 'throws after', 'quota', 'loses the connection', 'dies', 'dies after'];
/** So many storage calls go wrong in each way, spread over all storage calls of the call. */
const MOST = 6;

describe.each(CALLS)('$name', (call) => {
  /** The disks before the call. */
  let before: ReadonlyMap<string, Disk>;

  beforeEach(async () => {
    const disks = new Disks();
    site = disks;
    const embed = modelOf(call.before.model);
    const db: Db = await EdgeVec.open({ name: 'db', embed, worker: false, metric: 'dot' });
    await db.replace(SOURCE, call.before.rows);
    await db.close();
    for (const disk of disks.disks.values()) disk.sync();
    before = disks.disks;
  });

  test('without a fault', async () => {
    const { outcome, shown } = await run(call, new Disks(fork(before)));
    expect(outcome).toBe('done');
    expect(shown && inWords(shown)).toBe(inWords(call.after));
  });

  test.each(FAULTS)('a storage call %s', async (how) => {
    const counting = new Disks(fork(before));
    await run(call, counting);
    const kinds = [...counting.kinds];
    const draw = random(FAULTS.indexOf(how));
    for (const position of spread(kinds.length, MOST, draw)) {
      const disks = new Disks(fork(before));
      const ran = await run(call, disks, { call: position + 1, how });
      const label = `call ${position + 1} (${kinds[position]}) ${how}: ${ran.outcome}`;
      const { outcome, shown } = ran;
      if (shown !== undefined) expect(statesAfter(outcome), `${label}: shown`).toContain(inWords(shown));
      // The process ends here.
      disks.dead = true;
      for (const loss of lossesAfter(outcome, draw)) {
        const left = fork(disks.disks);
        if (loss !== undefined) for (const disk of left.values()) disk.fail(loss);
        await goOn(left, loss === undefined ? ran : { ...ran, finished: 0 }, `${label}, ${loss ?? 'no power failure'}`);
      }
    }
  });

  const statesAfter = (outcome: Outcome, late: Ran['late'] = 'none'): string[] => {
    const states = outcome === 'done' ? [call.after] : [call.before, call.after];
    const lates = late === 'none' ? [] : states.map(withLate);
    return [...(late === 'written' ? [] : states), ...lates].map(inWords);
  };

  /** What may be lost. A death without a power failure loses nothing. */
  function lossesAfter(outcome: Outcome, draw: () => number): readonly (Loss | undefined)[] {
    if (outcome !== 'dead') return [undefined];
    return SOAKS ? [undefined, ...LOSSES] : [undefined, LOSSES[Math.floor(draw() * LOSSES.length)]];
  }

  /** Opens what is left in another process, checks the state, and makes the call again. */
  async function goOn(left: Map<string, Disk>, { outcome, finished, late }: Ran, label: string): Promise<void> {
    site = new Disks(left);
    const embedded: string[] = [];
    const db = await open(call.opened, embedded);
    const found = await stateOf(db);
    expect(statesAfter(outcome, late), `${label}: found`).toContain(inWords(found));
    await call.run(db, embedded, () => {});
    const isLate = found.rows.some(({ id }) => id === LATE.id);
    const end = inWords(isLate ? withLate(call.after) : call.after);
    expect(inWords(await stateOf(db)), `${label}: after a further call`).toBe(end);
    const kept = new Set(call.kept(found, finished).map(({ text }) => text));
    expect(
      embedded.filter((text) => kept.has(text)),
      `${label}: embedded again`,
    ).toEqual([]);
    await db.close();
    const last = await open(call.opened);
    expect(inWords(await stateOf(last)), `${label}: found in the end`).toBe(end);
    await last.close();
    // No unfinished index is left.
    expect([...left.keys()], label).toEqual(['db']);
  }
});
