import type { FoundPage } from '../messages';

/** The element of the page with this id. */
export function element<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`panel.html has no such element: ${id}`);
  return found;
}

export function button(label: string, onClick: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = label;
  made.onclick = onClick;
  return made;
}

/** A found page. Texts of pages are never written as HTML. */
export function pageItem({ url, site, title, passage, readAt }: FoundPage, onForget: () => void): HTMLLIElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = url;
  link.target = '_blank';
  link.rel = 'noopener';
  link.textContent = title;
  const about = document.createElement('p');
  about.className = 'soft';
  about.textContent = `${site} · ${new Date(readAt).toLocaleDateString()}`;
  const text = document.createElement('p');
  text.className = 'passage';
  text.textContent = passage;
  const forget = button('Forget', onForget);
  forget.setAttribute('aria-label', `Forget “${title}”`);
  item.append(link, forget, about, text);
  return item;
}
