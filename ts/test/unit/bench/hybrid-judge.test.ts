import { expect, test } from 'vitest';
import { ndcg, recall } from '../../../bench/node/hybrid/judge';

const grades = new Map([
  [7, 3],
  [8, 1],
]);

test('nDCG is 1 for the best order, less for a worse order, and 0 without a row with a grade', () => {
  expect(ndcg([7, 8, 9], grades, 10)).toBe(1);
  // (2^1 - 1) / log2(2) + (2^3 - 1) / log2(3), of (2^3 - 1) / log2(2) + (2^1 - 1) / log2(3)
  expect(ndcg([8, 7], grades, 10)).toBeCloseTo((1 + 7 / Math.log2(3)) / (7 + 1 / Math.log2(3)), 12);
  expect(ndcg([8, 7], grades, 1)).toBeCloseTo(1 / 7, 12);
  expect(ndcg([1, 2], grades, 10)).toBe(0);
});

test('recall counts the rows with a grade among the first rows', () => {
  expect(recall([1, 7, 8], grades, 3)).toBe(1);
  expect(recall([1, 7, 8], grades, 2)).toBe(0.5);
  expect(recall([7], grades, 1)).toBe(1);
});
