import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { synthesize } from '../../../bench/data/synthetic.js';
import type { Point } from '../../../bench/job.js';
import { latencyAt } from '../../../bench/measure/cost.js';
import { exactNeighbours } from '../../../bench/measure/truth.js';
import { BROWSER_SYSTEMS, NATIVE_SYSTEMS } from '../../../bench/node/catalogue.js';
import { parseOptions } from '../../../bench/node/compare/options.js';
import { estimateSeconds, limitSeconds, settingsOf, subjects } from '../../../bench/node/compare/plan.js';
import { prepare } from '../../../bench/node/compare/prepare.js';
import { browserTable, factor, nativeTable, writeComparison } from '../../../bench/node/compare/report.js';
import { type About, toPeerResult, withRatios } from '../../../bench/node/compare/results.js';
import { DAY_MS, digest, type Identity, isReusable, resumeKey, Store } from '../../../bench/node/compare/store.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgevec-peers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function point(ef: number, recall: number, meanUs: number): Point {
  return { ef, recall, meanUs, p50Us: meanUs - 1, p95Us: meanUs + 10, p99Us: meanUs * 2, distances: null };
}

function result(system: string, points: readonly Point[], about: Partial<About> = {}, buildSeconds = 2) {
  const measured = {
    variant: 'f32',
    buildSeconds,
    rowsPerSecond: 1000 / buildSeconds,
    memoryBytes: 12_300_000,
    points,
  };
  return toPeerResult(measured, {
    system,
    where: 'browser',
    version: '1.2.3',
    exact: false,
    queries: 100,
    bytesLoaded: 45_600,
    startedAt: '2026-11-20T10:11:12.000Z',
    seconds: 30,
    ...about,
  });
}

const cells = (line: string | undefined): string[] => (line ?? '').split('|').map((cell) => cell.trim());

describe('the latency at a recall', () => {
  it('interpolates every percentile alike', () => {
    const at = latencyAt([point(10, 0.9, 100), point(20, 1, 400)], 0.95);
    expect(at?.meanUs).toBeCloseTo(200, 6);
    expect(at?.p50Us).toBeCloseTo(Math.sqrt(99 * 399), 6);
    expect(at?.p95Us).toBeCloseTo(Math.sqrt(110 * 410), 6);
    expect(at?.p99Us).toBeCloseTo(400, 6);
    expect(at?.bound).toBe(false);
  });

  it('is a bound below the first point and null above the last', () => {
    expect(latencyAt([point(10, 0.97, 100)], 0.95)).toMatchObject({ meanUs: 100, bound: true });
    expect(latencyAt([point(10, 0.93, 100)], 0.95)).toBeNull();
  });
});

describe('the ratios', () => {
  const ours = result('edgevec', [point(10, 0.9, 100), point(20, 0.95, 200)], {}, 2);
  const native = result('edgevec (native)', [point(20, 0.95, 50)], { where: 'native', bytesLoaded: null }, 1);

  it('give the time as a multiple of our time', () => {
    const peer = result('hnswlib-wasm', [point(20, 0.95, 500)], {}, 9);
    const compared = withRatios([ours, native, peer].map((each) => ({ ...each, reused: false })));
    expect(compared[2]?.ratios).toEqual({
      edgevec: { latency: 2.5, build: 4.5 },
      'edgevec (native)': { latency: 10, build: 9 },
    });
    expect(compared[0]?.ratios['edgevec']).toEqual({ latency: 1, build: 1 });
  });

  it('are missing if our value is missing, and if the recall was not reached', () => {
    const weak = result('usearch i8', [point(20, 0.94, 70)]);
    const [alone] = withRatios([{ ...weak, reused: false }]);
    expect(alone?.ratios['edgevec']).toEqual({ latency: null, build: null });
    const beside = withRatios([ours, weak].map((each) => ({ ...each, reused: false })))[1];
    expect(beside?.ratios['edgevec']).toEqual({ latency: null, build: 1 });
  });

  it('are read at a glance', () => {
    expect([1, 2.345, 9.999, 12.34, 1234.5, null, undefined].map(factor)).toEqual([
      '1.00',
      '2.35',
      '10.00',
      '12',
      '1,235',
      '–',
      '–',
    ]);
  });
});

