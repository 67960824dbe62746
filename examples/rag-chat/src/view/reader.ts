// Shows a document, and highlights a passage.

import { byId, element } from './dom.js';

/** A line, with the part inside of the passage marked. */
function marked(line: string, start: number, end: number): (Node | string)[] {
  const [from, to] = [Math.max(0, start), Math.min(line.length, end)];
  if (from >= to) return [line];
  return [line.slice(0, from), element('mark', {}, line.slice(from, to)), line.slice(to)];
}

export function showDocument(
  name: string,
  text: string,
  passage?: { readonly start: number; readonly end: number },
): void {
  const reader = byId('reader');
  const close = element('button', { type: 'button', className: 'close', ariaLabel: 'Close the document' }, '✕');
  close.addEventListener('click', () => (reader.hidden = true));
  const body = element('div', { className: 'text' });
  let at = 0;
  for (const line of text.split('\n')) {
    const heading = /^(#{1,6}) (.*)$/.exec(line);
    if (heading) body.append(element('h3', {}, heading[2] ?? ''));
    else if (line.trim() !== '') {
      const [start, end] = passage ? [passage.start - at, passage.end - at] : [0, 0];
      body.append(element('p', {}, ...marked(line, start, end)));
    }
    at += line.length + 1;
  }
  reader.replaceChildren(element('header', {}, element('h2', {}, name), close), body);
  reader.hidden = false;
  const mark = body.querySelector('mark');
  if (mark) mark.scrollIntoView({ block: 'center' });
  else body.scrollTop = 0;
}
