// `reembed` of stored databases: a later call goes on, and other tabs.

import { describe, expect, onTestFinished, test } from 'vitest';
import { webLocks } from '../../src/base/web-locks.js';
import { EdgeVec, type EdgeVecError, type EdgeVecEvent, type OpenOptions, type Progress } from '../../src/index.js';
import { failure } from '../support/open.js';
import { type Doc, modelOf, reembedding, textOf } from '../support/reembed.js';

export function defineReembedStoredSuite(label: string, how: Partial<OpenOptions>): void {
  const { nameOf, open, fill, expectVectors } = reembedding(label, true, how);

  describe(`reembed of stored databases, ${label}`, () => {
    test('a later call goes on with the finished rows', async () => {
      const name = nameOf();
      const db = await open(name, undefined, { dimensions: 2 });
      await db.upsert(
        Array.from({ length: 600 }, (_, id) => ({ id, vector: [1, id], metadata: { text: textOf(id) } })),
      );
      let isDown = false;
      const first = modelOf('xyz', () => {
        if (isDown) throw new Error('down');
      });
      const stop = ({ done }: Progress): void => {
        isDown = done >= 256;
      };
      await failure(() => db.reembed(first, { onProgress: stop }), 'MODEL_FAILED');
      await db.update({ id: 3, metadata: { text: 'changed' } });
      await db.delete(4);
      await db.close();
      const again = await EdgeVec.load<Doc>(name, how);
      onTestFinished(() => again.close());
      const second = modelOf('xyz');
      // After an abort, the model gets no text behind the unfinished texts of the first batch.
      const controller = new AbortController();
      const aborting = { signal: controller.signal, onProgress: () => controller.abort() };
      await failure(() => again.reembed(second, aborting), 'ABORTED');
      expect(second.embedded).toEqual(['changed', textOf(256)]);
      second.embedded.length = 0;
      expect(await again.reembed(second)).toBe(599);
      expect(second.embedded).toHaveLength(599 - 256);
      await expectVectors(again, 'xyz', 599);
    });

    test('the rows of an attempt with texts in another field are not taken', async () => {
      const name = nameOf();
      const db = await open(name, undefined, { dimensions: 2 });
      const body = (id: number): string => textOf(id + 1);
      // The field `text` is missing behind the first batch.
      await db.upsert(
        Array.from({ length: 300 }, (_, id) => ({
          id,
          vector: [1, id],
          metadata: { ...(id < 290 && { text: textOf(id) }), body: body(id) } as unknown as Doc,
        })),
      );
      expect(await failure(() => db.reembed(modelOf('xyz')), 'INVALID_RECORD')).toMatchObject({ id: 290 });
      await db.close();
      const again = await EdgeVec.load<{ body: string }>(name, { ...how, fields: { text: 'body' } });
      onTestFinished(() => again.close());
      const model = modelOf('xyz');
      expect(await again.reembed(model)).toBe(300);
      expect(model.embedded).toEqual(Array.from({ length: 300 }, (_, id) => body(id)));
      expect([again.model, (await again.get(3))?.vector.length]).toEqual(['xyz', 3]);
      await again.close();
      const last = await EdgeVec.load(name, how);
      onTestFinished(() => last.close());
      expect(last.model).toBe('xyz');
    });

    test('the rows of an attempt with another model are not taken', async () => {
      const name = nameOf();
      const db = await open(name, modelOf('ab'));
      await fill(db, 30);
      let calls = 0;
      const failing = modelOf('cd', () => {
        if (++calls > 2) throw new Error('down');
      });
      await failure(() => db.reembed(failing), 'MODEL_FAILED');
      await db.reembed(modelOf('ef'));
      await expectVectors(db, 'ef', 30);
    });

    // Before version 24, Node has no Web Locks, and no tabs either.
    test.skipIf(webLocks() === undefined)('only one tab at a time embeds the rows again', async () => {
      const name = nameOf();
      const db = await open(name, modelOf('ab'));
      await fill(db, 20);
      // Other options, so that the object has a database of its own, as each tab has.
      const other = await open(name, modelOf('ab'), { recall: 0.8, onEvent: () => {} });
      let refused: Promise<EdgeVecError> | undefined;
      const next = modelOf('xyz', () => {
        refused ??= failure(() => other.reembed(modelOf('xyz')), 'BLOCKED');
        return refused;
      });
      expect(await db.reembed(next)).toBe(20);
      expect((await refused)?.remedy).toContain('storage-gone');
      await expectVectors(db, 'xyz', 20);
      // The next call is not kept out, also after a failure.
      await failure(() => db.reembed(modelOf('cd', () => Promise.reject(new Error('down')))), 'MODEL_FAILED');
      await other.close();
      const again = await open(name, modelOf('xyz'), { recall: 0.8, onEvent: () => {} });
      expect(await again.reembed(modelOf('ef'))).toBe(20);
    });

    test('another tab may write meanwhile, and finds its database gone in the end', async () => {
      const name = nameOf();
      const db = await open(name, modelOf('ab'));
      await fill(db, 60);
      const events: EdgeVecEvent['type'][] = [];
      // Other options, so that the object has a database of its own, as each tab has.
      const other = await open(name, modelOf('ab'), { recall: 0.8, onEvent: ({ type }) => void events.push(type) });
      let isDone = false;
      const next = modelOf('cd', async () => {
        if (isDone) return;
        isDone = true;
        await other.upsert({ id: 5, text: 'by the other tab' });
        await other.insert({ text: 'new' });
      });
      await db.reembed(next);
      await expectVectors(db, 'cd', 61);
      expect((await db.get(5))?.metadata.text).toBe('by the other tab');
      const error = await failure(() => other.insert({ text: 'late' }), 'CLOSED');
      expect(error.code).toBe('CLOSED');
      expect(events).toContain('storage-gone');
      expect(await db.count()).toBe(61);
    });
  });
}