describe('the report', () => {
  const ours = result('edgevec', [point(10, 0.92, 50), point(20, 0.95, 62.5), point(40, 0.995, 130)]);
  const scan = result('JavaScript scan', [point(10, 1, 47_950)], { exact: true, queries: 20, version: '' }, 0.004);
  const weak = result('usearch i8', [point(10, 0.9, 100), point(20, 0.94, 150)], {
    where: 'native',
    bytesLoaded: null,
  });
  const compared = withRatios([
    { ...ours, reused: true },
    { ...scan, reused: false },
    { ...weak, reused: false },
  ]);

  it('has a line for each system of the browser', () => {
    const [head, , first, second] = browserTable(compared.slice(0, 2)).split('\n');
    expect(cells(head)).toEqual(
      ['', 'system', 'us at 0.95', 'p50', 'p95', 'p99', 'queries/s', 'us at 0.90', 'us at 0.99'].concat([
        '× latency',
        'rows/s',
        'build s',
        '× build',
        'memory MB',
        'loaded KB',
        '',
      ]),
    );
    expect(cells(first)).toEqual(
      [
        '',
        'edgevec',
        '62.5',
        '61.5',
        '72.5',
        '125',
        '16,000',
        '≤ 50.0',
        '120',
        '1.00',
        '500',
        '2.00',
        '1.00',
        '12',
      ].concat(['45.6', '']),
    );
    // Exact: no bound, the same at every recall.
    expect(cells(second).slice(1, 10)).toEqual([
      'JavaScript scan (exact)',
      '47,950',
      '47,949',
      '47,960',
      '95,900',
      '21',
      '47,950',
      '47,950',
      '767',
    ]);
  });

  it('compares native systems with ours in the browser too', () => {
    const [head, , line] = nativeTable(compared.slice(2)).split('\n');
    expect(cells(head)).toContain('× browser');
    expect(cells(line).slice(1, 10)).toEqual([
      'usearch i8',
      'not reached',
      '–',
      '–',
      '–',
      '–',
      '100',
      'not reached',
      '–',
    ]);
  });

  const info = {
    date: '2026-11-21',
    machine: { cpu: 'Chip', cores: 2, memoryGiB: 24, platform: 'linux x64' },
    busy: 0.012,
    browser: 'Chromium 156',
    python: 'Python 3.11',
    commit: 'abc',
    command: 'npm run bench:peers',
    k: 10,
    passes: 3,
    graph: { m: 16, efConstruction: 200 },
  };
  const dataset = { name: 'books', n: 1000, dim: 768, queries: 100 };
  const page = writeComparison(
    [
      {
        dataset,
        browser: 'Chromium 156',
        results: compared,
        failed: [{ system: 'voy', where: 'browser', reason: 'Out of memory.' }],
      },
    ],
    info,
  );

  it('names failed, reused and missing systems, and systems with fewer queries', () => {
    expect(page).toContain('1 % busy before the run');
    expect(page).toContain('## books-768: 1,000 x 768, 100 queries');
    expect(page).toContain('- voy: NOT RUN. Out of memory.');
    expect(page).toContain('- edgevec: 1.2.3, f32. Reused: measured from 2026-11-20 10:11 UTC.');
    expect(page).toContain('1 result is of an earlier run');
    expect(page).toContain('- JavaScript scan: f32. 20 queries.');
    expect(page).toContain('- usearch i8: 1.2.3, f32. Its best recall was 0.9400.');
  });

  it('says nothing of reuse if every result is new', () => {
    const results = compared.map((each) => ({ ...each, reused: false }));
    const fresh = writeComparison([{ dataset, browser: 'Chromium 156', results, failed: [] }], info);
    expect(fresh).toContain('All of it was measured in this one run.');
    expect(fresh).not.toContain('Reused');
  });
});

