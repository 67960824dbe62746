/** Writes and deletions, one after the other and several at once, with `strict` and without. */
import { Stop } from '../run.mjs';

/** @typedef {import('./story.mjs').Story} Story */
/** @typedef {{ number: number, kind: string, rows?: [string, number][], ids?: string[], strict?: boolean }} Op */

const IDS = 400;

/** The requested and the acknowledged writes, and so the possible states of the database. */
class Ledger {
  /** @type {Map<string, number>} what is stored for sure */
  #sure = new Map();
  /** @type {Op[]} asked for since, in order */
  #asked = [];
  /** @type {Set<number>} */
  #acknowledged = new Set();
  #numbers = 0;
  acknowledged = 0;

  /** @param {() => number} next @returns {Op} */
  ask(next) {
    const pick = (/** @type {number} */ below) => Math.floor(next() * below);
    const number = ++this.#numbers;
    const strict = pick(4) === 0;
    const dice = pick(20);
    /** @type {Op} */
    let op;
    if (dice < 13) {
      // A rare write is so large that its parts are stored before the entry.
      const count = pick(60) === 0 ? 5_000 : 1 + pick(30);
      const rows = Array.from(
        { length: count },
        (_, i) => /** @type {[string, number]} */ ([`r${(pick(IDS) + i) % Math.max(IDS, count)}`, number]),
      );
      op = { number, kind: 'upsert', rows: [...new Map(rows)], strict };
    } else if (dice < 18) {
      op = { number, kind: 'delete', ids: Array.from({ length: 1 + pick(20) }, () => `r${pick(IDS)}`), strict };
    } else {
      op = { number, kind: dice === 18 ? 'save' : 'compact' };
    }
    this.#asked.push(op);
    return op;
  }

  /** @param {number} number */
  acknowledge(number) {
    this.#acknowledged.add(number);
    this.acknowledged++;
  }

  /**
   * Checks that the rows are the state after the first n requests, for an n that includes all
   * acknowledged requests.
   *
   * @param {[string, number][]} rows
   */
  check(rows) {
    const found = new Map(rows);
    const state = new Map(this.#sure);
    const isAcknowledged = (/** @type {Op} */ { number }) => this.#acknowledged.has(number);
    const last = this.#asked.findLastIndex(isAcknowledged);
    /** @type {string[] | undefined} the least there is to say against any of these */
    let differing;
    for (let done = 0; done <= this.#asked.length && differing?.length !== 0; done++) {
      if (done > last) {
        const here = differences(state, found);
        if (differing === undefined || here.length < differing.length) differing = here;
      }
      const { rows = [], ids = [] } = this.#asked[done] ?? {};
      for (const [id, n] of rows) state.set(id, n);
      for (const id of ids) state.delete(id);
    }
    if (differing?.length !== 0) {
      const asked = this.#asked.map(
        ({ number, kind }) => `${number} ${kind}${this.#acknowledged.has(number) ? '' : '?'}`,
      );
      throw new Stop(
        `What is stored is not what was acknowledged, nor what may have been: ${differing?.slice(0, 20).join(', ')} (${differing?.length} in all) after ${asked.join(', ')}`,
      );
    }
    this.#sure = found;
    this.#asked = [];
    this.#acknowledged.clear();
  }
}

/** @param {Map<string, number>} expected @param {Map<string, number>} found */
function differences(expected, found) {
  const ids = new Set([...expected.keys(), ...found.keys()]);
  return [...ids]
    .filter((id) => expected.get(id) !== found.get(id))
    .map((id) => `${id} should be ${expected.get(id)} and is ${found.get(id)}`);
}

/** @implements {Story} */
export class Writes {
  page = '/writes.html';
  #ledger = new Ledger();
  /** Operations until the end of the cycle. */
  #left = Number.POSITIVE_INFINITY;
  #next;

  /** @param {() => number} next random numbers from 0 to 1 */
  constructor(next) {
    this.#next = next;
  }

  plan() {
    this.#left = 5 + Math.floor(this.#next() * 60);
  }

  /** @param {{ rows: [string, number][] }} state */
  check({ rows }) {
    this.#ledger.check(rows);
    this.#left = Number.POSITIVE_INFINITY;
  }

  /** @param {string} path @param {any} body @param {() => object} endSoon */
  answer(path, body, endSoon) {
    if (path === '/ack') this.#ledger.acknowledge(body.number);
    if (path !== '/next') return {};
    const op = this.#ledger.ask(this.#next);
    return --this.#left > 0 ? op : { ...op, ...endSoon() };
  }

  summary() {
    return `${this.#ledger.acknowledged} writes acknowledged, every one of them there`;
  }
}
