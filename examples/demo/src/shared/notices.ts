/** Shows events that no click of the user has caused, and a remedy for each. */
import type { EdgeVecEvent } from 'edgevec';
import { byId, html } from './dom';
import * as format from './format';

const place = byId('notices');

/**
 * Shows a notice in place of an earlier notice with the same key. The button removes the notice.
 */
export function notify(key: string, text: string, action = 'Dismiss', run = () => {}): void {
  dismiss(key);
  const button = html('button', { type: 'button' }, action);
  button.addEventListener('click', () => {
    dismiss(key);
    run();
  });
  place.append(html('p', { 'data-key': key }, html('span', {}, text), button));
}

export function dismiss(key: string): void {
  place.querySelector(`[data-key="${key}"]`)?.remove();
}

/** All events except `changed`. The page shows the rows of other tabs without a notice. */
type Noteworthy = Exclude<EdgeVecEvent, { readonly type: 'changed' }>;

export function words(event: Noteworthy): string {
  switch (event.type) {
    case 'degraded':
      return 'This browser lets the page store nothing, as in some private windows. Everything works, but the rows are gone when you reload or close the page. To keep them, open it in an ordinary window.';
    case 'log-damaged':
      return `The device has damaged the end of what was stored: the last ${event.lost === undefined ? 'writes' : `${format.count(event.lost)} writes`} are lost, everything before them is whole. Build the same index again to add what is missing.`;
    case 'graph-rebuilt':
      return 'A part of what was stored was damaged. No row is lost, and you need not do anything: searches are slower until that part is built anew.';
    case 'rows-unreadable':
      if ('code' in event.error && event.error.code === 'STORAGE_FAILED')
        return 'This device does not give back the rows it stores right now. They are not lost: search again in a moment, or reload the page.';
      return 'Rows that are stored on this device can no longer be read. Start over and build the index again.';
    case 'storage-gone':
      return 'The rows this tab showed are gone: another tab has started over, or the browser has cleared what this site stored.';
    case 'worker-unavailable':
      return 'This browser starts no worker here, so the database runs in the page itself, in short slices. Everything works; a large build may make the page less smooth.';
    case 'worker-died':
      return 'The browser has ended the database’s worker, most often for want of memory. Rows kept on this device are safe; closing other tabs may help.';
    // A checkpoint failed, or had to leave out the graph.
    default:
      return 'Stored rows could not be tidied up, most often because the device is short of room. None is lost, and it is tried again; free some room if this comes back.';
  }
}
