// A reader gets the whole exported file, or an error, however the reader reads the stream.

import { describe, expect, onTestFinished, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { failure } from '../support/open.js';
import { uniform } from '../support/vectors.js';
import type { Kept } from './durable.js';

const DIMENSIONS = 64;
/** Enough rows for a file of several pieces. */
const ROWS = 2_000;
/** With this many exports, the garbage collector runs by itself during some of the exports. */
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
    test('every file of a database is as long as the first, and can be imported', async () => {
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

    test('import names the options that differ as options of the file', async () => {
      const db = await filled();
      const file = await new Response(db.export()).blob();
      const error = await failure(() => EdgeVec.import(file, { ...where, dimensions: 9 }), 'OPTIONS_DIFFER');
      expect(error).toMatchObject({ expected: 'dimensions 64', got: 'dimensions 9' });
      expect(error.problem).toBe('The database of the file was made with other options');
    });

    test('an export fails with CLOSED if the database closes, and never ends early', async () => {
      const db = await filled();
      const reader = db.export().getReader();
      expect((await reader.read()).done).toBe(false);
      await db.close();
      await failure(() => reader.read(), 'CLOSED');
    });
  });
}
