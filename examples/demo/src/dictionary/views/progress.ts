/** How many senses are searchable. */
import { byId } from '../../shared/dom';
import * as format from '../../shared/format';
import { type Growth, growth } from '../state';

function words({ rows, wanted, filling }: Growth): string {
  if (rows === null) return 'Opening…';
  if (rows === 0) return 'Loading the dictionary (4 MB) and its model (7 MB), once…';
  if (filling) return `${format.count(rows)} of ${format.count(wanted)} senses are searchable`;
  return `${format.count(rows)} senses`;
}

export function mountProgress(): void {
  const bar = byId<HTMLProgressElement>('progress');
  growth.watch((now) => {
    byId('progress-text').textContent = words(now);
    bar.max = Math.max(now.wanted, 1);
    bar.value = now.rows ?? 0;
    bar.classList.toggle('idle', !now.filling);
  });
}
