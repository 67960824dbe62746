// Questions, and the passages that answer them.

import type { Answer, Row } from '../library.js';
import { byId, element } from './dom.js';

/** A passage with the nearest sentence marked. */
function marked({ passage, sentence }: Answer): HTMLElement {
  const start = passage.indexOf(sentence);
  const end = start + sentence.length;
  return element('p', {}, passage.slice(0, start), element('mark', {}, passage.slice(start, end)), passage.slice(end));
}

/** Adds a question, and a place for the answers. @returns shows the answers in that place */
export function showQuestion(question: string, onOpen: (row: Row) => void): (answers: Answer[] | string) => void {
  const conversation = byId('conversation');
  conversation.querySelector('.empty')?.remove();
  const place = element('div', { className: 'answers' }, element('p', { className: 'wait' }, 'Reading…'));
  conversation.append(element('p', { className: 'question' }, question), place);
  place.scrollIntoView({ block: 'end', behavior: 'smooth' });

  return (answers) => {
    const [best] = answers;
    if (typeof answers === 'string' || typeof best !== 'object') {
      place.replaceChildren(element('p', { className: 'wait' }, String(answers) || 'No document has a passage.'));
      return;
    }
    const cards = answers.map((answer, i) => {
      const { row, score } = answer;
      const where = row.heading === '' ? row.source : `${row.source} › ${row.heading}`;
      const open = element('button', { type: 'button', title: 'Show in the document' }, `${i + 1}`, ' ', where);
      open.addEventListener('click', () => onOpen(row));
      const share = element('span', { className: 'score', title: 'Likeness in meaning' }, score.toFixed(2));
      return element('article', {}, element('header', {}, open, share), marked(answer));
    });
    place.replaceChildren(element('blockquote', {}, best.sentence, element('sup', {}, '1')), ...cards);
    place.previousElementSibling?.scrollIntoView({ block: 'start', behavior: 'smooth' });
  };
}
