/**
 * Opens the database, reports its rows, and then follows the orders of the server: `replace` and
 * `reembed`. Asks the server before texts are embedded. Driven by scripts/kill.mjs, in a page or in
 * Node.
 */

const DIMENSIONS = 64;

/** Numbers that follow from the model and the text. @param {string} model @param {string} text */
function vectorOf(model, text) {
  let hash = 2166136261;
  for (const letter of `${model} ${text}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  return Float32Array.from({ length: DIMENSIONS }, (_, i) => (Math.imul(hash, 2 * i + 1) >>> 16) + 1);
}

/**
 * Makes the call again until nobody blocks it. A process of Node that is killed while it takes over
 * the lock of a killed process keeps the next processes out for 20 seconds.
 *
 * @template T
 * @param {() => Promise<T>} call
 * @returns {Promise<T>}
 */
async function unblocked(call) {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'BLOCKED') throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/**
 * Runs until the page goes away, or survives one of the `ends`.
 *
 * @param {object} page
 * @param {typeof import('../../src/index.js').EdgeVec} page.EdgeVec
 * @param {string} page.url an address of the server
 * @param {Partial<import('../../src/index.js').OpenOptions>} page.options of the database
 * @param {Record<string, () => Promise<unknown>>} page.ends what the page does to itself if the
 * server says so. Resolves if the page survives
 * @returns {Promise<boolean>} whether the page has survived such an end
 */
export async function live({ EdgeVec, url, options, ends }) {
  /** @type {Promise<unknown> | undefined} */
  let ending;
  /** @type {(value?: undefined) => void} */
  let end = () => {};
  const over = new Promise((resolve) => {
    end = resolve;
  });

  /** @param {string} path @param {object} body @param {AbortSignal} [signal] */
  const post = async (path, body, signal) => {
    const request = { method: 'POST', body: JSON.stringify(body), ...(signal && { signal }) };
    const response = await fetch(new URL(path, url), request);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const answer = await response.json();
    const last = ends[answer.end];
    if (last !== undefined) {
      setTimeout(() => {
        ending = last();
        void ending.then(() => end());
      }, answer.after);
    }
    return answer;
  };

  /** @param {string} model @returns {import('../../src/index.js').TextModel} */
  const modelOf = (model) => ({
    model,
    dimensions: DIMENSIONS,
    batchSize: 32,
    embed: async (texts, { kind, signal }) => {
      if (kind === 'passage') await post('/embed', { texts }, signal);
      return texts.map((text) => vectorOf(model, text));
    },
  });

  /** @param {string} problem */
  const complain = (problem) => ending ?? post('/error', { message: problem });

  const open = async (model = 'a') => {
    try {
      return await EdgeVec.open({
        name: 'killed-texts',
        metric: 'euclidean',
        ...options,
        embed: modelOf(model),
        onEvent: (event) => void complain(`${event.type}: ${'error' in event && event.error.message}`),
      });
    } catch (error) {
      if (model !== 'a' || /** @type {any} */ (error).code !== 'MODEL_DIFFERS') throw error;
      return open('b');
    }
  };

  /** Every row has the vector of its text. @param {Awaited<ReturnType<typeof open>>} db */
  const stateOf = async (db) => {
    const model = String(db.model);
    const rows = [];
    for await (const { vector, metadata } of db.scan({ includeVectors: true })) {
      const { source, text } = /** @type {{ source: string, text: string }} */ (metadata);
      const expected = vectorOf(model, text);
      if (!vector.every((value, i) => value === expected[i])) throw new Error(`${text} has a wrong vector`);
      rows.push([source, text]);
    }
    const [, last] = rows.at(-1) ?? [];
    if (last !== undefined) {
      const [hit] = await db.search(last, 1);
      if (hit?.metadata['text'] !== last) throw new Error(`a search for ${last} finds ${hit?.metadata['text']}`);
    }
    return { model, rows };
  };

  try {
    const db = await unblocked(() => open());
    await post('/state', await stateOf(db));
    while (ending === undefined) {
      const op = await post('/next', {});
      if (op.kind === 'wait') await over;
      else {
        if (op.kind === 'replace') {
          await db.replace(
            op.source,
            op.texts.map((/** @type {string} */ text) => ({ text })),
          );
        } else {
          const onProgress = (/** @type {{ done: number }} */ { done }) => post('/progress', { done });
          await unblocked(() => db.reembed(modelOf(op.model), { onProgress }));
        }
        await post('/ack', await stateOf(db));
      }
    }
  } catch (error) {
    // Errors after the end are expected.
    if (ending === undefined) {
      await complain(`${error} ${error instanceof Error && error.stack}`);
      return false;
    }
  }
  await ending;
  return true;
}
