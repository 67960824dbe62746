/** Measures how long writing and saving block the page's thread. */
import { EdgeVec } from '../../src/index';
import type { TripAsked, TripMeasured } from '../node/round-trip';
import type { ThreadAsked, ThreadMeasured } from '../node/thread';

/**
 * Measures gaps between messages to itself. A message arrives once the current task and all queued
 * tasks are done. So the longest gap is the longest task, or two tasks if the library's own
 * messages come between. Gaps work in every browser, and show tasks shorter than the 50 ms of
 * `longtask`.
 */
class Gaps {
  readonly #channel = new MessageChannel();
  #last = performance.now();
  #phase = '';
  /**
   * Only long gaps. Keeping all gaps would make work for the garbage collector, and the benchmark
   * would measure this work.
   */
  readonly found: { phase: string; ms: number }[] = [];

  constructor() {
    const { port1, port2 } = this.#channel;
    port1.onmessage = () => {
      const now = performance.now();
      const ms = now - this.#last;
      if (ms > 2) this.found.push({ phase: this.#phase, ms });
      this.#last = now;
      port2.postMessage(0);
    };
    port2.postMessage(0);
  }

  begin(phase: string): void {
    this.#phase = phase;
  }

  /** Waits, so that the last task of a phase counts in this phase. */
  turn(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 20));
  }

  end(): void {
    this.#channel.port1.close();
  }
}

const CONTROL_MS = 5_000;

async function busyWorker(ms: number): Promise<void> {
  const source = `const end = performance.now() + ${ms}; while (performance.now() < end); postMessage(0)`;
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url);
  await new Promise((resolve) => {
    worker.onmessage = resolve;
  });
  worker.terminate();
  URL.revokeObjectURL(url);
}

async function measureThread({ rows, dimensions, worker }: ThreadAsked): Promise<ThreadMeasured> {
  const name = `thread-${worker}-${Date.now()}`;
  const records = Array.from({ length: rows }, (_, i) => ({
    id: `document-${i}`,
    vector: Float32Array.from({ length: dimensions }, () => Math.random() - 0.5),
    metadata: { title: `Document ${i}`, year: 1900 + (i % 125), tags: ['a', 'b', `t${i % 50}`], text: 'x'.repeat(200) },
  }));
  const gaps = new Gaps();
  // The machine's own delays: nothing runs in the page, and a worker is busy.
  gaps.begin('nothing');
  await busyWorker(CONTROL_MS);
  gaps.begin('open');
  const db = await EdgeVec.open({ name, dimensions, worker });
  await gaps.turn();
  const start = performance.now();
  gaps.begin('upsert');
  await db.upsert(records);
  await gaps.turn();
  gaps.begin('save');
  await db.save();
  await gaps.turn();
  const seconds = (performance.now() - start) / 1000;
  gaps.end();
  await db.close();
  await EdgeVec.drop(name);
  const of = (phase: string): number[] =>
    gaps.found
      .filter((gap) => gap.phase === phase)
      .map(({ ms }) => ms)
      .sort((a, b) => b - a);
  return {
    worker,
    seconds,
    phases: ['nothing', 'open', 'upsert', 'save'].map((phase) => {
      const ms = of(phase);
      return { phase, longestMs: ms[0] ?? 0, over8: ms.filter((one) => one > 8).length, longest: ms.slice(0, 8) };
    }),
  };
}

/** Calls that the clock measures together, since its steps may be as long as a call. */
const CALLS = 20;
const BLOCKS = 150;

async function measureTrip({ worker }: TripAsked): Promise<TripMeasured> {
  const db = await EdgeVec.open({ dimensions: 2, worker });
  const vector = Float32Array.of(1, 0);
  await db.insert(vector);
  const block = async (): Promise<number> => {
    const start = performance.now();
    for (let i = 0; i < CALLS; i++) await db.search(vector, 1);
    return (1000 * (performance.now() - start)) / CALLS;
  };
  // The browser compiles the code.
  for (let i = 0; i < BLOCKS; i++) await block();
  const us: number[] = [];
  for (let i = 0; i < BLOCKS; i++) us.push(await block());
  await db.close();
  return { medianUs: us.sort((a, b) => a - b)[BLOCKS >> 1] as number };
}

Object.assign(globalThis, { measureThread, measureTrip });