describe('the kept results', () => {
  const identity: Identity = {
    system: 'edgevec',
    version: '1.0.0 abc',
    runtime: 'Chromium 156',
    machine: { cpu: 'Chip', cores: 2, memoryGiB: 24, platform: 'linux x64' },
    dataset: { name: 'books', n: 1000, dim: 768, print: 'p' },
    settings: { queries: 100, warmup: 50, efs: [10, 20], passes: 3, stopAt: 0.99 },
    k: 10,
    graph: { m: 16, efConstruction: 200, seed: 42 },
  };
  const start = Date.parse('2026-11-20T10:00:00.000Z');
  const stored = { identity, startedAt: new Date(start).toISOString(), seconds: 30, result: result('edgevec', []) };

  it('have a key that depends on every setting, and not on the order', () => {
    const reversed = Object.fromEntries(Object.entries(identity).reverse()) as unknown as Identity;
    expect(resumeKey(reversed)).toBe(resumeKey(identity));
    const others: Partial<Identity>[] = [
      { system: 'voy' },
      { version: '1.0.0 abd' },
      { runtime: 'Chromium 157' },
      { machine: { ...identity.machine, cores: 4 } },
      { dataset: { ...identity.dataset, n: 1001 } },
      { dataset: { ...identity.dataset, print: 'q' } },
      { settings: { ...identity.settings, efs: [10, 30] } },
      { settings: { ...identity.settings, queries: 99 } },
      { k: 11 },
      { graph: { ...identity.graph, m: 8 } },
    ];
    const keys = others.map((other) => resumeKey({ ...identity, ...other }));
    expect(new Set([...keys, resumeKey(identity)]).size).toBe(others.length + 1);
  });

  it('is reused within a day, for the same key', () => {
    expect(isReusable(stored, identity, start + DAY_MS - 1)).toBe(true);
    expect(isReusable(stored, identity, start + DAY_MS)).toBe(false);
    expect(isReusable(stored, identity, start - 1)).toBe(false);
    expect(isReusable(stored, { ...identity, version: '1.0.1' }, start + 1)).toBe(false);
    expect(isReusable({ ...stored, startedAt: 'nonsense' }, identity, start + 1)).toBe(false);
  });

  it('are read back from the file, and a broken file counts as missing', () => {
    const store = new Store(folder);
    expect(store.find(identity, 'edgevec')).toBeNull();
    store.keep(stored, 'edgevec');
    expect(store.find(identity, 'edgevec')).toEqual(stored);
    expect(store.find({ ...identity, version: 'another' }, 'edgevec')).toEqual(stored);
    expect(store.find({ ...identity, dataset: { ...identity.dataset, dim: 384 } }, 'edgevec')).toBeNull();
    writeFileSync(join(folder, 'books-768-1000-100x3/edgevec.json'), '{"identity":');
    expect(store.find(identity, 'edgevec')).toBeNull();
  });

  it('have a digest of code that follows only the content', () => {
    const file = join(folder, 'a/b.ts');
    mkdirSync(join(folder, 'a'));
    writeFileSync(file, 'one');
    const before = digest([folder]);
    utimesSync(file, 1, 1);
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'node_modules/c.ts'), 'installed');
    expect(digest([folder])).toBe(before);
    writeFileSync(file, 'two');
    expect(digest([folder])).not.toBe(before);
    expect(digest([folder, join(folder, 'missing')])).toBe(digest([folder]));
  });
});

describe('the plan', () => {
  const source = { kind: 'prepared', queries: 1050, width: 10 } as const;
  const dataset = { name: 'books', n: 100_000, dimensions: 768, queries: 1000, warmup: 50, source };

  it('has the systems of the browser first, each once', () => {
    const all = subjects([...Object.keys(NATIVE_SYSTEMS), ...Object.keys(BROWSER_SYSTEMS)]);
    const browser = Object.keys(BROWSER_SYSTEMS).length;
    expect(all.map(({ where }) => where === 'browser').lastIndexOf(true)).toBe(browser - 1);
    expect(new Set(all.map(({ entry }) => entry.slug)).size).toBe(all.length);
  });

  it('gives slow systems fewer queries, and exact systems a single setting', () => {
    expect(settingsOf(BROWSER_SYSTEMS.edgevec, dataset, { passes: 3 })).toMatchObject({ queries: 1000, warmup: 50 });
    const scan = settingsOf(BROWSER_SYSTEMS['JavaScript scan'], dataset, { passes: 3 });
    expect(scan).toMatchObject({ queries: 100, warmup: 5, efs: [10] });
    const few = { ...dataset, queries: 30 };
    expect(settingsOf(BROWSER_SYSTEMS['JavaScript scan'], few, { passes: 3 }).queries).toBe(30);
  });

  it('expects the time of an earlier run, or the time on other data', () => {
    const entry = BROWSER_SYSTEMS['hnswlib-wasm'];
    const settings = settingsOf(entry, dataset, { passes: 3 });
    expect(estimateSeconds(entry, dataset, settings, 77)).toBe(77);
    const whole = estimateSeconds(entry, dataset, settings, null);
    expect(whole).toBe(8 + entry.expected.buildSeconds + 3 * entry.expected.searchSeconds);
    const half = estimateSeconds(entry, { ...dataset, dimensions: 384 }, settings, null);
    expect(half - 8).toBeCloseTo((whole - 8) / 2, 6);
    expect(limitSeconds(whole)).toBeGreaterThan(4 * whole);
  });
});

