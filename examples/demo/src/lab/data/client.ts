import type { Batch, DataSet, RowMetadata, Source } from './types';
import type { Reply, WorkerCall } from './worker';

/** Small enough for reading a batch without a long frame, and large enough for few messages. */
const BATCH_BYTES = 1 << 20;

export interface Row {
  id: number;
  vector: Float32Array;
  metadata: RowMetadata;
}

export interface Query {
  vector: Float32Array;
  metadata: RowMetadata | null;
}

export function setOf(source: Source): DataSet {
  const { kind, rows } = source;
  return kind === 'synthetic' ? { kind, rows, seed: source.seed } : { kind, rows, name: source.name };
}

/** Reads a data source in a worker. */
export class DataClient {
  readonly source: Source;
  readonly #from: number;
  #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  #turn: Promise<unknown>;

  /** @param from how many rows to leave out, since the database has these rows already */
  constructor(source: Source, from = 0) {
    this.source = source;
    this.#from = from;
    this.#turn = this.#send({ call: 'open', source, from });
    this.#turn.catch(() => {});
  }

  /** The rows in order. The worker reads the next batch while the caller uses the current batch. */
  async *rows(): AsyncGenerator<Row> {
    const { dimensions } = this.source;
    const limit = Math.max(16, Math.floor(BATCH_BYTES / (dimensions * 4)));
    let id = this.#from;
    let ahead = this.#call({ call: 'next', limit });
    for (;;) {
      const batch = await ahead;
      if (!batch) return;
      ahead = this.#call({ call: 'next', limit });
      for (let i = 0; i < batch.rows; i++) {
        const metadata = batch.metadata[i] ?? {};
        if (id === 0) metadata.set = setOf(this.source);
        yield { id: id++, vector: vectorOf(batch, i, dimensions), metadata };
      }
    }
  }

  async queries(skip: number, limit: number): Promise<Query[]> {
    const batch = await this.#call({ call: 'queries', skip, limit });
    if (!batch) return [];
    return Array.from({ length: batch.rows }, (_, i) => ({
      vector: vectorOf(batch, i, this.source.dimensions),
      metadata: batch.metadata[i] ?? null,
    }));
  }

  close(): void {
    this.#worker.terminate();
  }

  #call(request: WorkerCall): Promise<Batch | null> {
    const reply = this.#turn.then(() => this.#send(request));
    this.#turn = reply.catch(() => {});
    return reply;
  }

  #send(request: WorkerCall): Promise<Batch | null> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) =>
        'error' in data ? reject(new Error(data.error)) : resolve(data.batch);
      this.#worker.onerror = (event) => reject(new Error(event.message || 'The data worker failed to start.'));
      this.#worker.postMessage(request);
    });
  }
}

function vectorOf(batch: Batch, row: number, dimensions: number): Float32Array {
  return batch.vectors.subarray(row * dimensions, (row + 1) * dimensions);
}
