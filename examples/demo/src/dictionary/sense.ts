/** A sense of the dictionary: words with the same meaning, as WordNet has them. */
export const PARTS_OF_SPEECH = ['noun', 'verb', 'adjective', 'adverb'] as const;

export type PartOfSpeech = (typeof PARTS_OF_SPEECH)[number];

export interface Sense {
  readonly words: readonly string[];
  readonly part: PartOfSpeech;
  /** The definition, without examples. */
  readonly gloss: string;
  /** A sentence with one of the words. */
  readonly example?: string;
}

/**
 * The text that the small model turns into the vector of the sense. The gloss counts twice: a
 * visitor's description is more like the gloss than like the words, and a rare word is cut into
 * pieces that mean something else.
 */
export const textOf = ({ words, gloss }: Sense): string => `${words.join(', ')}: ${gloss}; ${gloss}`;

/** The text for a model that reads whole sentences, and knows rare words. */
export const briefTextOf = ({ words, gloss }: Sense): string => `${words.join(', ')}: ${gloss}`;

/** A line of a file of senses, with tabs between the fields. */
export const lineOf = ({ words, part, gloss, example = '' }: Sense): string =>
  [PARTS_OF_SPEECH.indexOf(part), words.join('|'), gloss, example].join('\t');

/** The metadata of a row. Text search looks into strings alone, so the words are a single text. */
export interface StoredSense extends Omit<Sense, 'words'> {
  /** The words, with a bar between two words. */
  readonly words: string;
}

export const toStored = ({ words, ...rest }: Sense): StoredSense => ({ words: words.join('|'), ...rest });

export const fromStored = ({ words, ...rest }: StoredSense): Sense => ({ words: words.split('|'), ...rest });

export function readLine(line: string): Sense {
  const [part, words = '', gloss = '', example = ''] = line.split('\t');
  return {
    words: words.split('|'),
    part: PARTS_OF_SPEECH[Number(part)] ?? 'noun',
    gloss,
    ...(example !== '' && { example }),
  };
}
