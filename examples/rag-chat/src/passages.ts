// Cuts a document into passages: along headings and paragraphs, with an overlap.

/** A passage, and its place in the document. */
export interface Passage {
  /** The nearest heading above, or an empty string. */
  readonly heading: string;
  readonly text: string;
  /** The first character, and the character after the last. */
  readonly start: number;
  readonly end: number;
}

/** A passage is about this long, in characters. all-MiniLM-L6-v2 reads some 1,000 characters. */
const LENGTH = 700;
/** The last paragraph of a passage begins the next passage too, if it is not longer. */
const OVERLAP = 200;

interface Block {
  readonly start: number;
  readonly end: number;
  readonly heading: string | undefined;
}

/** Paragraphs and headings. A long paragraph becomes several blocks, cut between sentences. */
function blocksOf(document: string): Block[] {
  const blocks: Block[] = [];
  for (const { index, 0: paragraph } of document.matchAll(/^#{1,6} .*$|(?:(?!#{1,6} ).*\S.*(?:\n|$))+/gm)) {
    const heading = /^#{1,6} (.*)$/.exec(paragraph.trimEnd())?.[1];
    if (heading !== undefined) {
      blocks.push({ start: index, end: index + paragraph.length, heading });
      continue;
    }
    let [from, to] = [0, 0];
    for (const { 0: sentence } of paragraph.matchAll(/[\s\S]{1,600}?(?:[.!?]+["')\]]*\s+|$)|[\s\S]{1,600}/g)) {
      if (to > from && to + sentence.length - from > LENGTH) {
        blocks.push({ start: index + from, end: index + to, heading: undefined });
        from = to;
      }
      to += sentence.length;
    }
    if (to > from) blocks.push({ start: index + from, end: index + to, heading: undefined });
  }
  return blocks;
}

/** The passages of a document, in order. */
export function passagesOf(document: string): Passage[] {
  const passages: Passage[] = [];
  let heading = '';
  let open: Block[] = [];
  const close = (): void => {
    const [first, last] = [open[0], open.at(-1)];
    if (first === undefined || last === undefined) return;
    const text = document.slice(first.start, last.end).trim();
    if (text !== '') passages.push({ heading, text, start: first.start, end: last.end });
  };
  for (const block of blocksOf(document)) {
    if (block.heading !== undefined) {
      close();
      open = [];
      heading = block.heading;
      continue;
    }
    const start = open[0]?.start ?? block.start;
    if (open.length > 0 && block.end - start > LENGTH) {
      close();
      const last = open.at(-1);
      open = last !== undefined && last.end - last.start <= OVERLAP ? [last] : [];
    }
    open.push(block);
  }
  close();
  return passages;
}

/** The sentences of a passage. */
export const sentencesOf = (text: string): string[] =>
  [...text.matchAll(/[^.!?]+(?:[.!?]+(?=\s|$)|[.!?](?!\s)[^.!?]*|$)+/g)]
    .map(([sentence]) => sentence.trim())
    .filter(Boolean);
