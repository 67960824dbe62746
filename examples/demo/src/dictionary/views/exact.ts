/** The senses of the typed word, if the dictionary has the word. */
import { byId } from '../../shared/dom';
import * as format from '../../shared/format';
import type { Sense } from '../sense';
import { exact, growth, question } from '../state';
import { senseItem } from './sense-item';

/** The sense with the typed word before its other words. */
function withWordFirst(sense: Sense, asked: string): Sense {
  const isAsked = (word: string) => word.toLowerCase() === asked.toLowerCase();
  return { ...sense, words: [...sense.words.filter(isAsked), ...sense.words.filter((word) => !isAsked(word))] };
}

export function mountExact(): void {
  const text = byId('exact-text');
  const list = byId('exact-results');
  exact.watch((found) => {
    const asked = question.value.text.trim();
    const senses = found?.senses ?? [];
    list.replaceChildren(...senses.map(({ id, sense }) => senseItem(id, withWordFirst(sense, asked))));
    if (!found || asked === '') text.textContent = 'If you type a word of the dictionary, its senses are here.';
    else if (found.count === 0 && growth.value.filling) text.textContent = `“${asked}” is not among the words yet.`;
    else if (found.count === 0) text.textContent = `“${asked}” is not a word of the dictionary.`;
    else {
      const rest = found.count > senses.length ? `, the ${senses.length} best known here` : '';
      text.textContent = `“${asked}” has ${format.count(found.count)} ${found.count === 1 ? 'sense' : 'senses'}${rest}.`;
    }
  });
}
