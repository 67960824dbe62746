/** Finds comment lines that are too wide. The formatters do not wrap comments. */
import { filesIn } from './files.mjs';

const MOST_COLUMNS = 100;

/** A comment's marker, and the words behind the marker. */
const COMMENT = /^(\s*(?:\/\/[/!]?|\/\*\*?|\*)) (.*)$/;

/**
 * Whether the line has a place to break before the limit. The type behind a tag counts as a single
 * word.
 *
 * @param {string} marker
 * @param {string} words
 */
function isBreakable(marker, words) {
  if (words.startsWith('|')) return false;
  const tag = /^@\w+ (?={)/.exec(words)?.[0] ?? '';
  let [depth, at] = [0, tag.length];
  for (; at < words.length && (depth > 0 || words[at] !== ' '); at++) {
    if (words[at] === '{') depth++;
    else if (words[at] === '}') depth--;
  }
  return at < words.length && marker.length + 1 + at <= MOST_COLUMNS;
}

/**
 * @param {string} root
 * @returns {string[]} a sentence for each wide line
 */
export function wideComments(root) {
  const folders = ['ts/src', 'ts/test', 'ts/bench', 'ts/build', 'rust', 'scripts', 'examples', '*.ts'];
  return filesIn(root, folders, /\.(ts|mjs|js|rs)$/).flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, i) => {
      const [, marker, words] = (line.length > MOST_COLUMNS && COMMENT.exec(line)) || [];
      if (marker === undefined || words === undefined || !isBreakable(marker, words)) return [];
      return [`${file}:${i + 1} is a comment of ${line.length} columns: wrap it at ${MOST_COLUMNS}`];
    }),
  );
}
