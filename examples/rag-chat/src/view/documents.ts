// The list of documents: a check box to look in a document, and a button to delete it.

import type { Listed } from '../library.js';
import { byId, element } from './dom.js';

/** The documents not to look in. */
const hidden = new Set<string>();

interface Actions {
  open(name: string): void;
  remove(name: string): void;
}

export function showDocuments(documents: readonly Listed[], { open, remove }: Actions): void {
  for (const name of hidden) if (!documents.some((each) => each.name === name)) hidden.delete(name);
  const items = documents.map(({ name, passages }) => {
    const box = element('input', { type: 'checkbox', checked: !hidden.has(name), ariaLabel: `Search in ${name}` });
    box.addEventListener('change', () => (box.checked ? hidden.delete(name) : hidden.add(name)));
    const title = element('button', { type: 'button', className: 'title' }, name);
    title.addEventListener('click', () => open(name));
    const bin = element('button', { type: 'button', className: 'remove', ariaLabel: `Delete ${name}` }, '✕');
    bin.addEventListener('click', () => remove(name));
    const size = element('small', {}, `${passages} ${passages === 1 ? 'passage' : 'passages'}`);
    return element('li', {}, box, element('div', {}, title, size), bin);
  });
  byId('documents').replaceChildren(...items);
  byId('samples').hidden = documents.length > 0;
}

/** The names to look in, or undefined for all documents. */
export function chosen(documents: readonly Listed[]): string[] | undefined {
  const names = documents.map(({ name }) => name).filter((name) => !hidden.has(name));
  return names.length === documents.length ? undefined : names;
}
