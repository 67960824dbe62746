/** Makes the rows of the dictionary in a worker: senses with their vectors. */
import { dimensions } from 'edgevec-static-model';
import { loadSenses } from './files';
import type { Row } from './model';
import { type Sense, toStored } from './sense';

/** What the worker is asked. */
export type Call =
  | { readonly call: 'model'; readonly bytes: ArrayBuffer }
  /** A compressed file of senses, of which the senses `from` to `to` are wanted. */
  | { readonly call: 'file'; readonly bytes: ArrayBuffer; readonly from: number; readonly to: number }
  | { readonly call: 'next' };

/** Rows in sequence. Their vectors are in a single buffer, which crosses threads without a copy. */
export interface Batch {
  readonly senses: readonly Sense[];
  readonly vectors: Float32Array<ArrayBuffer>;
}

/** The answer to each call. A batch, or null at the end of the file, answers `next`. */
export type Reply = { readonly batch: Batch | null } | { readonly error: string };

/**
 * The rows of the small model. The worker makes the next batch while the caller stores a batch.
 *
 * @param model the file of the model, which the worker takes over
 */
export async function* makeRows(model: ArrayBuffer, from: number, to: number): AsyncGenerator<Row[]> {
  const files = loadSenses(from, to);
  const worker = new RowWorker();
  try {
    await worker.ask({ call: 'model', bytes: model });
    for (const { first, senses, bytes } of files) {
      const start = Math.max(from - first, 0);
      await worker.ask({ call: 'file', bytes: await bytes, from: start, to: Math.min(to - first, senses) });
      let id = first + start;
      let ahead = worker.ask({ call: 'next' });
      for (;;) {
        const batch = await ahead;
        if (!batch) break;
        ahead = worker.ask({ call: 'next' });
        yield rowsOf(batch, id);
        id += batch.senses.length;
      }
    }
  } finally {
    worker.end();
  }
}

const rowsOf = ({ senses, vectors }: Batch, first: number): Row[] =>
  senses.map((sense, i) => ({
    id: first + i,
    vector: vectors.subarray(i * dimensions, (i + 1) * dimensions),
    metadata: toStored(sense),
  }));

/** Asks the worker, a single question at a time. */
class RowWorker {
  #worker = new Worker(new URL('./rows.worker.ts', import.meta.url), { type: 'module' });

  ask(call: Call): Promise<Batch | null> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) =>
        'error' in data ? reject(new Error(data.error)) : resolve(data.batch);
      this.#worker.onerror = ({ message }) => reject(new Error(message || 'The worker of the model failed to start.'));
      this.#worker.postMessage(call, 'bytes' in call ? [call.bytes] : []);
    });
  }

  end(): void {
    this.#worker.terminate();
  }
}
