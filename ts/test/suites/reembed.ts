// `reembed`: another model makes the vectors again, and nothing is lost on the way.

import { describe, expect, test } from 'vitest';
import { EdgeVec, type OpenOptions, type Progress, type TextModel } from '../../src/index.js';
import { failure } from '../support/open.js';
import { modelOf, reembedding, textOf } from '../support/reembed.js';

const loose = (value: unknown): never => value as never;

/** @param how undefined for a database in memory */
export function defineReembedSuite(label: string, isStored: boolean, how: Partial<OpenOptions>): void {
  const { nameOf, open, fill, expectVectors } = reembedding(label, isStored, how);

  describe(`reembed, ${label}`, () => {
    test('all rows get vectors of the other model, and the object goes on', async () => {
      const name = nameOf();
      const db = await open(name, modelOf('ab'));
      await fill(db, 300);
      let told = 0;
      db.subscribe(() => void told++);
      const seen: Progress[] = [];
      const next = modelOf('eyz');
      expect(await db.reembed(next, { onProgress: (progress) => void seen.push(progress) })).toBe(300);
      expect(seen.at(-1)).toEqual({ done: 300, total: 300 });
      expect(told).toBeGreaterThan(0);
      expect([db.dimensions, db.model, next.embedded.length]).toEqual([3, 'eyz', 300]);
      await expectVectors(db, 'eyz', 300);
      expect(await db.keys({ limit: 3 })).toEqual([0, 1, 2]);
      expect((await db.search('zebra', 1))[0]?.metadata.text).toMatch(/zebra/);
      await db.insert({ text: 'zzz', metadata: { page: 1 } });
      expect((await db.search('zzz', 1))[0]?.metadata.text).toBe('zzz');
      expect(await db.count()).toBe(301);
      if (!isStored) return;
      await db.close();
      await failure(() => open(name, modelOf('ab')), 'MODEL_DIFFERS');
      const again = await open(name, modelOf('eyz'));
      await expectVectors(again, 'eyz', 301);
      const where = how.directory === undefined ? {} : { directory: how.directory };
      expect(await EdgeVec.list(where)).not.toContain(`${name}:reembed`);
    });

    test('writes in the meantime are not lost, and searches are answered all the time', async () => {
      const name = nameOf();
      const db = await open(name, modelOf('ab'));
      await fill(db, 200);
      const writes: Promise<unknown>[] = [];
      let calls = 0;
      let isWriting = true;
      const next = modelOf('cde', () => {
        // In the end, the model also embeds the queries and the texts of these writes.
        if (!isWriting || calls >= 60) return;
        const i = calls++;
        if (i % 3 === 0) writes.push(db.upsert({ id: i, text: `changed ${i}`, metadata: { page: -1 } }));
        if (i % 5 === 1) writes.push(db.delete(100 + i));
        if (i % 7 === 2) writes.push(db.insert({ text: `new ${i}`, metadata: { page: -2 } }));
      });
      let running = true;
      const searching = (async () => {
        let answers = 0;
        while (running) {
          expect((await db.search('tea and coffee', 3)).length).toBe(3);
          answers++;
          await new Promise((resolve) => setTimeout(resolve));
        }
        return answers;
      })();
      await db.reembed(next);
      running = false;
      isWriting = false;
      expect(await searching).toBeGreaterThan(0);
      while (writes.length > 0) await writes.shift();
      const changed = Array.from({ length: calls }, (_, i) => i);
      const texts = new Map<unknown, string>();
      for await (const { id, metadata } of db.scan()) texts.set(id, metadata.text);
      for (const i of changed) {
        if (i % 3 === 0) expect(texts.get(i)).toBe(`changed ${i}`);
        if (i % 5 === 1 && 100 + i < 200) expect(texts.has(100 + i)).toBe(false);
        if (i % 7 === 2) expect([...texts.values()]).toContain(`new ${i}`);
      }
      await expectVectors(db, 'cde', texts.size);
    });

    test('a live query goes on with the new index, without an error', async () => {
      const db = await open(nameOf(), modelOf('ab'), { text: ['text'] });
      await fill(db, 60);
      const question = 'a zebra on a tyre';
      const errors: Error[] = [];
      const told = { meanings: [] as unknown[], words: [] as unknown[], count: [] as unknown[] };
      const lives = [
        db.live(
          () => db.search(question, 3),
          (hits) => void told.meanings.push(hits),
          { onError: (error) => errors.push(error) },
        ),
        db.live({ text: 'zebra', k: 3 }, (hits) => void told.words.push(hits), { onError: (e) => errors.push(e) }),
        db.live(
          () => db.count(),
          (count) => void told.count.push(count),
          { onError: (error) => errors.push(error) },
        ),
      ];
      const old = await db.search(question, 3);
      await expect.poll(() => told.meanings).toEqual([old]);
      await expect.poll(() => [told.words.length, told.count]).toEqual([1, [60]]);
      let isDone = false;
      await db.reembed(
        modelOf('zyt', async () => {
          if (isDone) return;
          isDone = true;
          // Runs the live queries during the call.
          await db.upsert({ id: 'during', vector: [1, 1], metadata: { text: 'nothing' } });
          await expect.poll(() => told.count.at(-1)).toBe(61);
        }),
      );
      const fresh = await db.search(question, 3);
      expect(fresh).not.toEqual(old);
      await expect.poll(() => told.meanings.at(-1)).toEqual(fresh);
      await db.delete(fresh.map(({ id }) => id));
      const last = await db.search(question, 3);
      expect(last).not.toEqual(fresh);
      await expect.poll(() => told.meanings.at(-1)).toEqual(last);
      await expect.poll(() => told.count.at(-1)).toBe(58);
      const found = await db.search({ text: 'zebra', k: 3 });
      expect(found).toHaveLength(3);
      await expect.poll(() => told.words.at(-1)).toEqual(found);
      expect(errors).toEqual([]);
      for (const live of lives) live.close();
    });

    // Two of the new vectors are as long as an old vector, or a new vector is as long.
    test.each(['yz', 'stuv'])(
      'a live query by a vector of the old model ends with an error (then %s)',
      async (letters) => {
        const db = await open(nameOf(), modelOf('abcd'), { text: ['text'] });
        await fill(db, 20);
        const vector = [1, 2, 3, 4];
        const queries = [{ vector }, { vectors: [vector, vector] }, { vector, text: 'tea' }];
        const told = queries.map((): unknown[] => []);
        const runs = { text: 0, like: 0 };
        const errors: Error[] = [];
        const onError = (error: Error): void => void errors.push(error);
        for (const [i, query] of queries.entries()) {
          db.live({ ...query, k: 2 } as { vector: number[]; k: number }, (hits) => void told[i]?.push(hits), {
            onError,
          });
        }
        db.live({ text: 'tea', k: 2 }, () => void runs.text++, { onError });
        db.live({ like: 3, k: 2 }, () => void runs.like++, { onError });
        await expect.poll(() => [...told.map((hits) => hits.length), runs]).toEqual([1, 1, 1, { text: 1, like: 1 }]);
        await db.reembed(modelOf(letters));
        await expect.poll(() => errors.length).toBe(queries.length);
        for (const error of errors)
          expect(error).toMatchObject({ code: 'MODEL_DIFFERS', got: expect.stringMatching(/abcd/) });
        // Other live queries go on, and the ended queries stay silent, also with the old model.
        await db.reembed(modelOf('abcd'));
        const before = runs.text;
        await db.upsert({ id: 'more', text: 'tea tea tea' });
        await expect.poll(() => runs.text).toBeGreaterThan(before);
        expect(told.map((hits) => hits.length)).toEqual([1, 1, 1]);
        expect(errors).toHaveLength(queries.length);
      },
    );

    test('a question that is being embedded during the last step is asked of the new model', async () => {
      const { embed, ...old } = modelOf('ab');
      const hanging: TextModel = {
        ...old,
        embed: (texts, request) => (request.kind === 'query' ? new Promise(() => {}) : embed(texts, request)),
      };
      const db = await open(nameOf(), hanging);
      await fill(db, 20);
      const calls = [
        db.search('zebra', 1),
        db.search('zebra', { k: 1, diversity: 0.1 }),
        db.searchMany(['zebra'], 1).then(([hits = []]) => hits),
      ];
      const mixed = [
        db.searchMany(['zebra', [1, 2]], 1),
        db.searchMany(['zebra', [1, 2]], { k: 1, diversity: 0.1 }),
      ].map((call) => failure(() => call, 'MODEL_DIFFERS'));
      await db.reembed(modelOf('yz'));
      for (const hits of await Promise.all(calls)) expect(hits[0]?.metadata.text).toMatch(/zebra/);
      for (const error of await Promise.all(mixed)) expect(error.row).toBe(1);
    });

    test('a write that waits for the last step must not bring a vector of the old model', async () => {
      const db = await open(nameOf(), modelOf('ab'));
      await fill(db, 20);
      const metadata = { text: 'tea' };
      const outcomes: Promise<unknown>[] = [];
      let isFirst = true;
      const next = modelOf('yz', async (texts) => {
        if (isFirst) {
          isFirst = false;
          // The text is in the old index only, so the last step embeds the text.
          await db.upsert({ id: 3, text: 'changed' });
        } else if (texts.includes('changed') && outcomes.length === 0) {
          const vector = [1, 2];
          const refused = [
            db.insert(loose(vector)),
            db.insert({ vector, metadata }),
            db.upsert([{ id: 4, vector, metadata }]),
            db.update({ id: 5, vector }),
            db.replace('a', [{ vector, metadata }]),
          ].map((call) => failure(() => call, 'MODEL_DIFFERS'));
          outcomes.push(...refused, db.upsert({ id: 6, text: 'new' }), db.update({ id: 7, metadata: { page: 70 } }));
        }
      });
      await db.reembed(next);
      expect(outcomes).toHaveLength(7);
      await Promise.all(outcomes);
      await expectVectors(db, 'yz', 20);
      expect((await db.get([3, 6, 7])).map((row) => [row?.metadata.text, row?.metadata.page])).toEqual([
        ['changed', undefined],
        ['new', undefined],
        [textOf(7), 70],
      ]);
    });

    test('an abort and a failing model leave the old index', async () => {
      const name = nameOf();
      const db = await open(name, modelOf('ab'));
      await fill(db, 40);
      const controller = new AbortController();
      let calls = 0;
      const aborting = modelOf('cd', () => {
        if (++calls === 3) controller.abort();
      });
      const error = await failure(() => db.reembed(aborting, { signal: controller.signal }), 'ABORTED');
      expect(error).toMatchObject({ message: 'The call of reembed() was aborted.', cause: controller.signal.reason });
      await failure(() => db.reembed(modelOf('cd', () => Promise.reject(new Error('down')))), 'MODEL_FAILED');
      const oops = new Error('oops');
      await expect(
        db.reembed(modelOf('cd'), {
          onProgress: () => {
            throw oops;
          },
        }),
      ).rejects.toBe(oops);
      expect([db.dimensions, db.model]).toEqual([2, 'ab']);
      await expectVectors(db, 'ab', 40);
      expect((await db.search('tea', 1)).length).toBe(1);
    });

    test('a row without a text is named, and nothing changes', async () => {
      const db = await open(nameOf(), modelOf('ab'));
      await fill(db, 10);
      await db.insert({ id: 'bare', vector: [1, 2], metadata: { page: 1 } } as never);
      expect(await failure(() => db.reembed(modelOf('cd')), 'INVALID_RECORD')).toMatchObject({ id: 'bare' });
      expect(db.model).toBe('ab');
    });

    test.each([
      ['no model', undefined, {}],
      ['a name', 'all-MiniLM', {}],
      ['an unknown option', modelOf('cd'), { batch: 3 }],
      ['a wrong signal', modelOf('cd'), { signal: {} }],
      ['a wrong onProgress', modelOf('cd'), { onProgress: 3 }],
    ])('%s: INVALID_OPTIONS', async (_, model, options) => {
      const db = await open(nameOf(), modelOf('ab'));
      await failure(() => db.reembed(loose(model), loose(options)), 'INVALID_OPTIONS');
    });

    test('an empty database takes the model, two calls at once are refused, and close ends a call', async () => {
      const db = await open(nameOf(), modelOf('ab'));
      const both = [db.reembed(modelOf('cd')), failure(() => db.reembed(modelOf('ef')), 'BLOCKED')];
      expect((await Promise.all(both))[0]).toBe(0);
      expect(db.model).toBe('cd');
      await fill(db, 20);
      let begin = (): void => {};
      const begun = new Promise<void>((resolve) => {
        begin = resolve;
      });
      const hanging = modelOf('gh', () => {
        begin();
        return new Promise(() => {});
      });
      const call = failure(() => db.reembed(hanging), 'CLOSED');
      await begun;
      await db.close();
      await call;
      await failure(() => db.reembed(modelOf('ab')), 'CLOSED');
    });
  });
}
