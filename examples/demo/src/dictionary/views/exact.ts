/** The senses of the typed word, and of words that begin with the typed letters. */
import { byId } from '../../shared/dom';
import * as format from '../../shared/format';
import type { Sense } from '../sense';
import { exact, growth, question } from '../state';
import { senseItem } from './sense-item';

/** The sense with the typed word before its other words, or else the word that begins so. */
function withWordFirst(sense: Sense, asked: string): Sense {
  const letters = asked.toLowerCase();
  const rank = (word: string) => (word.toLowerCase() === letters ? 0 : word.toLowerCase().startsWith(letters) ? 1 : 2);
  return { ...sense, words: sense.words.toSorted((a, b) => rank(a) - rank(b)) };
}

export function mountExact(): void {
  const text = byId('exact-text');
  const list = byId('exact-results');
  exact.watch((found) => {
    const asked = question.value.text.trim();
    const senses = found?.senses ?? [];
    list.replaceChildren(...senses.map(({ id, sense }) => senseItem(id, withWordFirst(sense, asked))));
    if (!found || asked === '') text.textContent = 'If you type a word of the dictionary, its senses are here.';
    else if (found.count > 0) {
      const rest = found.count > senses.length ? `, the ${senses.length} best known here` : '';
      text.textContent = `“${asked}” has ${format.count(found.count)} ${found.count === 1 ? 'sense' : 'senses'}${rest}.`;
    } else if (senses.length > 0) text.textContent = `Words that begin with “${asked}”:`;
    else if (growth.value.filling) text.textContent = `“${asked}” is not among the words yet.`;
    else text.textContent = `“${asked}” is not a word of the dictionary.`;
  });
}
