/**
 * What a page does until its end, and the check of what is left. The page asks for each step by a
 * request.
 *
 * @typedef {object} Story
 * @property {string} page the file of the page
 * @property {() => void} plan chooses when the next end comes
 * @property {(state: any) => void} check takes what the page has found when it opened its database.
 * Throws a `Stop` if something is lost. Until `plan`, no end comes
 * @property {(path: string, body: any, endSoon: () => object) => any} answer the answer to a
 * request, or a promise for the answer. `endSoon` ends the page in a few milliseconds. Add its
 * result to the answer, since some pages end themselves
 * @property {() => string} summary what was tested
 */

export {};
