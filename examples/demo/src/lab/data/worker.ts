/// <reference lib="webworker" />
/** Makes and reads rows in a worker. The page's frames then show only the index build. */
import { folder } from './folder';
import { synthetic } from './synthetic';
import type { Batch, Reader, Source } from './types';

export type WorkerCall =
  | { call: 'open'; source: Source; from: number }
  | { call: 'next'; limit: number }
  | { call: 'queries'; skip: number; limit: number };
export type Reply = { batch: Batch | null } | { error: string };

const scope = self as unknown as DedicatedWorkerGlobalScope;
let reader: Reader | null = null;

async function answer(request: WorkerCall): Promise<Batch | null> {
  if (request.call === 'open') {
    reader?.close();
    const { source, from } = request;
    reader = source.kind === 'synthetic' ? synthetic(source, from) : folder(source, from);
    return null;
  }
  if (!reader) throw new Error('No data source is open.');
  return request.call === 'next' ? reader.next(request.limit) : reader.queries(request.skip, request.limit);
}

// A single request at a time, because the client waits for each reply.
scope.onmessage = async ({ data }: MessageEvent<WorkerCall>) => {
  try {
    const batch = await answer(data);
    scope.postMessage({ batch } satisfies Reply, batch ? [batch.vectors.buffer] : []);
  } catch (error) {
    scope.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies Reply);
  }
};
