// Questions: a search with a string, which a model embeds.

import { describe, expect, onTestFinished, test } from 'vitest';
import { EdgeVec, type TextModel } from '../../src/index.js';
import { failure } from '../support/open.js';
import { type Doc, modelOf } from '../support/reembed.js';

export function defineQuestionsSuite(label: string, worker: boolean): void {
  const open = async (embed: TextModel): Promise<EdgeVec<Doc>> => {
    const db = await EdgeVec.open<Doc>({ embed, worker });
    onTestFinished(() => db.close());
    return db;
  };

  describe(`Questions, ${label}`, () => {
    test('the caller may change vectors and options of a search right after the call', async () => {
      const db = await open(modelOf('toz'));
      await db.insert([
        { id: 'tea', text: 'tea', metadata: { page: 1 } },
        { id: 'zoo', text: 'zoo', metadata: { page: 2 } },
      ]);
      // The vectors of the two texts, by the letters t, o and z.
      const [tea, zoo] = [
        [2, 1, 1],
        [1, 3, 2],
      ] as const;
      const vector = Float32Array.from(tea);
      const filter = { page: 1 };
      const calls = [
        db.searchMany(['zoo', vector], { k: 1 }),
        db.searchMany(['zoo', vector], { k: 1, diversity: 0.1 }),
        db.search('zoo', { filter }).then((hits) => [hits]),
        db.search('zoo', { filter, diversity: 0.1 }).then((hits) => [hits]),
      ];
      vector.set(zoo);
      filter.page = 2;
      const found = (await Promise.all(calls)).map((lists) => lists.map((hits) => hits.map(({ id }) => id)));
      expect(found).toEqual([[['zoo'], ['tea']], [['zoo'], ['tea']], [['tea']], [['tea']]]);
    });

    test('a wrong option, and a wrong vector beside a question, are refused before the model is asked', async () => {
      const model = modelOf('toz');
      const db = await open(model);
      await failure(() => db.search('tea', { k: 0 }), 'INVALID_K');
      await failure(() => db.search('tea', { filter: { page: { $near: 1 } } as never }), 'INVALID_FILTER');
      const error = await failure(() => db.searchMany(['tea', [1, 2]]), 'DIMENSION_MISMATCH');
      expect(error.row).toBe(1);
      expect(model.embedded).toEqual([]);
    });
  });
}
