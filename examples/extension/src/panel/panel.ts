// The popup, and the same page in a tab: asks, shows what was found, and keeps the settings.

import type { readText as ReadText } from '../content/text';
import { type Forgotten, type FoundPage, type ReadPage, send } from '../messages';
import { change, patternOf, settings, siteOf } from '../settings';
import { button, element, pageItem } from './elements';

/** In the tab, where reader.ts puts the function. */
declare const readText: typeof ReadText;

const text = element('text', HTMLInputElement);
const site = element('site', HTMLSelectElement);
const status = element('status', HTMLElement);

const tell = (message: string): void => {
  status.textContent = message;
};

/** Runs what a button does, and tells the error. */
const attempt = (work: () => Promise<unknown>): void =>
  void work().catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));

let asked = 0;

/** Shows the pages for the words and the site, or the last pages. */
async function showPages(): Promise<void> {
  const mine = ++asked;
  const request = { text: text.value.trim(), site: site.value || undefined };
  const call = request.text === '' ? send('background', 'recent', request) : send('background', 'search', request);
  const pages = await call;
  // The answer to the last question wins.
  if (mine !== asked) return;
  const nothing = request.text === '' ? 'No page is remembered yet.' : 'No remembered page is about this.';
  tell(pages.length > 0 ? '' : nothing);
  element('pages', HTMLElement).replaceChildren(...pages.map(itemOf));
}

const itemOf = (page: FoundPage): HTMLElement => pageItem(page, () => attempt(() => forget({ url: page.url })));

async function forget(forgotten: Forgotten): Promise<void> {
  await send('background', 'forget', { forgotten });
  await showAll();
}

/** Remembered sites with their pages, and sites with pages that are remembered no longer. */
async function showSites(): Promise<void> {
  const [{ sites, isPaused }, counts] = await Promise.all([settings(), send('background', 'sites', {})]);
  const pages = new Map(counts.map((count) => [count.site, count.pages]));
  const all = [...new Set([...sites, ...pages.keys()])].sort();
  element('pause', HTMLInputElement).checked = isPaused;
  element('sites', HTMLElement).replaceChildren(
    ...all.map((name) => {
      const item = document.createElement('li');
      const label = document.createElement('span');
      label.textContent = `${name} (${pages.get(name) ?? 0})`;
      const isChosen = sites.includes(name);
      item.append(
        label,
        button(isChosen ? 'Stop' : 'Remember', () => attempt(() => (isChosen ? stop(name) : remember(name)))),
        button('Forget', () => attempt(() => forget({ site: name }))),
      );
      return item;
    }),
  );
  const options = all
    .filter((name) => pages.has(name))
    .map((name) => new Option(name, name, false, name === site.value));
  site.replaceChildren(new Option('All sites', ''), ...options);
}

const showAll = async (): Promise<void> => {
  await showSites();
  await showPages();
};

/** Browsers ask the user for the permission, and only after a click. */
async function remember(name: string): Promise<void> {
  const isAllowed = await chrome.permissions.request({ origins: [patternOf(name)] });
  if (!isAllowed) return tell(`Without the permission, pages of ${name} stay unread.`);
  const { sites } = await settings();
  await change({ sites: [...new Set([...sites, name])] });
  await showSites();
  tell(`Pages of ${name} are remembered from now on.`);
}

async function stop(name: string): Promise<void> {
  const { sites } = await settings();
  await change({ sites: sites.filter((other) => other !== name) });
  await chrome.permissions.remove({ origins: [patternOf(name)] }).catch(() => false);
  await showSites();
}

/** The page under the popup. A click on the extension's button allows to read this page. */
async function showHere(): Promise<void> {
  const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
  const { id, url } = tab ?? {};
  if (id === undefined || url === undefined || !/^https?:/.test(url)) return;
  element('here', HTMLElement).hidden = false;
  element('here-site', HTMLElement).textContent = siteOf(url);
  element('keep', HTMLButtonElement).onclick = () =>
    attempt(async () => {
      const { passages } = await send('background', 'remember', { page: await readTab(id) });
      await showAll();
      tell(passages > 0 ? 'This page is remembered.' : 'This page has no text to remember.');
    });
  const always = element('always', HTMLButtonElement);
  always.textContent = `Always on ${siteOf(url)}`;
  always.onclick = () => attempt(() => remember(siteOf(url)));
}

/** The text of a tab. The first script gives the tab a function, and the second script calls it. */
async function readTab(tabId: number): Promise<ReadPage> {
  const target = { tabId };
  await chrome.scripting.executeScript({ target, files: ['reader.js'] });
  const [frame] = await chrome.scripting.executeScript({ target, func: () => readText(document) });
  if (frame?.result === undefined) throw new Error('This page cannot be read.');
  return frame.result;
}

text.addEventListener('input', () => attempt(showPages));
site.addEventListener('change', () => attempt(showPages));
element('search', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  attempt(showPages);
});
element('pause', HTMLInputElement).addEventListener('change', ({ target }) =>
  attempt(() => change({ isPaused: (target as HTMLInputElement).checked })),
);
element('add', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const input = element('new-site', HTMLInputElement);
  const [name] = input.value
    .trim()
    .replace(/^\w+:\/\//, '')
    .split(/[/:]/);
  if (!name) return;
  input.value = '';
  attempt(() => remember(name));
});
element('open', HTMLButtonElement).onclick = () => attempt(() => chrome.tabs.create({ url: 'panel.html' }));
element('everything', HTMLButtonElement).onclick = () => {
  if (confirm('Forget all pages?')) attempt(() => forget('everything'));
};

attempt(showAll);
attempt(showHere);
