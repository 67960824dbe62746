/** The question: what is typed, the chips, and the page's address. */
import { readParameter, writeParameters } from '../../shared/address';
import { byId, html } from '../../shared/dom';
import type { Question } from '../ask';
import { PARTS_OF_SPEECH, type PartOfSpeech } from '../sense';
import { question } from '../state';

const input = byId<HTMLInputElement>('query');
const chips = byId('parts');

/** When the visitor last pressed a key or a chip, until the answer is painted. */
let asked: number | null = null;

/** The time of the visitor's last act, once. */
export function takeAskedAt(): number | null {
  const at = asked;
  asked = null;
  return at;
}

const isPart = (text: string): text is PartOfSpeech => (PARTS_OF_SPEECH as readonly string[]).includes(text);

function fromAddress(): Question {
  const like = readParameter('like');
  const parts = readParameter('part')?.split(',').filter(isPart) ?? [];
  return { text: readParameter('q') ?? '', like: like !== null && /^\d+$/.test(like) ? Number(like) : null, parts };
}

function toAddress({ text, like, parts }: Question, push: boolean): void {
  const q = text === '' ? null : text;
  writeParameters({ q, part: parts.join(',') || null, like: like === null ? null : String(like) }, push);
}

/** Asks, and puts the question into the address. */
function change(next: Partial<Question>, push = false): void {
  const changed = { ...question.value, ...next };
  toAddress(changed, push);
  question.set(changed);
}

/** Asks for senses like a sense. The browser's Back button returns. */
export function moreLike(id: number): void {
  change({ like: id }, true);
}

export function askFor(text: string): void {
  input.focus();
  change({ text, like: null });
}

export function clearQuestion(): void {
  input.focus();
  change({ text: '', like: null });
}

/** Leaves "more like", for the question before. */
export function leaveLike(): void {
  change({ like: null });
}

function mountChips(): void {
  for (const part of PARTS_OF_SPEECH) {
    const chip = html('button', { type: 'button', value: part }, part);
    chip.addEventListener('click', ({ timeStamp }) => {
      asked = timeStamp;
      const { parts } = question.value;
      change({ parts: parts.includes(part) ? parts.filter((other) => other !== part) : [...parts, part] });
    });
    chips.append(chip);
  }
}

export function mountQuestion(): void {
  mountChips();
  input.addEventListener('input', ({ timeStamp }) => {
    asked = timeStamp;
    change({ text: input.value, like: null });
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    clearQuestion();
  });
  byId('form').addEventListener('submit', (event) => event.preventDefault());
  addEventListener('popstate', () => question.set(fromAddress()));
  question.watch(({ text, parts }) => {
    // Assigning the same text would move the caret.
    if (input.value !== text) input.value = text;
    for (const chip of chips.querySelectorAll('button')) {
      chip.setAttribute('aria-pressed', String(parts.includes(chip.value as PartOfSpeech)));
    }
  });
  question.set(fromAddress());
  // On a phone, the focus would open the keyboard over the page.
  if (matchMedia('(pointer: fine)').matches) input.focus({ preventScroll: true });
}
