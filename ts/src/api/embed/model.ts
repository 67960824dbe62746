// Texts become vectors by the caller's model.

import type { EmbedRequest, TextModel } from '../../base/embed.js';
import { aborted, EdgeVecError } from '../../base/errors.js';
import { inspect, reasonOf } from '../../base/inspect.js';
import { unlessAborted } from '../../base/on-abort.js';
import { copyVector } from '../vector/copy.js';
import { tensorOf } from '../vector/tensor.js';
import { vectorsOf } from '../vector/vectors-of.js';
import { embedQuestions } from './questions.js';

/** Texts of a call, if the model does not tell. */
const BATCH_SIZE = 64;

/** Milliseconds before each further try. */
const PAUSES_MS = [200, 800];

/** The most texts of a call of the model. */
export const batchSizeOf = ({ batchSize = BATCH_SIZE }: TextModel): number => batchSize;

/**
 * A vector for each text, in order. The model gets the texts in batches, one after the other. The
 * vectors of the last questions are remembered.
 *
 * @throws `MODEL_FAILED`, `ABORTED`, and each `EdgeVecError` of the model
 */
export async function embedTexts(
  model: TextModel,
  texts: readonly string[],
  request: EmbedRequest,
): Promise<Float32Array[]> {
  if (request.kind === 'passage') return embedBatches(model, texts, request);
  if (request.signal.aborted) throw stopped(request);
  return embedQuestions(model, texts, (others) => embedBatches(model, others, request));
}

async function embedBatches(
  model: TextModel,
  texts: readonly string[],
  request: EmbedRequest,
): Promise<Float32Array[]> {
  const size = batchSizeOf(model);
  const vectors: Float32Array[] = [];
  for (let start = 0; start < texts.length; start += size) {
    vectors.push(...(await embedBatch(model, texts.slice(start, start + size), request)));
  }
  return vectors;
}

async function embedBatch(
  model: TextModel,
  texts: readonly string[],
  request: EmbedRequest,
): Promise<readonly Float32Array[]> {
  const { signal } = request;
  const end = (): EdgeVecError => stopped(request);
  for (const pause of [...PAUSES_MS, undefined]) {
    let answer: unknown;
    try {
      answer = await unlessAborted(embedding(model, texts, request), signal, end);
    } catch (cause) {
      if (signal.aborted) throw end();
      if (cause instanceof EdgeVecError) throw cause;
      if (pause === undefined) throw failed(model, cause);
      await unlessAborted(new Promise((resolve) => setTimeout(resolve, pause)), signal, end);
      continue;
    }
    return vectorsIn(model, answer, texts.length);
  }
  return [];
}

const stopped = ({ signal, kind }: EmbedRequest): EdgeVecError =>
  aborted(kind === 'query' ? 'search' : 'write', signal.reason);

/** Async, so that the promise rejects if the model's function throws. */
async function embedding(model: TextModel, texts: readonly string[], request: EmbedRequest): Promise<unknown> {
  return model.embed(texts, request);
}

/** The vectors of an answer, checked and copied. A wrong answer would be wrong again. */
function vectorsIn(model: TextModel, answer: unknown, count: number): readonly Float32Array[] {
  try {
    const list: readonly unknown[] | undefined = Array.isArray(answer)
      ? answer
      : tensorOf(answer) && vectorsOf(answer as never);
    if (list?.length !== count) throw wrongCount(model, list === undefined ? inspect(answer) : `${list.length}`, count);
    return list.map((vector, row) => {
      const copy = new Float32Array(model.dimensions);
      copyVector(vector, model.dimensions, copy, 0, { row });
      if (!copy.every(Number.isFinite)) throw new Error(`the vector of text ${row} holds NaN or an infinity`);
      return copy;
    });
  } catch (cause) {
    if (cause instanceof EdgeVecError && cause.code === 'MODEL_FAILED') throw cause;
    throw failed(model, cause);
  }
}

function failed({ model }: TextModel, cause: unknown): EdgeVecError {
  return new EdgeVecError('MODEL_FAILED', `The model ${inspect(model)} could not embed the texts`, {
    got: reasonOf(cause),
    remedy: 'Look at the function embed that open was given: cause is its error.',
    cause,
  });
}

function wrongCount({ model }: TextModel, got: string, count: number): EdgeVecError {
  return new EdgeVecError('MODEL_FAILED', `The function embed of the model ${inspect(model)} gave something else`, {
    expected: `an array of ${count} vectors, or a tensor [${count}, d]`,
    got,
  });
}
