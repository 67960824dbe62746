// Cuts a page into passages. A vector has the meaning of a passage, and a whole page has many.

/** Characters of a passage, about a long paragraph. */
const LONGEST = 600;

/** Paragraphs are joined as long as the passage stays short, and cut at sentences if too long. */
export function passagesOf(paragraphs: readonly string[]): string[] {
  const passages: string[] = [];
  let open = '';
  for (const piece of paragraphs.flatMap(pieces)) {
    if (open !== '' && open.length + piece.length + 1 > LONGEST) {
      passages.push(open);
      open = '';
    }
    open = open === '' ? piece : `${open} ${piece}`;
  }
  if (open !== '') passages.push(open);
  return passages;
}

/** A paragraph in pieces of whole sentences. A longer sentence is a piece of its own. */
function pieces(paragraph: string): string[] {
  if (paragraph.length <= LONGEST) return [paragraph];
  const sentences = [...new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(paragraph)];
  return sentences.map(({ segment }) => segment.trim()).filter((sentence) => sentence !== '');
}
