/**
 * `replace` and `reembed`, one after the other. The page asks before it embeds texts, so the end
 * comes during a chosen call, before or after a chosen text. Afterwards, the database is whole: as
 * before the call, or as after the call. Texts whose vectors were stored are not embedded again.
 */
import { Stop } from '../run.mjs';

/** @typedef {import('./story.mjs').Story} Story */
/** @typedef {{ kind: 'replace', source: string, texts: string[] } | { kind: 'reembed', model: string }} Op */
/**
 * @typedef {object} State
 * @property {string} model
 * @property {[source: string, text: string][]} rows in order of insertion
 */

const SOURCES = ['a.md', 'b.md', 'c.md'];
/** Texts of a source. All sources together have more rows than `reembed` embeds at once. */
const TEXTS = 220;

/** The state, whatever the order of the rows. @param {State} state */
const inWords = ({ model, rows }) => JSON.stringify([model, rows.map(([source, text]) => `${source}: ${text}`).sort()]);

/** @implements {Story} */
export class Texts {
  page = '/texts.html';
  #next;
  /** What is stored for sure. @type {State} */
  #sure = { model: 'a', rows: [] };
  /** The state after the operation under way. @type {State | undefined} */
  #after;
  /** @type {Op | undefined} the operation under way */
  #op;
  /** Texts that the operation has to embed. @type {Set<string>} */
  #wanted = new Set();
  /** The model of a `reembed` that was cut short, and the texts with a stored vector. */
  #unfinished = { model: '', texts: /** @type {Set<string>} */ (new Set()) };
  /** Operations until the end of the cycle. */
  #left = Number.POSITIVE_INFINITY;
  /** The end comes when no more than so many texts are left to embed. @type {number | undefined} */
  #cutAt;
  #isCut = false;
  #texts = 0;
  #counts = { replace: 0, reembed: 0 };
  #cuts = { replace: 0, reembed: 0 };
  #saved = 0;

  /** @param {() => number} next random numbers from 0 to 1 */
  constructor(next) {
    this.#next = next;
  }

  plan() {
    this.#left = 1 + this.#pick(3);
  }

  /** @param {State} state */
  check(state) {
    this.#accept(state, [this.#sure, ...(this.#after ? [this.#after] : [])], 'What is stored');
    this.#left = Number.POSITIVE_INFINITY;
    this.#isCut = false;
  }

  /** @param {string} path @param {any} body @param {() => object} endSoon */
  answer(path, body, endSoon) {
    if (path === '/next') return this.#ask(endSoon);
    if (path === '/embed') return this.#embed(body.texts, endSoon);
    if (path === '/progress') this.#note(body.done);
    if (path === '/ack' && this.#op !== undefined) {
      this.#counts[this.#op.kind]++;
      this.#accept(body, this.#after ? [this.#after] : [], `After ${this.#op.kind}, the database`);
    }
    return {};
  }

  summary() {
    const { replace, reembed } = this.#counts;
    return `${replace} times replace and ${reembed} times reembed, ${this.#cuts.replace} and ${this.#cuts.reembed} of them cut short, and ${this.#saved} texts were not embedded again`;
  }

  /** @param {State} state @param {readonly State[]} possible @param {string} subject */
  #accept(state, possible, subject) {
    if (!possible.some((one) => inWords(one) === inWords(state))) {
      const seen = ({ model, rows } = state) => `${rows.length} rows of the model ${model}`;
      const expected = possible.map((one) => seen(one)).join(' or ');
      throw new Stop(`${subject} is not as before or as after ${this.#op?.kind}: ${seen()} in place of ${expected}`);
    }
    this.#sure = state;
    this.#after = undefined;
    this.#op = undefined;
    if (state.model === this.#unfinished.model) this.#unfinished = { model: '', texts: new Set() };
  }

  /** @param {() => object} endSoon @returns {object} */
  #ask(endSoon) {
    const op = this.#choose();
    this.#op = op;
    const { model, rows } = this.#sure;
    if (op.kind === 'replace') {
      const { source, texts } = op;
      const old = new Set(rows.map(([, text]) => text));
      const others = rows.filter(([of]) => of !== source);
      this.#after = {
        model,
        rows: [...others, ...texts.map((text) => /** @type {[string, string]} */ ([source, text]))],
      };
      this.#wanted = new Set(texts.filter((text) => !old.has(text)));
    } else {
      if (this.#unfinished.model !== op.model) this.#unfinished = { model: op.model, texts: new Set() };
      const { texts } = this.#unfinished;
      this.#after = { model: op.model, rows };
      this.#wanted = new Set(rows.map(([, text]) => text).filter((text) => !texts.has(text)));
      this.#saved += rows.length - this.#wanted.size;
    }
    const cuts = --this.#left <= 0;
    // Often the end comes after the last text, when the call has everything that it needs.
    this.#cutAt = cuts ? this.#pick(2) * this.#pick(this.#wanted.size) : undefined;
    return cuts && this.#wanted.size === 0 ? { ...op, ...this.#cut(endSoon) } : op;
  }

  /** @returns {Op} */
  #choose() {
    const { model, rows } = this.#sure;
    const textsOf = (/** @type {string} */ source) => rows.filter(([of]) => of === source).map(([, text]) => text);
    const isFull = SOURCES.every((source) => textsOf(source).length > 0);
    // Most often, an unfinished change of the model goes on at once.
    if (isFull && this.#next() < (this.#unfinished.model === '' ? 0.5 : 0.7)) {
      return { kind: 'reembed', model: model === 'a' ? 'b' : 'a' };
    }
    const source = SOURCES.find((source) => textsOf(source).length === 0) ?? SOURCES[this.#pick(SOURCES.length)] ?? '';
    const kept = textsOf(source).filter(() => this.#next() < 0.85);
    const added = Math.max(1, TEXTS + this.#pick(20) - kept.length);
    return {
      kind: 'replace',
      source,
      texts: [...kept, ...Array.from({ length: added }, () => `text ${++this.#texts}`)],
    };
  }

  /**
   * @param {readonly string[]} texts
   * @param {() => object} endSoon
   * @returns {object | Promise<object>}
   */
  #embed(texts, endSoon) {
    // The call can only end before these texts have vectors.
    if (this.#isCut) return new Promise(() => {});
    const again = texts.filter((text) => !this.#wanted.delete(text));
    if (again.length > 0) throw new Stop(`${this.#op?.kind} embeds texts that have vectors: ${again.slice(0, 5)}`);
    return this.#wanted.size <= (this.#cutAt ?? -1) ? this.#cut(endSoon) : {};
  }

  /** @param {() => object} endSoon */
  #cut(endSoon) {
    this.#isCut = true;
    if (this.#op !== undefined) this.#cuts[this.#op.kind]++;
    return endSoon();
  }

  /** Vectors of these many rows are stored. @param {number} done */
  #note(done) {
    for (const [, text] of this.#sure.rows.slice(0, done)) this.#unfinished.texts.add(text);
  }

  /** @param {number} below */
  #pick(below) {
    return Math.floor(this.#next() * below);
  }
}
