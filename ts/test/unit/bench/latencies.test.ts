// The measurement of `npm run bench:p99`, with an exact scan in place of a database.

import { expect, it } from 'vitest';
import { load } from '../../../bench/data/dataset.js';
import { rowAt } from '../../../bench/data/rows.js';
import type { Job } from '../../../bench/job.js';
import { latenciesOf } from '../../../bench/measure/latencies.js';
import { dot, exactNeighbours, Nearest } from '../../../bench/measure/truth.js';
import { latencyTable, parseOptions } from '../../../bench/node/latency.js';

const dataset = {
  name: 'synthetic',
  n: 200,
  dimensions: 8,
  queries: 20,
  warmup: 5,
  source: { kind: 'synthetic', seed: 1 },
} as const;
const graph = { m: 16, efConstruction: 200, seed: 1 };
const job: Job = { dataset, systems: [], efs: [10], stopAt: null, k: 3, passes: 5, graph };

/** Finds the neighbours of the first `rows` rows only, so that the recall is known. */
const scan = (rows: number) => ({
  async open() {
    const { base } = await load(dataset);
    return {
      variant: 'a scan',
      build() {},
      async search(query: Float32Array, k: number) {
        const nearest = new Nearest(k);
        for (let row = 0; row < rows; row++) nearest.offer(dot(rowAt(base, row), query), row);
        return nearest.rows;
      },
      memoryBytes: () => null,
      distances: () => null,
      close() {},
    };
  },
});

it('counts the searches, with fewer passes after pauses, and orders the percentiles', async () => {
  const { base, queries } = await load(dataset);
  const truth = exactNeighbours(base, queries, dataset.queries, job.k);
  const [plain, paused] = await latenciesOf(scan(dataset.n), job, truth, [0, 1]);
  expect(plain).toMatchObject({ pauseMs: 0, searches: 100, recall: 1 });
  expect(paused).toMatchObject({ pauseMs: 1, searches: 40, recall: 1 });
  const { p50Us = 0, p99Us = 0, p999Us = 0 } = plain ?? {};
  expect(p50Us).toBeGreaterThan(0);
  expect(p99Us).toBeGreaterThanOrEqual(p50Us);
  expect(p999Us).toBeGreaterThanOrEqual(p99Us);
  const [half] = await latenciesOf(scan(dataset.n / 2), job, truth, [0]);
  expect(half?.recall).toBeLessThan(0.8);
});

it('prints a line for each measurement', () => {
  const times = { searches: 1000, recall: 0.95, meanUs: 300, p50Us: 290, p99Us: 600, p999Us: 4000 };
  const lines = latencyTable([
    { system: 'API', pauseMs: 0, ...times },
    { system: 'API', pauseMs: 10, ...times },
  ]).split('\n');
  expect(lines.at(-1)).toMatch(
    /^\| API, after a pause of 10 ms \| +1,000 \| +0\.9500 \| +300 \| +290 \| +600 \| +4,000 \|$/,
  );
  expect(lines).toHaveLength(4);
});

it('takes the options of a data set', () => {
  expect(parseOptions([])).toMatchObject({ queries: 1000, passes: 10, ef: 60, browser: 'chromium' });
  expect(() => parseOptions(['--data', 'x', '--synthetic'])).toThrow('exclude each other');
  expect(() => parseOptions(['--passes', '0'])).toThrow('--passes takes a whole number from 1');
});
