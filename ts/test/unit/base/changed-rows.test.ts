// The changes of several writes together.

import { expect, test } from 'vitest';
import { ALL_ROWS, ChangedRows } from '../../../src/base/changed-rows.js';

test('each id is in one list, by its first and its last change', () => {
  const rows = new ChangedRows();
  const note = (id: string, ...present: boolean[]): void => {
    for (let i = 1; i < present.length; i++) rows.note(id, present[i - 1] as boolean, present[i] as boolean);
  };
  note('inserted', false, true);
  note('inserted, updated', false, true, true);
  note('inserted, deleted', false, true, false);
  note('inserted again', false, true, false, true);
  note('updated', true, true);
  note('deleted, inserted', true, false, true);
  note('deleted', true, false);
  note('updated, deleted', true, true, false);
  const changes = {
    all: false,
    inserted: ['inserted', 'inserted, updated', 'inserted again'],
    updated: ['updated', 'deleted, inserted'],
    deleted: ['inserted, deleted', 'deleted', 'updated, deleted'],
  };
  expect(rows.take()).toEqual(changes);
  expect(rows.take()).toBeUndefined();
  rows.add(changes);
  expect(rows.take()).toEqual(changes);
});

test('1 and "1" are different rows', () => {
  const rows = new ChangedRows();
  rows.note(1, false, true);
  rows.note('1', true, false);
  expect(rows.take()).toEqual({ all: false, inserted: [1], updated: [], deleted: ['1'] });
});

test('more than a thousand rows are all rows, until they are taken', () => {
  const rows = new ChangedRows();
  for (let id = 0; id < 1_000; id++) rows.note(id, false, true);
  for (let id = 0; id < 1_000; id++) rows.note(id, true, true);
  rows.add({ all: false, inserted: [], updated: [], deleted: ['one more'] });
  rows.note(1, true, false);
  expect(rows.take()).toBe(ALL_ROWS);
  rows.add(ALL_ROWS);
  rows.note(1, true, false);
  expect(rows.take()).toBe(ALL_ROWS);
  rows.note(1, true, false);
  expect(rows.take()).toEqual({ all: false, inserted: [], updated: [], deleted: [1] });
});
