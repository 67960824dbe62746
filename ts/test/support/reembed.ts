// Models and databases for tests of `reembed`.

import { expect, onTestFinished } from 'vitest';
import { EdgeVec, type OpenOptions, type TextModel, type TextOptions } from '../../src/index.js';

export interface Doc {
  text: string;
  page?: number;
}

/** The count of the letter, so vectors tell which model made them. */
export function modelOf(
  letters: string,
  before: (texts: readonly string[]) => unknown = () => {},
): TextModel & { embedded: string[] } {
  const embedded: string[] = [];
  return {
    model: letters,
    dimensions: letters.length,
    embedded,
    batchSize: 8,
    async embed(texts) {
      await before(texts);
      embedded.push(...texts);
      return texts.map((text) => [...letters].map((letter) => text.split(letter).length));
    },
  };
}

const words = ['tea', 'coffee', 'bicycle', 'zebra', 'tyre', 'cheese'];
export const textOf = (i: number): string => `${words[i % words.length]} ${i}`;

let names = 0;

/** Databases with texts, closed and dropped after each test. */
export function reembedding(label: string, isStored: boolean, how: Partial<OpenOptions>) {
  const nameOf = (): string => `reembed ${label} ${Date.now()} ${++names}`;
  const open = async (
    name: string,
    embed: TextModel | undefined,
    more: Partial<OpenOptions> & TextOptions<Doc> = {},
  ): Promise<EdgeVec<Doc>> => {
    const options = { ...how, ...(isStored && { name }), ...(embed && { embed }), ...more };
    const db = await EdgeVec.open<Doc>(options as never);
    onTestFinished(async () => {
      await db.close();
      if (isStored) await EdgeVec.drop(name, how.directory === undefined ? {} : { directory: how.directory });
    });
    return db;
  };

  const fill = (db: EdgeVec<Doc>, count: number): Promise<unknown> =>
    db.upsert(Array.from({ length: count }, (_, id) => ({ id, text: textOf(id), metadata: { page: id } })));

  /** Each row has the vector of its text, by the model. */
  async function expectVectors(db: EdgeVec<Doc>, letters: string, count: number): Promise<void> {
    let rows = 0;
    for await (const { vector, metadata } of db.scan({ includeVectors: true })) {
      rows++;
      expect([...vector].map(Math.round)).toEqual([...letters].map((letter) => metadata.text.split(letter).length));
    }
    expect(rows).toBe(count);
  }

  return { nameOf, open, fill, expectVectors };
}
