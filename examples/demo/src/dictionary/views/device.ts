/** What the dictionary takes and sends, in numbers with a sentence for each. */
import type { Stats } from 'edgevec';
import { byId, html } from '../../shared/dom';
import * as format from '../../shared/format';

const FACTS = {
  felt: ['Key to screen', 'From your key press until the browser has painted the answer.'],
  search: ['Search', 'The call db.search alone: to the engine’s worker and back.'],
  sent: [
    'Bytes sent',
    'Requests of this page since all its files are here, by the browser’s own list. A model that you choose is loaded before.',
  ],
  memory: ['Memory', 'The engine’s WebAssembly memory. The small model takes 7 MB more.'],
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

/** @param all of each open index */
export function tellStats(all: readonly Stats[]): void {
  const stored = all.filter(({ storage }) => storage.persistence !== 'ephemeral');
  tellFact('memory', format.bytes(all.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)));
  tellFact(
    'stored',
    stored.length === 0 ? 'nothing' : format.bytes(stored.reduce((sum, { storage }) => sum + storage.bytes, 0)),
  );
}

export function mountDevice(): void {
  const list = byId('device');
  for (const [fact, [name, note]] of Object.entries(FACTS)) {
    const value = html('dd', {}, '–');
    places.set(fact as Fact, value);
    list.append(html('div', {}, html('dt', {}, name), value, html('dd', { class: 'note' }, note)));
  }
}
