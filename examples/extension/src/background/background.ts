// The service worker: decides what is remembered, and is a client of the library. The browser stops
// a service worker after half a minute without events, so the database is in the offscreen
// document.

import { answer, type LibraryCalls, type Message, send } from '../messages';
import { patternOf, settings, siteOf } from '../settings';

const CONTENT_SCRIPT = 'read';

let starting: Promise<void> | undefined;

/** Starts the offscreen document, if there is none. An extension may have one. */
async function library(): Promise<void> {
  const contexts = await chrome.runtime.getContexts({ contextTypes: ['OFFSCREEN_DOCUMENT'] });
  if (contexts.length > 0) return;
  starting ??= chrome.offscreen
    .createDocument({
      url: 'library.html',
      reasons: ['WORKERS'],
      justification: 'Keeps the database of the pages, whose engine runs in a worker.',
    })
    .finally(() => {
      starting = undefined;
    });
  await starting;
}

async function askLibrary<C extends keyof LibraryCalls>(
  call: C,
  request: LibraryCalls[C]['request'],
): Promise<LibraryCalls[C]['reply']> {
  await library();
  return send('library', call, request);
}

answer('background', async ({ call, request }: Message, sender) => {
  if (call !== 'read') return askLibrary(call, request as never);
  const { isPaused, sites } = await settings();
  const { page } = request as Message<'read'>['request'];
  // A content script is not trusted with the address.
  const url = sender.url ?? '';
  if (isPaused || !sites.includes(siteOf(url)) || page.paragraphs.length === 0) return undefined;
  return askLibrary('remember', { page: { ...page, url: url.split('#')[0] ?? url } });
});

/** The content script runs in the pages of the chosen sites, and nowhere else. */
async function registerContent(): Promise<void> {
  const { sites } = await settings();
  const [before] = await chrome.scripting.getRegisteredContentScripts({ ids: [CONTENT_SCRIPT] });
  const matches = sites.map(patternOf);
  const script = { id: CONTENT_SCRIPT, js: ['content.js'], matches };
  if (matches.length === 0) {
    if (before !== undefined) await chrome.scripting.unregisterContentScripts({ ids: [CONTENT_SCRIPT] });
  } else if (before === undefined) await chrome.scripting.registerContentScripts([script]);
  else await chrome.scripting.updateContentScripts([script]);
}

let registering = Promise.resolve();
function register(): void {
  // One after the other, so that the last choice wins.
  registering = registering.then(registerContent).catch((error: unknown) => console.error(error));
}

chrome.storage.local.onChanged.addListener(({ sites }) => {
  if (sites !== undefined) register();
});
chrome.runtime.onInstalled.addListener(register);
