import { describe, expect, it } from 'vitest';
import { allowedBits } from '../../../bench/filters/condition.js';
import { ranksOf } from '../../../bench/filters/fields.js';
import { type Cell, GIVEN_UP, type Timing } from '../../../bench/filters/job.js';
import { Judge } from '../../../bench/filters/judge.js';
import { Loop } from '../../../bench/filters/loop.js';
import { failuresOf, longestUs, mostUs } from '../../../bench/filters/required.js';
import { stepsOf } from '../../../bench/node/filters/main.js';
import { parseOptions } from '../../../bench/node/filters/options.js';
import { type FilterRun, type RunInfo, writeFilters } from '../../../bench/node/filters/report.js';

const timing = (meanUs: number, distances: number | null = null): Timing => ({
  meanUs,
  p50Us: meanUs,
  p99Us: meanUs * 2,
  distances,
});

const cell = (change: Partial<Cell> = {}): Cell => ({
  kind: 'random',
  share: 0.01,
  way: 'default',
  allowed: 1000,
  ...timing(190, 900),
  recall: 0.97,
  hits: 500,
  expected: 500,
  short: 0,
  wrong: 0,
  unfiltered: timing(100, 400),
  scan: timing(50),
  exact: timing(80),
  strategies: { walk: 10, scan: 40, [GIVEN_UP]: 0 },
  ...change,
});

describe('the judge', () => {
  const fields = {
    count: 40,
    bucket: Int32Array.from({ length: 40 }, (_, row) => row),
    cell: new Int32Array(40),
    rank: ranksOf(new Int32Array(40)),
    labels: null,
  };
  const allowed = allowedBits({ kind: 'buckets', from: 0, to: 20 }, fields);

  it('counts right rows, and the rows missing', () => {
    const judge = new Judge();
    judge.add([3, 1, 5], Int32Array.of(1, 2, 3), allowed);
    judge.add([4], Int32Array.of(4, -1, -1), allowed);
    judge.add([7, 8], Int32Array.of(7, 8, 9), allowed);
    expect(judge.result()).toEqual({ recall: 5 / 7, hits: 6, expected: 7, short: 1, wrong: 0 });
  });

  it('does not count rows that the filter does not allow, and rows that come twice', () => {
    const judge = new Judge();
    judge.add([1, 1, 20], Int32Array.of(1, 2, 3), allowed);
    expect(judge.result()).toEqual({ recall: 1 / 3, hits: 1, expected: 3, short: 1, wrong: 2 });
  });

  it('takes every row without a filter, and no answer if no row is allowed', () => {
    const judge = new Judge();
    judge.add([39], Int32Array.of(39), null);
    judge.add([], Int32Array.of(-1), allowed);
    expect(judge.result()).toEqual({ recall: 1, hits: 1, expected: 1, short: 0, wrong: 0 });
  });
});

describe('a loop', () => {
  const loopOf = (answers: readonly number[][], distances: () => number | null) => {
    const loop = new Loop(answers.map((answer) => () => answer));
    const system = {
      variant: '',
      ways: [],
      build: () => {},
      search: () => () => [],
      distances,
      close: () => {},
    };
    return { loop, system };
  };

  it('keeps the answers of the first pass, and the distances of a search', async () => {
    let made = 0;
    const { loop, system } = loopOf([[1], [2]], () => {
      made += 30;
      return made;
    });
    for (let pass = 0; pass < 3; pass++) await loop.run(system);
    expect(loop.found).toEqual([[1], [2]]);
    expect(loop.timing()).toMatchObject({ distances: 15 });
  });

  it('has no distances if the system does not tell', async () => {
    const { loop, system } = loopOf([[1]], () => null);
    await loop.run(system);
    expect(loop.timing().distances).toBeNull();
  });
});

describe('the limits', () => {
  const setting = { n: 100_000, dimensions: 768, browser: 'chromium' } as const;

  it('are the longer of the unfiltered search and the scan', () => {
    expect(longestUs(cell())).toBe(200);
    expect(longestUs(cell({ scan: timing(500) }))).toBe(600);
    expect(longestUs(cell({ scan: null }))).toBeNull();
  });

  it('grow with the share of walks given up', () => {
    const strategies = { walk: 0, scan: 25, [GIVEN_UP]: 75 };
    expect(longestUs(cell({ scan: timing(500), strategies }))).toBeCloseTo(500 * (1.2 * 0.25 + 2 * 0.75), 6);
    expect(longestUs(cell({ scan: timing(500), strategies: null }))).toBe(600);
  });

  it('have a fixed time for the largest set in Chromium', () => {
    expect(mostUs({ kind: 'random' }, setting)).toBe(800);
    expect(mostUs({ kind: 'own author' }, setting)).toBe(800);
    expect(mostUs({ kind: 'farthest' }, setting)).toBe(1500);
    expect(mostUs({ kind: 'random' }, { ...setting, browser: 'firefox' })).toBeNull();
    expect(mostUs({ kind: 'random' }, { ...setting, dimensions: 384 })).toBeNull();
    expect(mostUs({ kind: 'random' }, { ...setting, n: 20_000 })).toBeNull();
  });

  it('tell which of them a cell does not keep', () => {
    expect(failuresOf(cell(), setting)).toEqual([]);
    expect(failuresOf(cell({ recall: 0.9499 }), setting)).toEqual(['recall']);
    expect(failuresOf(cell({ short: 1 }), setting)).toEqual(['hits']);
    expect(failuresOf(cell({ wrong: 1 }), setting)).toEqual(['hits']);
    expect(failuresOf(cell({ meanUs: 201 }), setting)).toEqual(['ratio']);
    expect(failuresOf(cell({ meanUs: 900, scan: timing(800) }), setting)).toEqual(['0.8 ms']);
    expect(failuresOf(cell({ kind: 'farthest', meanUs: 900, scan: timing(800) }), setting)).toEqual([]);
  });
});

