// Languages and tokenizers of text search. Types only.

/** A language whose words can be stemmed, by its code of ISO 639-1. */
export type Language =
  | 'ar'
  | 'da'
  | 'de'
  | 'el'
  | 'en'
  | 'es'
  | 'fi'
  | 'fr'
  | 'ga'
  | 'hi'
  | 'hu'
  | 'hy'
  | 'id'
  | 'it'
  | 'lt'
  | 'ne'
  | 'nl'
  | 'no'
  | 'pt'
  | 'ro'
  | 'ru'
  | 'sr'
  | 'sv'
  | 'ta'
  | 'tr';

/** A word of a text, and the range of the word in the text. */
export interface Token {
  /** The word, in a form in which equal words are equal strings. */
  readonly token: string;
  /** Where the word begins in the text, in UTF-16 units. */
  readonly start: number;
  /** Where the word ends in the text, in UTF-16 units. */
  readonly end: number;
}

/**
 * Cuts a text into words: an array of strings, or of {@link Token}s. Only tokens with ranges are
 * found by `highlight`. Must give the same words for the same text, and must not be asynchronous. A
 * word must not be empty, and must not have control characters such as line breaks. A word is cut
 * off after 64 UTF-16 units.
 */
export type Tokenize = (text: string, context: TokenizeContext) => readonly string[] | readonly Token[];

/** What a {@link Tokenize} function is told. */
export interface TokenizeContext {
  /** Whether the text is a field of a row, or the words of a query. */
  readonly kind: 'passage' | 'query';
  /** EdgeVec's own words of a text, for a function that changes only some words. */
  readonly standard: (text: string) => Token[];
}

/**
 * A tokenizer: a function, if the database runs in this thread, or the address of a module whose
 * default export is the function. A worker can load a module, and no function can be sent to a
 * worker.
 */
export type Tokenizer = Tokenize | URL | string;

/** A tokenizer with a name, so that stored words can be used again. */
export interface NamedTokenizer {
  /** The name of the rules. Must change if the tokenizer gives other words for any text. */
  readonly name: string;
  /** Cuts texts of rows and of queries into words. */
  readonly tokens: Tokenizer;
}

/** How texts are cut into words, as far as the rules differ from EdgeVec's own. */
export interface CutSettings {
  readonly language?: Language;
  readonly own?: OwnTokenizer;
}

/** A tokenizer of the caller's, after the check. */
export interface OwnTokenizer {
  /** Undefined if nobody can tell whether stored words were made by the same tokenizer. */
  readonly name: string | undefined;
  /** A function, or the address of a module. */
  readonly tokens: Tokenize | string;
  /** The number of a function without a name. Databases with different functions are not shared. */
  readonly number: number;
}
