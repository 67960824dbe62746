/** Shows how much is stored on this device, and deletes the database. */
import { byId } from '../../shared/dom';
import * as format from '../../shared/format';
import type { Held } from '../session';
import { building, held, measuring } from '../state';

const text = byId('kept');
const startOver = byId<HTMLButtonElement>('start-over');

function sentence({ count, stats }: Held): string {
  const { persistence, bytes } = stats.storage;
  const rows = `${format.count(count)} rows`;
  if (persistence === 'ephemeral') return `${rows} in memory, kept only until this page is closed.`;
  const kept = `${rows} kept on this device, ${format.bytes(bytes)}.`;
  return persistence === 'durable' ? kept : `${kept} The browser may clear them when room runs short.`;
}

export function mountStored(onStartOver: () => void): void {
  const show = () => {
    const now = held.value;
    text.textContent = now ? sentence(now) : '';
    startOver.hidden = !now;
    startOver.disabled = building.value || measuring.value;
  };
  held.watch(show);
  building.watch(show);
  measuring.watch(show);
  startOver.addEventListener('click', () => {
    const count = format.count(held.value?.count ?? 0);
    if (!confirm(`Delete the ${count} stored rows? Other tabs with this page lose them too.`)) return;
    // The button is about to disappear, so the focus moves to the next step.
    byId('build').focus();
    onStartOver();
  });
}
