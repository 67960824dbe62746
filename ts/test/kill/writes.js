/**
 * Opens the database, reports its content, and then follows the orders of the server, until the
 * page is killed. Driven by scripts/kill.mjs.
 */
import { EdgeVec } from '/dist/index.js';

const DIMENSIONS = 128;
/** Operations under way at once. */
const AT_ONCE = 3;

const post = async (path, body) => {
  const response = await fetch(path, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
};

const vector = (n) => new Float32Array(DIMENSIONS).fill(n);
const record = ([id, n]) => ({ id, vector: vector(n), metadata: { n } });

async function run(db, { kind, rows, ids, strict }) {
  const durability = strict ? 'strict' : 'relaxed';
  if (kind === 'upsert') await db.upsert(rows.map(record), { durability });
  else if (kind === 'delete') await db.delete(ids, { durability });
  else if (kind === 'save') await db.save();
  else if (kind === 'compact') await db.compact();
}

/** Runs until the worker ends, or the page goes away. */
async function live() {
  let ended = false;
  let worker;
  // Errors after the end are expected.
  const complain = (error) => ended || post('/error', { message: `${error} ${error?.stack}` });
  try {
    const started = performance.now();
    const db = await EdgeVec.open({
      name: 'killed',
      dimensions: DIMENSIONS,
      metric: 'euclidean',
      // A graph that is quick to build.
      m: 8,
      efConstruction: 40,
      worker: () => {
        worker = new Worker('/dist/worker.js');
        return worker;
      },
      onEvent: ({ type, error }) => complain(`${type}: ${error.message}`),
    });
    const rows = [];
    for await (const { id, vector, metadata } of db.scan({ includeVectors: true })) {
      const { n } = metadata;
      if (!vector.every((value) => value === n)) throw new Error(`row ${id} says ${n} and holds ${vector[0]}`);
      rows.push([id, n]);
    }
    await post('/state', { rows, opened: performance.now() - started });
    const running = new Set();
    while (!ended) {
      const op = await post('/next', {});
      if (op.kind === 'wait') {
        await Promise.all(running);
        continue;
      }
      if (op.end !== undefined) {
        setTimeout(() => {
          ended = true;
          if (op.end === 'reload') location.reload();
          else worker.terminate();
        }, op.after);
      }
      // Starts the operations in order, whichever ends first.
      const done = run(db, op)
        .then(() => post('/ack', { number: op.number }))
        .catch(complain)
        .finally(() => running.delete(done));
      running.add(done);
      // A large write gets its place in the order with its last row. Waiting here makes the order
      // of the writes the order of the calls.
      if (op.rows?.length > 1_000) await done;
      else if (running.size >= AT_ONCE) await Promise.race(running);
    }
    await Promise.all(running);
  } catch (error) {
    await complain(error);
    return ended;
  }
  return true;
}

// A page survives the end of its worker, and opens the database again.
while (await live());
