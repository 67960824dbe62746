import { describe, expect, it } from 'vitest';
import type { Point } from '../../../bench/job.js';
import { costAt } from '../../../bench/measure/cost.js';
import { median, percentile, recall } from '../../../bench/measure/statistics.js';
import { browserVersion } from '../../../bench/node/machine.js';
import { parseOptions } from '../../../bench/node/options.js';
import { toResult } from '../../../bench/node/results.js';
import { summaryTable, table } from '../../../bench/node/tables.js';

function point(ef: number, recall: number, meanUs: number, distances: number | null = null): Point {
  return { ef, recall, meanUs, p50Us: meanUs, p95Us: meanUs, p99Us: meanUs * 2, distances };
}

describe('statistics', () => {
  it('take percentiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect([0.5, 0.95, 0.99, 1].map((fraction) => percentile(hundred, fraction))).toEqual([50, 95, 99, 100]);
    expect([0, 0.5, 0.99].map((fraction) => percentile([7], fraction))).toEqual([7, 7, 7]);
    expect(() => percentile([], 0.5)).toThrow('at least one sample');
  });

  it('take the middle value, and the lower of two', () => {
    expect(median([3, 1, 2], (x) => x)).toBe(2);
    expect(median([4, 1, 2, 3], (x) => x)).toBe(2);
  });

  it('count recall by the neighbours found, each once', () => {
    const truth = Int32Array.of(1, 2, 3, 4);
    expect(
      recall(
        [
          [2, 1],
          [3, 9],
        ],
        truth,
        2,
      ),
    ).toBe(0.75);
    expect(recall([[1, 1], []], truth, 2)).toBe(0.25);
  });
});

describe('the cost of a recall', () => {
  const points = [point(40, 0.96, 400, 900), point(10, 0.8, 100, 300), point(20, 0.9, 200, 500)];

  it('lies on the geometric mean half-way between two points', () => {
    const cost = costAt(points, 0.93);
    expect(cost?.meanUs).toBeCloseTo(Math.sqrt(200 * 400), 6);
    expect(cost?.p99Us).toBeCloseTo(Math.sqrt(400 * 800), 6);
    expect(cost?.distances).toBeCloseTo(Math.sqrt(500 * 900), 6);
    expect(cost?.bound).toBe(false);
  });

  it('is a measured point if a point fits', () => {
    expect(costAt(points, 0.9)).toEqual({ meanUs: 200, p99Us: 400, distances: 500, bound: false });
  });

  it('is a bound below the first point, and null above the last', () => {
    expect(costAt(points, 0.5)).toEqual({ meanUs: 100, p99Us: 200, distances: 300, bound: true });
    expect(costAt(points, 0.99)).toBeNull();
    expect(costAt([], 0.9)).toBeNull();
  });

  it('has no distances if a system does not report distances', () => {
    expect(costAt([point(10, 0.8, 100), point(20, 0.9, 200)], 0.85)?.distances).toBeNull();
  });
});

describe('the report', () => {
  const measured = {
    variant: 'f32',
    buildSeconds: 2,
    rowsPerSecond: 500,
    memoryBytes: 12_300_000,
    points: [point(10, 0.92, 100, 300), point(20, 0.97, 200, 500)],
  };
  const result = toResult('edgevec', measured, 45_600);

  it('has the shape other tools read', () => {
    expect(Object.keys(result)).toEqual([
      'system',
      'variant',
      'buildSeconds',
      'rowsPerSecond',
      'memoryBytes',
      'bytesLoaded',
      'points',
      'at',
    ]);
    expect(Object.keys(result.at)).toEqual(['0.90', '0.95', '0.99']);
    expect(result.at['0.90']).toEqual({ meanUs: 100, p99Us: 200, distances: 300 });
    expect(result.at['0.99']).toBeNull();
  });

  it('marks bounds, and recalls that were not reached', () => {
    const [, , line] = summaryTable([result]).split('\n');
    expect(line?.split('|').map((cell) => cell.trim())).toEqual([
      '',
      'edgevec',
      '2.0',
      '500',
      '12',
      '45.6',
      '≤ 100',
      '152',
      'not reached',
      '',
    ]);
  });

  it('aligns tables', () => {
    expect(table(['a', 'b'], [['long', '1']])).toBe('| a    |   b |\n| ---- | --: |\n| long |   1 |');
  });

  it('names the browser', () => {
    const chrome =
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
    const safari =
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15';
    expect(browserVersion(chrome, '156.0.8078.79')).toBe('Chromium 156.0.8078.79');
    expect(browserVersion('Mozilla/5.0 (X11; rv:153.0) Gecko/20100101 Firefox/153.0', null)).toBe('Firefox 153.0');
    expect(browserVersion(safari, null)).toBe('WebKit 18.5');
  });
});

describe('the command line', () => {
  it('has defaults for everything', () => {
    expect(parseOptions([])).toEqual({
      data: null,
      synthetic: false,
      dimensions: null,
      n: null,
      queries: 1000,
      browser: 'chromium',
      systems: ['edgevec', 'edgevec (api)', 'hnswlib-wasm', 'edgevec-0.9'],
      efs: [10, 20, 30, 40, 60, 80, 120, 200, 300],
      passes: 3,
      json: null,
      report: true,
    });
  });

  it('sorts ef and knows systems by name', () => {
    const options = parseOptions(['--ef', '80, 20,80', '--systems', 'edgevec-api,hnswlib-wasm', '--n', '10_000']);
    expect(options).toMatchObject({ efs: [20, 80], systems: ['edgevec (api)', 'hnswlib-wasm'], n: 10_000 });
  });

  it.each([
    [['--n', '0'], '--n takes a whole number from 1, not "0".'],
    [['--ef', '10,x'], '--ef takes a whole number from 1, not "x".'],
    [['--browser', 'opera'], '--browser takes chromium, firefox, webkit, not "opera".'],
    [
      ['--systems', 'voy'],
      '--systems takes edgevec, edgevec-int16, edgevec-int8, edgevec-api, hnswlib-wasm, edgevec-0.9, not "voy".',
    ],
    [['--synthetic', '--data', 'x'], 'exclude each other'],
    [['--sistems', 'x'], '--sistems'],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('asked for help gives no options', () => {
    expect(parseOptions(['--help'])).toBeNull();
  });
});
