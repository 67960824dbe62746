// An exported file is whole, or its stream says why not, however it is read.

import { describe, expect, onTestFinished, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { failure } from '../support/open.js';
import { uniform } from '../support/vectors.js';
import type { Kept } from './durable.js';

const DIMENSIONS = 64;
/** As many as make a file of several pieces, so that there is something to lose. */
const ROWS = 2_000;
/** Some of them are read while the garbage collector runs, without anybody to make it. */
const EXPORTS = 40;

let names = 0;

export function defineExportSuite(label: string, kept: Kept & { readonly stored: boolean }): void {
  const { stored, ...where } = kept;

  async function filled(): Promise<EdgeVec> {
    const name = `exports-${Date.now()}-${names++}`;
    const db = await EdgeVec.open({ ...where, dimensions: DIMENSIONS, ...(stored ? { name } : {}) });
    onTestFinished(async () => {
      await db.close();
      if (stored) await EdgeVec.drop(name, where.directory === undefined ? {} : { directory: where.directory });
    });
    await db.upsert(uniform(ROWS, DIMENSIONS).map((vector, id) => ({ id, vector })));
    return db;
  }

  describe(`Exports, ${label}`, () => {
    test('every file of one database is as long as the first, and can be imported', async () => {
      const db = await filled();
      const lengths = new Set<number>();
      let last = new Blob();
      for (let i = 0; i < EXPORTS; i++) {
        // Nobody but the response refers to the stream.
        last = await new Response(db.export()).blob();
        lengths.add(last.size);
        let length = 0;
        const reader = db.export().getReader();
        for (let next = await reader.read(); !next.done; next = await reader.read()) length += next.value.length;
        lengths.add(length);
      }
      expect([...lengths]).toEqual([last.size]);
      expect(last.size).toBeGreaterThan(ROWS * DIMENSIONS * 4);
      const again = await EdgeVec.import(last, where);
      onTestFinished(() => again.close());
      expect(await again.count()).toBe(ROWS);
    });

    test('options that differ from those of a file are told as the options of the file', async () => {
      const db = await filled();
      const file = await new Response(db.export()).blob();
      const error = await failure(() => EdgeVec.import(file, { ...where, dimensions: 9 }), 'OPTIONS_DIFFER');
      expect(error).toMatchObject({ expected: 'dimensions 64', got: 'dimensions 9' });
      expect(error.problem).toBe('The database of the file was made with other options');
    });

    test('a stream whose database is closed ends in CLOSED, not in the end of the file', async () => {
      const db = await filled();
      const reader = db.export().getReader();
      expect((await reader.read()).done).toBe(false);
      await db.close();
      await failure(() => reader.read(), 'CLOSED');
    });
  });
}
