/** An item in a list of senses. */
import { html } from '../../shared/dom';
import type { Sense } from '../sense';

/** @param score the similarity to the question, from -1 to 1, if there is one */
export function senseItem(id: number, { words, part, gloss, example }: Sense, score?: number): HTMLLIElement {
  const [first = '', ...others] = words;
  const word = html(
    'button',
    { type: 'button', class: 'word', 'data-id': id },
    html('span', { class: 'hidden' }, 'More like '),
  );
  word.append(first);
  const line = html('div', { class: 'line' }, word, html('span', { class: 'part' }, part));
  line.append(html('span', { class: 'others', title: others.join(', ') }, others.join(', ')));
  if (score !== undefined) line.append(bar(score));
  const item = html('li', { class: 'sense' }, line);
  item.append(html('p', { class: 'gloss' }, gloss));
  if (example !== undefined) item.append(html('p', { class: 'example' }, `“${example}”`));
  return item;
}

function bar(score: number): HTMLElement {
  const filled = html('i');
  filled.style.inlineSize = `${Math.max(0, score) * 100}%`;
  const text = html('span', { class: 'hidden' }, `similarity ${score.toFixed(2)}`);
  return html('span', { class: 'score', title: `similarity ${score.toFixed(2)}` }, filled, text);
}
