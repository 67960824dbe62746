// Reads text, Markdown and HTML as plain text with `#` before headings.

/** A document as plain text. */
export interface SourceText {
  readonly name: string;
  readonly text: string;
}

const BLOCKS = 'p, li, blockquote, pre, td, th, dt, dd, figcaption';

/** The text of a page: headings and blocks, without scripts and navigation. */
function textOfHtml(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const element of page.querySelectorAll('script, style, nav, noscript, template')) element.remove();
  const parts: string[] = [];
  for (const element of page.body.querySelectorAll(`h1, h2, h3, h4, h5, h6, ${BLOCKS}`)) {
    // A block inside of another block has been read with the outer block.
    if (element.parentElement?.closest(BLOCKS)) continue;
    const text = (element.textContent ?? '').replace(/\s+/g, ' ').trim();
    if (text === '') continue;
    const level = /^H([1-6])$/.exec(element.tagName)?.[1];
    parts.push(level === undefined ? text : `${'#'.repeat(Number(level))} ${text}`);
  }
  return parts.length > 0 ? parts.join('\n\n') : (page.body.textContent ?? '').trim();
}

/** @throws if the file is not text */
export async function readDocument(file: File): Promise<SourceText> {
  const text = (await file.text()).replaceAll('\r\n', '\n');
  if (text.includes('\0')) throw new Error(`${file.name} is not a text. Export it as text, Markdown or HTML first.`);
  const isHtml = file.type === 'text/html' || /\.html?$/i.test(file.name);
  return { name: file.name, text: isHtml ? textOfHtml(text) : text };
}
