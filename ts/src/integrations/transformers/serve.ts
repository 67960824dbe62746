// Answers the messages of a page, in a worker.

import type { ModelFacts, TransformersLibrary } from './library.js';
import { type ErrorData, type FromWorker, PROTOCOL_VERSION, type ToWorker } from './protocol.js';
import { loadRunner, type Runner } from './runner.js';

function dataOf(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined };
  return { name: error.name, message: error.message, stack: error.stack };
}

/**
 * @param post sends a message to the page
 * @returns takes a message of the page
 */
export function serve(
  library: TransformersLibrary,
  post: (message: FromWorker, transfer?: ArrayBuffer[]) => void,
): (message: ToWorker) => void {
  let runner: Promise<Runner> | undefined;

  async function answer(message: ToWorker): Promise<ModelFacts | Float32Array<ArrayBuffer> | undefined> {
    if (message.type === 'load') {
      if (runner !== undefined) throw new Error('The worker runs another model already');
      runner = loadRunner(library, message.request, (news) => post({ type: 'news', news }));
      const { dimensions, device } = await runner;
      return { dimensions, device };
    }
    if (runner === undefined) throw new Error('The worker has no model yet');
    if (message.type === 'run') return (await runner).run(message.texts);
    await (await runner).dispose();
    return undefined;
  }

  return (message) => {
    if (message.type === 'load') post({ type: 'hello', protocol: PROTOCOL_VERSION });
    const { call } = message;
    answer(message).then(
      (value) => post({ type: 'done', call, value }, value instanceof Float32Array ? [value.buffer] : []),
      (error) => post({ type: 'failed', call, error: dataOf(error) }),
    );
  };
}
