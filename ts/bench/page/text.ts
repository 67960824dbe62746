/** Measures text search: EdgeVec through its public API, and MiniSearch. */
import { EdgeVec } from '../../src/index';
import type { TextAsked, TextMeasured, Timed } from '../node/text';

interface Passage {
  readonly text: string;
}

/** Changes of a tenth of the rows each. */
const CHURN_ROUNDS = 20;
/** MiniSearch takes hundreds of milliseconds a query. */
const MINISEARCH_QUERIES = 20;
const K = 10;

async function passagesOf(file: string, count: number): Promise<string[]> {
  const response = await fetch(`/data/${file}`);
  const stream = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(
    new DecompressionStream('gzip'),
  );
  const lines = (await new Response(stream).text()).split('\n', count);
  return lines.map((line) => (JSON.parse(line) as Passage).text);
}

/** Words that follow each other in passages that are not in the database. */
function queriesOf(passages: readonly string[], words: number): string[] {
  return passages.map((passage, i) => {
    const all = passage.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
    const start = (i * 7) % Math.max(1, all.length - words);
    return all.slice(start, start + words).join(' ');
  });
}

async function timed(queries: readonly string[], search: (query: string) => unknown): Promise<Timed> {
  // The first queries compile code.
  for (const query of queries.slice(0, 20)) await search(query);
  const times: number[] = [];
  for (const query of queries) {
    const start = performance.now();
    await search(query);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const at = (share: number): number => times[Math.floor(times.length * share)] as number;
  return { mean, median: at(0.5), p95: at(0.95) };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function* recordsOf(texts: readonly string[], dimensions: number) {
  let state = 1;
  for (const [id, text] of texts.entries()) {
    const vector = Float32Array.from({ length: dimensions }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32 - 0.5;
    });
    yield { id, vector, metadata: { text } };
  }
}

/** A database with text search. `write` gets the seconds until all rows can be found. */
async function write(texts: readonly string[], dimensions: number, hasText: boolean) {
  const graph = dimensions < 16 ? { m: 2, efConstruction: 2 } : {};
  const db = await EdgeVec.open<Passage>({ dimensions, ...graph, ...(hasText ? { text: ['text'] } : {}) });
  const records = [...recordsOf(texts, dimensions)];
  const took = await seconds(async () => {
    await db.insert(records);
    if (hasText) await db.search({ text: 'whale' });
  });
  return { db, took };
}

/** Seconds from `open` to the answer of the first text search, without and with stored words. */
async function openings(texts: readonly string[]): Promise<{ readonly made: number; readonly stored: number }> {
  const options = { name: 'bench-text', dimensions: 2, m: 2, efConstruction: 2 };
  await EdgeVec.drop(options.name);
  const first = await EdgeVec.open<Passage>(options);
  await first.insert([...recordsOf(texts, 2)]);
  await first.save();
  await first.close();
  const opening = async () => {
    const start = performance.now();
    const db = await EdgeVec.open<Passage>({ ...options, text: ['text'] });
    await db.search({ text: 'whale' });
    return { db, took: (performance.now() - start) / 1000 };
  };
  const [made, stored]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 3; turn++) {
    // Without `text`, these calls remove all words.
    const without = await EdgeVec.open<Passage>(options);
    await without.compact();
    await without.save();
    await without.close();
    const making = await opening();
    made.push(making.took);
    await making.db.save();
    await making.db.close();
    const reading = await opening();
    stored.push(reading.took);
    await reading.db.close();
  }
  await EdgeVec.drop(options.name);
  return { made: Math.min(...made), stored: Math.min(...stored) };
}

async function edgevec({ rows, queries, writes, dimensions }: TextAsked): Promise<TextMeasured> {
  const texts = await passagesOf('base.jsonl.gz', rows);
  const held = await passagesOf('queries.jsonl.gz', queries);
  // In turns, since other work on the machine comes and goes.
  const plain: number[] = [];
  const indexed: number[] = [];
  for (let turn = 0; turn < 2; turn++) {
    for (const hasText of [false, true]) {
      const { db, took } = await write(texts.slice(0, writes), dimensions, hasText);
      (hasText ? indexed : plain).push(took);
      await db.close();
    }
  }
  const { db, took } = await write(texts, 2, true);
  // Until then, a query may wait for a slice of the work between other work.
  await db.compact();
  const [three, eight] = [queriesOf(held, 3), queriesOf(held, 8)];
  const search = (text: string) => db.search({ text, k: K });
  const measured = {
    system: 'edgevec',
    buildSeconds: took,
    three: await timed(three, search),
    eight: await timed(eight, search),
    prefix: await timed(three, (text) => db.search({ text: text.slice(0, -1), k: K, prefix: true })),
    fuzzy: await timed(three, (text) => db.search({ text, k: K, fuzzy: true })),
    megabytes: (await db.stats()).memory.text / 1e6,
    writeSeconds: { plain: Math.min(...plain), indexed: Math.min(...indexed) },
    openSeconds: await openings(texts),
  };
  for (let round = 0; round < CHURN_ROUNDS; round++) {
    const changes = texts.flatMap((_, id) => {
      return (id + round) % 10 === 0
        ? [{ id, metadata: { text: texts[(id * 7 + round) % texts.length] as string } }]
        : [];
    });
    await db.update(changes);
  }
  await db.compact();
  const churned = { three: await timed(three, search), eight: await timed(eight, search) };
  const churnedMegabytes = (await db.stats()).memory.text / 1e6;
  await db.close();
  return { ...measured, churned, churnedMegabytes };
}

async function minisearch({ rows }: TextAsked): Promise<TextMeasured> {
  const texts = await passagesOf('base.jsonl.gz', rows);
  const held = await passagesOf('queries.jsonl.gz', MINISEARCH_QUERIES);
  const { default: MiniSearch } = await import('../peers/minisearch');
  const before = heap();
  const index = new MiniSearch({ fields: ['text'], idField: 'id' });
  const buildSeconds = await seconds(async () => {
    index.addAll(texts.map((text, id) => ({ id, text })));
  });
  const search = (text: string) => index.search(text).slice(0, K);
  return {
    system: 'minisearch',
    buildSeconds,
    three: await timed(queriesOf(held, 3), search),
    eight: await timed(queriesOf(held, 8), search),
    prefix: await timed(queriesOf(held, 3), (text) => index.search(text, { prefix: true }).slice(0, K)),
    fuzzy: await timed(queriesOf(held, 3), (text) => index.search(text, { fuzzy: 1 }).slice(0, K)),
    megabytes: (heap() - before) / 1e6,
  };
}

/** Bytes of JavaScript's memory, in Chromium. The number counts waste that is not collected yet. */
function heap(): number {
  return (performance as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? Number.NaN;
}

const measureText = (asked: TextAsked): Promise<TextMeasured> =>
  asked.system === 'edgevec' ? edgevec(asked) : minisearch(asked);

Object.assign(globalThis, { measureText });
