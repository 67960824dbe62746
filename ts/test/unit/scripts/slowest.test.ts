// The slowest files in the results of vitest and Playwright.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../../../scripts/run.mjs';
import { slowestInPlaywright, slowestInVitest } from '../../../../scripts/slowest.mjs';

test('vitest tells the start and the end of each file', () => {
  const testResults = Array.from({ length: 8 }, (_, i) => ({
    name: join(root, `ts/test/${i}.test.ts`),
    startTime: 1000,
    endTime: 1000 + 500 * i,
  }));
  const files = slowestInVitest({ testResults });
  expect(files).toHaveLength(5);
  expect(files[0]).toEqual({ file: 'ts/test/7.test.ts', seconds: 3.5 });
  expect(files[4]).toEqual({ file: 'ts/test/3.test.ts', seconds: 1.5 });
});

test('Playwright tells the time of each try of a test, in suites of suites', () => {
  const spec = (file: string, ...durations: number[]) => ({
    file,
    tests: [{ results: durations.map((duration) => ({ duration })) }],
  });
  const suites = [
    { specs: [spec('a.spec.ts', 1000, 500)], suites: [{ specs: [spec('a.spec.ts', 2000)] }] },
    { specs: [spec('b.spec.ts', 3600)] },
  ];
  expect(slowestInPlaywright({ suites })).toEqual([
    { file: 'b.spec.ts', seconds: 3.6 },
    { file: 'a.spec.ts', seconds: 3.5 },
  ]);
  expect(slowestInPlaywright({ suites: [] })).toEqual([]);
});
