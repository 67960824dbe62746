// A model in the caller's thread.

import { libraryMissing } from './errors.js';
import type { ModelHost, ModelNews, TransformersLibrary } from './library.js';
import { loadRunner, type Runner } from './runner.js';
import type { EmbedderOptions } from './types.js';

/** @throws `MODEL_LOAD_FAILED` */
async function libraryOf(given: EmbedderOptions['transformers']): Promise<TransformersLibrary> {
  try {
    if (given === undefined) return await import('@huggingface/transformers');
    return typeof given === 'function' ? await given() : given;
  } catch (cause) {
    throw libraryMissing(cause);
  }
}

export function inThread(given: EmbedderOptions['transformers'], report: (news: ModelNews) => void): ModelHost {
  let runner: Runner | undefined;
  /** Settles when the present calls have ended. The library must not lose the model meanwhile. */
  let idle: Promise<unknown> = Promise.resolve();
  return {
    host: 'in-thread',
    load: async (request) => {
      runner = await loadRunner(await libraryOf(given), request, report);
      return runner;
    },
    run: (texts) => {
      if (runner === undefined) throw new Error('the model is not loaded');
      const result = runner.run(texts);
      idle = Promise.allSettled([idle, result]);
      return result;
    },
    dispose: async () => {
      await idle;
      await runner?.dispose();
    },
  };
}
