import { expect, test } from 'vitest';
import { partsFor } from '../../../src/host/worker/script.js';

const none = { imports: undefined, salvages: undefined, text: undefined, sparse: undefined };

test('a database has only the parts that its options ask for', () => {
  expect(partsFor(none)).toEqual([]);
  expect(partsFor({ ...none, imports: false })).toEqual([]);
  expect(partsFor({ ...none, imports: true })).toEqual(['import']);
  expect(partsFor({ ...none, salvages: 'damaged' })).toEqual(['salvage']);
  const text = { fields: [], k1: 1.2, b: 0.75 };
  expect(partsFor({ ...none, text })).toEqual(['text-code']);
  expect(partsFor({ ...none, text: { ...text, cut: { language: 'de' } } })).toEqual(['text-code', 'cutters', 'de']);
  expect(partsFor({ ...none, sparse: 'sparse' })).toEqual(['text-code']);
});
