/// <reference lib="webworker" />
/** Opens files of senses, and embeds the senses, so that the page's own thread stays free. */
import { dimensions, embed, load } from 'edgevec-static-model';
import { linesOf } from './lines';
import type { Batch, Call, Reply } from './rows';
import { readLine, textOf } from './sense';

/** Rows of a batch. Small batches make rows searchable early, large batches cost less a row. */
const BATCH = 1000;

const scope = self as unknown as DedicatedWorkerGlobalScope;
let lines: string[] = [];

async function answer(request: Call): Promise<Batch | null> {
  if (request.call === 'model') {
    await load({ bytes: request.bytes });
    return null;
  }
  if (request.call === 'file') {
    lines = (await linesOf(request.bytes)).slice(request.from, request.to);
    return null;
  }
  const senses = lines.splice(0, BATCH).map(readLine);
  if (senses.length === 0) return null;
  const vectors = new Float32Array(senses.length * dimensions);
  for (const [i, vector] of (await embed(senses.map(textOf))).entries()) vectors.set(vector, i * dimensions);
  return { senses, vectors };
}

// A single call at a time, because the page waits for each reply.
scope.onmessage = async ({ data }: MessageEvent<Call>) => {
  try {
    const batch = await answer(data);
    scope.postMessage({ batch } satisfies Reply, batch ? [batch.vectors.buffer] : []);
  } catch (error) {
    scope.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies Reply);
  }
};