describe('the command line', () => {
  it('measures everything if nothing is asked for', () => {
    expect(parseOptions([])).toMatchObject({
      shares: [0.0001, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 0.9],
      systems: ['edgevec', 'edgevec (api)', 'edgevec-0.9', 'PGlite + pgvector'],
      queries: 200,
      report: true,
    });
    expect(parseOptions(['--help'])).toBeNull();
  });

  it('writes no documentation from a part', () => {
    for (const args of [['--n', '20000'], ['--systems', 'edgevec'], ['--synthetic'], ['--no-report']])
      expect(parseOptions(args)?.report).toBe(false);
    expect(parseOptions(['--peers-n', '20_000'])).toMatchObject({ peersN: 20_000, report: true });
  });

  it('refuses what it cannot do', () => {
    expect(() => parseOptions(['--selectivity', '0'])).toThrow('above 0');
    expect(() => parseOptions(['--selectivity', '101'])).toThrow('up to 100');
    expect(() => parseOptions(['--systems', 'voy'])).toThrow('--systems takes');
    expect(() => parseOptions(['--data', 'x', '--synthetic'])).toThrow('exclude each other');
  });

  it('measures EdgeVec beside peers with fewer rows', () => {
    const steps = (...args: string[]) =>
      stepsOf(parseOptions(['--synthetic', ...args]) as NonNullable<ReturnType<typeof parseOptions>>, '/nowhere').map(
        ({ source, systems }) => [source.dataset.n, systems.length],
      );
    expect(steps()).toEqual([[20_000, 4]]);
    expect(steps('--peers-n', '5000')).toEqual([
      [20_000, 2],
      [5000, 4],
    ]);
    expect(steps('--peers-n', '5000', '--systems', 'edgevec')).toEqual([[20_000, 1]]);
    expect(steps('--peers-n', '5000', '--systems', 'pglite')).toEqual([[5000, 1]]);
    expect(() => steps('--n', '9')).toThrow('looks for 10 neighbours');
  });
});

describe('the report', () => {
  const info: RunInfo = {
    date: '2026-11-28',
    machine: { cpu: 'a processor', cores: 2, memoryGiB: 24, platform: 'linux x64' },
    busy: 0.25,
    browser: 'chromium',
    version: 'Chromium 156',
    command: 'npm run bench:filters',
    k: 10,
    passes: 3,
    peerEf: 60,
    graph: { m: 16, efConstruction: 200, seed: 42 },
  };
  const bare = cell({
    kind: null,
    share: null,
    strategies: null,
    unfiltered: null,
    scan: null,
    exact: null,
    allowed: 100_000,
  });
  const measured = { variant: 'float32', buildSeconds: 30, queries: 50 };
  const run: FilterRun = {
    dataset: { name: 'books', n: 100_000, dim: 768 },
    results: [
      { ...measured, system: 'edgevec', isOurs: true, cells: [bare, cell(), cell({ kind: 'nearest', recall: 0.9 })] },
      {
        ...measured,
        system: 'PGlite + pgvector',
        isOurs: false,
        cells: [bare, cell({ hits: 50 }), cell(), { ...bare, way: 'relaxed_order' }].map((one, i) =>
          i < 3 ? { ...one, way: 'strict_order' } : one,
        ),
      },
    ],
  };
  const page = writeFilters([run], info, ['voy: It could not be installed.']);
  const cellsOf = (start: string): string[] =>
    (page.split('\n').find((line) => line.startsWith(start)) as string).split('|').map((text) => text.trim());

  it('says for each cell whether the limits are kept', () => {
    expect(cellsOf('| random 1 %').at(-2)).toBe('reached');
    expect(cellsOf('| nearest 1 %').at(-2)).toBe('not reached: recall');
    expect(cellsOf('| random 1 %')).toContain('20 / 80 / 0 %');
    expect(cellsOf('| books-768, 100,000 rows, edgevec')).toEqual(
      expect.arrayContaining(['1 of 2', 'recall 1', '0.9000', '190']),
    );
  });

  it('puts each way of a peer beside EdgeVec', () => {
    const peers = page.slice(page.indexOf('### Beside peers'));
    expect(peers).toContain('PGlite + pgvector strict_order');
    expect(peers).toContain('PGlite + pgvector relaxed_order');
    expect(peers).toContain('0.970 · 10 % · 190');
  });

  it('tells how busy the machine was, and the systems that did not run', () => {
    expect(page).toContain('25 % busy');
    expect(page).toContain('not run: voy: It could not be installed.');
    expect(page).toContain('1,500 us');
  });
});
