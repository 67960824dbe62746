/** Judges what an app told: "works" has a single meaning for all targets. */

/** @typedef {import('./example.mjs').Visit} Visit */

/** A target that does not work. The message is a single line for the table. */
export class Failure extends Error {}

/** A target that cannot run on this machine. The message says why. */
export class NotRun extends Error {}

/** EdgeVec says clearly that it cannot run there, and what to do. The message is EdgeVec's. */
export class Refused extends Error {}

const HITS = JSON.stringify(['tea', 'coffee']);
const ROWS = 3;

/**
 * Throws a `Failure` if a visit is not what the example gives everywhere.
 *
 * @param {readonly Visit[]} visits the first visit, and the visit after a reload or in the next
 * process
 * @param {{ host?: string | undefined, stored?: boolean }} [expected] without `host`, any host
 */
export function judge(visits, { host, stored = true } = {}) {
  for (const [at, visit] of visits.entries()) {
    const when = at === 0 ? 'in the first visit' : 'in the second visit';
    if (visit.error !== undefined) throw new Failure(visit.error);
    for (const ids of [visit.first, visit.again]) {
      if (JSON.stringify(ids) !== HITS) throw new Failure(`found ${JSON.stringify(ids)} ${when}`);
    }
    if (visit.after !== ROWS) throw new Failure(`counted ${visit.after} rows ${when}`);
    if (host !== undefined && visit.host !== host) throw new Failure(`ran ${visit.host}, not ${host}`);
  }
  if (visits.length < 2) throw new Failure('told no second visit');
  const kept = visits.at(-1)?.before;
  if (stored && kept !== ROWS) throw new Failure(`${kept} rows were there in the second visit`);
}

const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[\\d;?]*[A-Za-z]`, 'g');

/** @param {string} text */
export const withoutColour = (text) => text.replace(ANSI, '');

/** Reports of tools name the error in such a line. */
const ERROR = /\b(?:[A-Z]\w*Error\b|[A-Z_]{6,}: )|\berror\b[:\s]|\bfailed\b|cannot|could not|✘|×/i;
const MOST_CHARACTERS = 320;

/** @param {string} text */
const shortened = (text) => (text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);

/**
 * The first line of an output that names an error, or else the last line.
 *
 * @param {string} output
 */
export function firstErrorOf(output) {
  const lines = withoutColour(output)
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter(Boolean);
  return shortened(lines.find((line) => ERROR.test(line)) ?? lines.at(-1) ?? 'no output');
}

/** Lines after a warning that may still belong to the warning. */
const REACH = 6;
/** A line that ends a warning: an empty line, or the next message of a tool. */
const NEXT_MESSAGE = /^\s*$|^\s*(?:\[?(?:info|success|log|warn(?:ing)?|error)\b|[✔✓ℹ➜])/i;

/**
 * The first warning of a tool that names EdgeVec, or undefined. The folders of the apps have other
 * names.
 *
 * @param {string} output
 */
export function warningOf(output) {
  const lines = withoutColour(output).split(/\r?\n/);
  const warnings = lines.flatMap((line, at) => {
    if (!/\bwarn(?:ing)?\b/i.test(line)) return [];
    const after = lines.slice(at + 1, at + REACH);
    const end = after.findIndex((line) => NEXT_MESSAGE.test(line));
    return [[line, ...after.slice(0, end === -1 ? REACH : end)].join(' ').trim()];
  });
  const warning = warnings.find((text) => /edgevec/i.test(text));
  return warning && shortened(warning);
}
