/** A list of check boxes: the values of a field, each with the number of rows. */
import { html } from '../../shared/dom';
import * as format from '../../shared/format';
import type { ValueCount } from '../filter/counts';
import { type ListField, MOST_VALUES, type Value } from '../filter/fields';
import { fieldLabel, valueLabel } from '../filter/labels';

/** How many values a list shows at first. On a phone, the hits should not be far below. */
const SHORT = matchMedia('(max-width: 47.99rem)').matches ? 5 : 8;

export interface Facet {
  readonly element: HTMLFieldSetElement;
  show(counts: readonly ValueCount[], chosen: readonly Value[]): void;
}

interface Item {
  readonly element: HTMLLIElement;
  readonly box: HTMLInputElement;
  readonly number: HTMLElement;
}

const keyOf = (value: Value) => `${typeof value} ${value}`;

/** @param onChange with the values of all checked boxes */
export function facet({ name, values }: ListField, onChange: (chosen: Value[]) => void): Facet {
  const list = html('ul', { class: 'values' });
  const more = html('button', { type: 'button', class: 'quiet', 'aria-expanded': 'false' });
  const element = html('fieldset', { class: 'facet' }, html('legend', {}, fieldLabel(name)), list, more);
  const items = new Map<string, Item>();
  let latest: { counts: readonly ValueCount[]; chosen: readonly Value[] } = { counts: [], chosen: [] };
  let long = false;

  function itemOf(value: Value): Item {
    const known = items.get(keyOf(value));
    if (known) return known;
    const box = html('input', { type: 'checkbox' });
    const number = html('span', { class: 'number' });
    const label = html('label', { class: 'check' }, box, html('span', {}, valueLabel(name, value)), ' ', number);
    const item = { element: html('li', {}, label), box, number };
    items.set(keyOf(value), item);
    box.addEventListener('change', () => {
      const others = latest.chosen.filter((other) => other !== value);
      // Before the counts come, since the next click may be faster.
      latest = { ...latest, chosen: box.checked ? [...others, value] : others };
      onChange([...latest.chosen]);
    });
    return item;
  }

  function render(): void {
    const { counts, chosen } = latest;
    const isCounted = new Set(counts.map(({ value }) => keyOf(value)));
    const isChosen = new Set(chosen.map(keyOf));
    // The list keeps its values and its height, although no row may have a value now.
    const others = new Map([...values, ...chosen].map((value) => [keyOf(value), { value, count: 0 }]));
    for (const key of isCounted) others.delete(key);
    const all = [...counts, ...others.values()];
    const shown = all.filter(({ value }, i) => long || i < SHORT || isChosen.has(keyOf(value)));
    const elements = shown.map(({ value, count }) => {
      const { element, box, number } = itemOf(value);
      box.checked = isChosen.has(keyOf(value));
      element.classList.toggle('none', count === 0);
      number.replaceChildren(format.count(count), html('span', { class: 'hidden' }, count === 1 ? ' row' : ' rows'));
      return element;
    });
    place(list, elements);
    more.hidden = all.length <= SHORT;
    const whole = `Show ${all.length < MOST_VALUES ? 'all ' : ''}${format.count(all.length)}`;
    more.textContent = long ? 'Show fewer' : whole;
    more.append(html('span', { class: 'hidden' }, ` of ${fieldLabel(name)}`));
    more.setAttribute('aria-expanded', String(long));
  }

  more.addEventListener('click', () => {
    long = !long;
    render();
  });
  return {
    element,
    show(counts, chosen) {
      latest = { counts, chosen };
      render();
    },
  };
}

/** Puts the elements into the list in this order. The focus stays, although an element moves. */
function place(list: HTMLElement, elements: readonly HTMLElement[]): void {
  if (elements.length === list.children.length && elements.every((element, i) => list.children[i] === element)) return;
  const focused = document.activeElement;
  list.replaceChildren(...elements);
  if (focused instanceof HTMLElement && focused !== document.activeElement && list.contains(focused)) {
    focused.focus({ preventScroll: true });
  }
}
