// Splits a text into passages.

/** Letters of a passage, at least, unless a heading or the end of the file comes before. */
const LONG_ENOUGH = 400;

/**
 * Passages end at an empty line or before a heading of Markdown, so that each passage has whole
 * paragraphs.
 *
 * @param {string} text
 * @returns {{ line: number, text: string }[]} each passage, with the number of its first line
 */
export function passagesOf(text) {
  /** @type {{ line: number, text: string }[]} */
  const passages = [];
  /** @type {string[]} */
  let lines = [];
  let first = 1;
  const end = () => {
    const passage = lines.join('\n').trim();
    if (passage !== '') passages.push({ line: first, text: passage });
    lines = [];
  };
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const isHeading = /^#{1,6} /.test(line);
    const isLong = line === '' && lines.join('\n').length >= LONG_ENOUGH;
    if (isHeading || isLong) end();
    if (lines.length === 0) first = i + 1;
    if (line !== '' || lines.length > 0) lines.push(line);
  }
  end();
  return passages;
}
