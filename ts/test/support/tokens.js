/** A tokenizer as a module of a page has it: the parts of a path. */
export default (/** @type {string} */ text) => text.split('/');
