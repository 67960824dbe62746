import { expect, test } from 'vitest';
import { partsFor } from '../../../src/host/worker/script.js';

test('a database has only the parts that its options ask for', () => {
  expect(partsFor({})).toEqual([]);
  expect(partsFor({ salvages: 'damaged' })).toEqual(['salvage']);
  expect(partsFor({ imports: true })).toEqual(['import']);
  expect(partsFor({ imports: false })).toEqual([]);
});
