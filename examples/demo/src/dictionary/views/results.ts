/** The list of senses by meaning, and the keys that lead through the list. */
import { announce, byId, html } from '../../shared/dom';
import * as format from '../../shared/format';
import { growth, type Shown, shown } from '../state';
import { askFor, clearQuestion, leaveLike, moreLike } from './question';
import { senseItem } from './sense-item';

const SUGGESTIONS = [
  'doctor for animals',
  'person who studies stars',
  'fear of closed spaces',
  'longing for the past',
  'to speak very quietly',
  'a person who cannot sleep',
  'a long period without rain',
];

/** Milliseconds without a new answer before a screen reader tells the answer. */
const CALM = 700;

const list = byId<HTMLOListElement>('results');
const exactList = byId<HTMLOListElement>('exact-results');
const empty = byId('empty');
const input = byId<HTMLInputElement>('query');

function suggestions(): HTMLElement[] {
  const buttons = SUGGESTIONS.map((text) => {
    const button = html('button', { type: 'button', class: 'suggestion' }, text);
    button.addEventListener('click', () => askFor(text));
    return html('li', {}, button);
  });
  return [
    html('p', {}, 'Describe a word in your own words, or try:'),
    html('ul', { 'aria-label': 'Suggestions' }, ...buttons),
  ];
}

function nothingFound({ known }: Shown): HTMLElement[] {
  if (!known) return [html('p', {}, 'None of these words is known to the model. Try other words, in English.')];
  if (growth.value.filling) return [html('p', {}, 'Nothing yet. More senses are being added.')];
  return [html('p', {}, 'Nothing matches.')];
}

let telling: ReturnType<typeof setTimeout> | undefined;

/** Tells a screen reader the answer, after the visitor has stopped typing. */
function tell(answer: Shown | null): void {
  clearTimeout(telling);
  if (!answer) return;
  telling = setTimeout(() => {
    const [first] = answer.hits;
    announce(
      first
        ? `${format.count(answer.hits.length)} senses. First: ${first.sense.words[0]}, ${first.sense.part}.`
        : 'No sense found.',
    );
  }, CALM);
}

/** What the list shows. While the dictionary grows, most new answers are the same. */
let showing = '';

function show(answer: Shown | null): void {
  const ids = JSON.stringify([answer?.known, growth.value.filling, answer?.hits.map(({ id }) => id)]);
  if (ids === showing) return;
  showing = ids;
  tell(answer);
  const focused = list.contains(document.activeElement);
  const hits = answer?.hits ?? [];
  list.replaceChildren(...hits.map(({ id, sense, score }) => senseItem(id, sense, score)));
  list.hidden = hits.length === 0;
  empty.hidden = hits.length > 0;
  if (answer === null) empty.replaceChildren(...suggestions());
  else if (hits.length === 0) empty.replaceChildren(...nothingFound(answer));
  // The list with the focus is new. Without hits, the visitor goes on typing.
  if (focused) (list.querySelector<HTMLElement>('.word') ?? input).focus({ preventScroll: true });
}

/** Moves the focus along the words, and from the first word back to the question. */
function move(from: Element, step: number): void {
  const words = [...document.querySelectorAll<HTMLElement>('.sense .word')];
  const next = words[words.indexOf(from as HTMLElement) + step];
  (next ?? (step < 0 ? input : null))?.focus();
}

function onListKey(event: KeyboardEvent): void {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if (!(target instanceof Element) || ctrlKey || metaKey || altKey) return;
  if (key === 'ArrowDown' || key === 'ArrowUp') {
    event.preventDefault();
    move(target, key === 'ArrowDown' ? 1 : -1);
  } else if (key === 'Escape') clearQuestion();
  // The letter itself goes into the field that now has the focus.
  else if (key.length === 1 && key !== ' ') input.focus();
}

export function mountResults(): void {
  for (const place of [list, exactList]) {
    place.addEventListener('keydown', onListKey);
    place.addEventListener('click', ({ target }) => {
      if (target instanceof HTMLElement && target.dataset['id']) moreLike(Number(target.dataset['id']));
    });
  }
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    document.querySelector<HTMLElement>('.sense .word')?.focus();
  });
  byId('back').addEventListener('click', leaveLike);
  shown.watch((answer) => {
    const like = answer?.like;
    byId('meanings-title').textContent = like ? `Like “${like}”` : 'By meaning';
    byId('back').hidden = !like;
  });
  shown.watch(show);
}