describe('the data', () => {
  it('is written once, in the form for the systems', async () => {
    const spec = { n: 60, queries: 4, dimensions: 16, seed: 5 };
    const synthetic = { kind: 'synthetic', seed: 5 } as const;
    const dataset = { name: 'synthetic', n: 60, dimensions: 16, queries: 3, warmup: 1, source: synthetic };
    const lines: string[] = [];
    const prepared = await prepare({ dataset, folder: null }, 2, folder, (line) => lines.push(line));
    expect(prepared.dataset.source).toEqual({ kind: 'prepared', queries: 4, width: 2 });
    const read = (file: string): ArrayBuffer => new Uint8Array(readFileSync(join(prepared.folder, file))).buffer;
    const { base, queries } = synthesize(spec);
    expect(new Float32Array(read('base.f32'))).toEqual(base.values);
    expect(new Float32Array(read('queries.f32'))).toEqual(queries.values);
    expect(new Int32Array(read('truth.i32'))).toEqual(exactNeighbours(base, queries, 3, 2));

    await prepare({ dataset, folder: null }, 2, folder, (line) => lines.push(line));
    expect(lines).toHaveLength(1);
    await prepare({ dataset: { ...dataset, source: { ...synthetic, seed: 6 } }, folder: null }, 2, folder, (line) =>
      lines.push(line),
    );
    expect(lines).toHaveLength(2);
  });
});

describe('the command line', () => {
  it('has defaults for everything', () => {
    expect(parseOptions([])).toEqual({
      data: null,
      dims: [768, 384],
      synthetic: true,
      n: null,
      queries: 1000,
      passes: 3,
      systems: [...Object.keys(BROWSER_SYSTEMS), ...Object.keys(NATIVE_SYSTEMS)],
      browser: 'chromium',
      resume: false,
      json: null,
      whole: true,
    });
  });

  it('cuts everything short for a trial', () => {
    const quick = { dims: [768], synthetic: false, n: 5000, queries: 100, passes: 1, whole: false };
    expect(parseOptions(['--quick'])).toMatchObject(quick);
    expect(parseOptions(['--quick', '--n', '300'])).toMatchObject({ ...quick, n: 300 });
  });

  it('knows systems by slug, and leaves omitted systems out of the documentation', () => {
    const options = parseOptions(['--systems', 'edgevec-api, native-hnswlib']);
    expect(options).toMatchObject({ systems: ['edgevec (api)', 'hnswlib'], whole: false });
    expect(parseOptions(['--no-synthetic'])?.whole).toBe(false);
    expect(parseOptions(['--dims', '384'])).toMatchObject({ dims: [384], whole: false });
    expect(parseOptions(['--resume', '--json', 'x.json', '--data', 'y'])?.whole).toBe(true);
  });

  it.each([
    [['--systems', 'faiss'], '--systems takes edgevec, '],
    [['--dims', 'all'], '--dims takes a whole number from 1, not "all".'],
    [['--browser', 'opera'], '--browser takes chromium, firefox, webkit, not "opera".'],
    [['--sistems', 'x'], '--sistems'],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('asked for help gives no options', () => {
    expect(parseOptions(['--help'])).toBeNull();
  });
});
