/** What the dictionary takes and sends, in numbers with a sentence for each. */
import type { Stats } from 'edgevec';
import { byId, html } from '../../shared/dom';
import * as format from '../../shared/format';

const FACTS = {
  felt: ['Key to screen', 'From your key press until the browser has painted the answer.'],
  search: ['Search', 'The call db.search alone: to the engine’s worker and back.'],
  sent: ['Bytes sent', 'Requests of this page since all its files are here, by the browser’s own list.'],
  memory: ['Memory', 'The engine’s WebAssembly memory; the model takes 7 MB more.'],
  stored: ['Stored', 'In this browser, for your next visit. Clearing the site’s data deletes it.'],
  offline: ['Without network', 'A service worker keeps the page, the model and the dictionary.'],
} as const;

export type Fact = keyof typeof FACTS;

const places = new Map<Fact, HTMLElement>();

/** Sets the value of a fact. */
export function tellFact(fact: Fact, value: string): void {
  const place = places.get(fact);
  if (place) place.textContent = value;
}

export function tellStats({ memoryBytes, storage }: Stats): void {
  tellFact('memory', format.bytes(memoryBytes));
  tellFact('stored', storage.persistence === 'ephemeral' ? 'nothing' : format.bytes(storage.bytes));
}

export function mountDevice(): void {
  const list = byId('device');
  for (const [fact, [name, note]] of Object.entries(FACTS)) {
    const value = html('dd', {}, '–');
    places.set(fact as Fact, value);
    list.append(html('div', {}, html('dt', {}, name), value, html('dd', { class: 'note' }, note)));
  }
}
