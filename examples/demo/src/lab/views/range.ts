/** A least and a greatest number for a field, below bars that show how the numbers are spread. */
import { html } from '../../shared/dom';
import type { RangeField } from '../filter/fields';
import { fieldLabel } from '../filter/labels';

export interface Ends {
  readonly from?: number;
  readonly to?: number;
}

export interface RangeControl {
  readonly element: HTMLFieldSetElement;
  show(bars: readonly number[], chosen: Ends): void;
}

export function range({ name, borders }: RangeField, onChange: (chosen: Ends) => void): RangeControl {
  const label = fieldLabel(name);
  const number = () => html('input', { type: 'number', step: 'any', inputmode: 'decimal', placeholder: 'any' });
  const [from, to] = [number(), number()];
  const bars = Array.from({ length: borders.length + 1 }, () => html('i'));
  const plot = html('div', { class: 'bars', 'aria-hidden': 'true' }, ...bars);
  const named = (border = 0) => html('span', {}, border.toLocaleString('en'));
  const ends = html('div', { class: 'borders', 'aria-hidden': 'true' }, named(borders[0]), named(borders.at(-1)));
  const element = html(
    'fieldset',
    { class: 'facet range' },
    html('legend', {}, label),
    plot,
    ends,
    html('div', { class: 'pair' }, field('From', from), field('To', to)),
  );

  for (const input of [from, to]) {
    input.addEventListener('input', () => {
      const [low, high] = [read(from), read(to)];
      onChange({ ...(low !== undefined && { from: low }), ...(high !== undefined && { to: high }) });
    });
  }

  return {
    element,
    show(counts, chosen) {
      const most = Math.max(1, ...counts);
      bars.forEach((bar, i) => {
        const count = counts[i] ?? 0;
        bar.style.height = count === 0 ? '0' : `max(1px, ${(100 * count) / most}%)`;
        bar.className = isIn(chosen, borders[i - 1], borders[i]) ? 'in' : '';
      });
      const crossed = chosen.from !== undefined && chosen.to !== undefined && chosen.from > chosen.to;
      for (const input of [from, to]) input.setAttribute('aria-invalid', String(crossed));
      // The user may be typing a number, such as 1. before 1.5.
      write(from, chosen.from);
      write(to, chosen.to);
    },
  };
}

const field = (text: string, input: HTMLInputElement) =>
  html('label', { class: 'field' }, html('span', {}, text), input);

function read({ value }: HTMLInputElement): number | undefined {
  const number = Number(value);
  return value === '' || !Number.isFinite(number) ? undefined : number;
}

function write(input: HTMLInputElement, value: number | undefined): void {
  if (read(input) !== value) input.value = value === undefined ? '' : String(value);
}

/** Whether a part of the bar is in the range. */
function isIn({ from, to }: Ends, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY): boolean {
  return (from === undefined || high > from) && (to === undefined || low <= to);
}
