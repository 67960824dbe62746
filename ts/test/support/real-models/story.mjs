// A story of passages and questions with real models, in stages. A page or a process of its own
// tells each stage, and ends without closing the database. Plain JavaScript, because Node and a
// page run this file with the built package.

/** @typedef {import('../../../src/index.js').TextModel} TextModel */
/** @typedef {typeof import('../../../src/index.js').EdgeVec} EdgeVec */

/**
 * @typedef {object} Stage
 * @property {string} model the model for the texts
 * @property {boolean} [reembeds] whether the database has vectors of another model until now
 * @property {Record<string, readonly string[]>} sources the passages of each source
 * @property {readonly string[]} questions
 */

/**
 * @typedef {object} Told
 * @property {readonly string[]} answers the first hit of each question
 * @property {readonly string[]} embedded the passages that the model has embedded
 * @property {readonly string[]} names the stored databases
 * @property {string | undefined} model the model of the database at the end
 * @property {string | undefined} refused the code of the error, if another model must be refused
 */

/**
 * @param {EdgeVec} Class
 * @param {(name: string) => Promise<TextModel>} load
 * @param {{ directory?: string }} where
 * @param {Stage} stage
 * @returns {Promise<Told>}
 */
export async function tell(Class, load, where, { model: wanted, reembeds, sources, questions }) {
  /** @type {string[]} */
  const embedded = [];
  const real = await load(wanted);
  /** @type {TextModel} */
  const model = {
    model: real.model,
    dimensions: real.dimensions,
    embed: (texts, request) => {
      if (request.kind === 'passage') embedded.push(...texts);
      return real.embed(texts, request);
    },
  };
  const stored = { name: 'passages', ...where };
  const refused = reembeds ? await codeOf(Class.open({ ...stored, embed: model })) : undefined;
  const db = await Class.open(reembeds ? stored : { ...stored, embed: model });
  if (reembeds) await db.reembed(model);
  for (const [source, texts] of Object.entries(sources)) {
    await db.replace(
      source,
      texts.map((text) => ({ text })),
    );
  }
  /** @type {string[]} */
  const answers = [];
  for (const question of questions) {
    const [hit] = await db.search(question, 1);
    answers.push(String(hit?.metadata['text']));
  }
  return { answers, embedded, names: await Class.list(where), model: db.model, refused };
}

/** The code of the error. @param {Promise<unknown>} call */
async function codeOf(call) {
  try {
    await call;
    return 'none';
  } catch (error) {
    return /** @type {import('../../../src/index.js').EdgeVecError} */ (error).code;
  }
}
