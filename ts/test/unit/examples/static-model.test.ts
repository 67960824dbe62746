import { describe, expect, test } from 'vitest';
import { dimensions, embed, load } from '../../../../examples/static-model/src/index.js';
import { wordPieces } from '../../../../examples/static-model/src/wordpiece.js';

/** The first numbers of two texts' vectors, from the program that made the model. */
const REFERENCE = {
  'a small boat moved by oars': [-0.06321, 0.04727, 0.20608, 0.18592, 0.22213, 0.11136, -0.16459, -0.06126],
  'fear of heights': [0.18419, -0.23296, 0.00829, -0.04256, 0.12528, -0.00643, 0.02743, 0.13625],
};

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? Number.NaN), 0);

/** The vector of a text. */
async function vectorOf(text: string): Promise<Float32Array> {
  const [vector] = await embed([text]);
  if (vector === undefined) throw new Error('a vector for each text');
  return vector;
}

describe('the static model of the examples', () => {
  test.for(Object.entries(REFERENCE))('gives the vector of the reference: %s', async ([text, numbers]) => {
    const vector = await vectorOf(text);
    expect(vector).toHaveLength(dimensions);
    expect(dot(vector, vector)).toBeCloseTo(1, 5);
    for (const [i, number] of numbers.entries()) expect(vector[i]).toBeCloseTo(number, 4);
  });

  test('gives a vector for each text, in order, whatever the case and the accents', async () => {
    const texts = ['tea', 'coffee', 'TÉA'];
    const [tea, coffee, loud] = await embed(texts);
    expect([tea, coffee]).toEqual([await vectorOf('tea'), await vectorOf('coffee')]);
    expect(loud).toEqual(tea);
    expect(await embed([])).toEqual([]);
  });

  test('gives near vectors to texts of similar meaning', async () => {
    const texts = [
      'veterinarian: treats sick animals',
      'carpenter: builds things of wood',
      'igloo: a round hut built of blocks of snow',
      'rowing boat: a boat moved by oars',
      'thermometer: measures the temperature',
    ];
    const vectors = await embed(texts);
    const nearest = async (text: string) => {
      const query = await vectorOf(text);
      const scores = vectors.map((vector) => dot(query, vector));
      return texts[scores.indexOf(Math.max(...scores))];
    };
    expect(await nearest('a doctor for animals')).toMatch(/^vet/);
    expect(await nearest('a house made of snow')).toMatch(/^igloo/);
    expect(await nearest('somebody who makes furniture of wood')).toMatch(/^carpenter/);
    expect(await nearest('how warm is the weather today')).toMatch(/^thermo/);
  });

  test('gives a text without a known word the vector of an empty text', async () => {
    const empty = await vectorOf('');
    expect(dot(empty, empty)).toBeCloseTo(1, 5);
    expect(await vectorOf('…')).toEqual(empty);
    expect(await vectorOf(`${'x'.repeat(200)}`)).toEqual(empty);
  });

  test('is loaded once, and loading again does nothing', async () => {
    await load();
    await load({ url: 'file:///no/such/file' });
    expect(await embed(['tea'])).toHaveLength(1);
  });
});

describe('the tokens', () => {
  const vocabulary = new Map(['un', '##able', '##ab', 'tea', '-', 'a', '5', '日'].map((token, id) => [token, id]));
  const tokens = (text: string) => wordPieces(text, vocabulary).map((id) => [...vocabulary.keys()][id]);

  test.for([
    ['unable', ['un', '##able']],
    ['Tea-tea', ['tea', '-', 'tea']],
    ['tea日a', ['tea', '日', 'a']],
    ['unknown tea', ['tea']],
    ['un\u00adable\u200b', ['un', '##able']],
    ['$5', ['5']],
    [' \n', []],
  ] as const)('%s', ([text, expected]) => {
    expect(tokens(text)).toEqual(expected);
  });
});
