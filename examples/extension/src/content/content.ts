// Runs in the pages of remembered sites, and sends the text of a page that somebody reads.

import { send } from '../messages';
import { readText } from './text';

/** A page is read if the page was in view for this long. */
const READ_MS = 3000;

let seen = 0;
let since: number | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

function watch(): void {
  clearTimeout(timer);
  if (since !== undefined) seen += performance.now() - since;
  since = document.visibilityState === 'visible' ? performance.now() : undefined;
  if (since !== undefined) timer = setTimeout(remember, READ_MS - seen);
}

function remember(): void {
  document.removeEventListener('visibilitychange', watch);
  send('background', 'read', { page: readText(document) }).catch((error: unknown) =>
    console.warn('Read before:', error),
  );
}

document.addEventListener('visibilitychange', watch);
watch();
