// The vectors of the last questions are remembered: a model is not asked again.

import { expect, onTestFinished, test } from 'vitest';
import type { EmbedRequest, TextModel } from '../../../../src/base/embed.js';
import { EdgeVec } from '../../../../src/index.js';

/** A model of vowels and other letters, which notes its calls. */
function modelOf(): TextModel & { readonly calls: { kind: EmbedRequest['kind']; texts: readonly string[] }[] } {
  const calls: { kind: EmbedRequest['kind']; texts: readonly string[] }[] = [];
  return {
    model: 'vowels',
    dimensions: 2,
    calls,
    embed(texts, { kind }) {
      calls.push({ kind, texts });
      return texts.map((text) => [text.replace(/[^aeiou]/g, '').length + 1, text.length + 1]);
    },
  };
}

const asked = ({ calls }: ReturnType<typeof modelOf>) =>
  calls.filter(({ kind }) => kind === 'query').map(({ texts }) => texts);

async function open(model: TextModel): Promise<EdgeVec<{ text: string }>> {
  const db = await EdgeVec.open<{ text: string }>({ embed: model });
  onTestFinished(() => db.close());
  return db;
}

test('a live query embeds its question once', async () => {
  const model = modelOf();
  const db = await open(model);
  await db.insert({ text: 'brew tea' });
  const told: (string | undefined)[][] = [];
  const live = db.live(
    () => db.search('tea', 5),
    (hits) => told.push(hits.map(({ metadata }) => metadata.text)),
  );
  await expect.poll(() => told.length).toBe(1);
  await db.insert({ text: 'more tea' });
  await expect.poll(() => told.at(-1)?.length).toBe(2);
  live.close();
  expect(asked(model)).toEqual([['tea']]);
});

test('each question of a call is embedded once, and a text that is written is no question', async () => {
  const model = modelOf();
  const db = await open(model);
  await db.search('tea');
  const found = await db.searchMany(['tea', 'zoo', 'zoo']);
  expect(found).toHaveLength(3);
  await db.insert({ text: 'zoo' });
  expect(model.calls).toEqual([
    { kind: 'query', texts: ['tea'] },
    { kind: 'query', texts: ['zoo'] },
    { kind: 'passage', texts: ['zoo'] },
  ]);
});

test('an aborted search rejects, also if its question is remembered', async () => {
  const model = modelOf();
  const db = await open(model);
  await db.search('tea');
  await expect(db.search('tea', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
});

test('a question whose embedding failed is asked again', async () => {
  let isDown = true;
  const { embed, ...model } = modelOf();
  const db = await open({
    ...model,
    embed: (texts, request) => {
      if (isDown) throw new Error('offline');
      return embed(texts, request);
    },
  });
  await expect(db.search('tea')).rejects.toMatchObject({ code: 'MODEL_FAILED' });
  isDown = false;
  expect(await db.search('tea')).toEqual([]);
});

test('only the last questions are remembered, and each model has its own', async () => {
  const model = modelOf();
  const other = modelOf();
  const [db, otherDb] = [await open(model), await open(other)];
  await db.search('tea');
  for (let i = 0; i < 64; i++) await db.search('a'.repeat(i + 1));
  expect(asked(model)).toHaveLength(65);
  await db.search('a');
  expect(asked(model)).toHaveLength(65);
  await db.search('tea');
  expect(asked(model)).toHaveLength(66);
  await otherDb.search('tea');
  expect(asked(other)).toEqual([['tea']]);
});
