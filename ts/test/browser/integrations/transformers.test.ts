import { describe, expect, onTestFinished, test } from 'vitest';
import { type EmbedderEvent, embedder } from '../../../src/integrations/transformers/index.js';
import { transformersSuite } from '../../suites/transformers.js';
import * as fake from '../../support/fake-transformers.js';

const start = (): Worker =>
  new Worker(new URL('../../../src/integrations/transformers-worker/index.ts', import.meta.url), { type: 'module' });

transformersSuite({
  host: 'worker',
  device: 'wasm',
  load: (model, options) => embedder(model, { worker: start, ...options }),
});

describe('a worker with a model', () => {
  test('that cannot start leaves the model to this thread, and says so', async () => {
    const events: EmbedderEvent[] = [];
    // In the source, no script lies beside the entry: only the build writes the script there.
    const model = await embedder('test/small', { onEvent: (event) => events.push(event) });
    onTestFinished(() => model.dispose());
    expect(model.host).toBe('in-thread');
    expect(events).toMatchObject([
      {
        type: 'worker-unavailable',
        error: { code: 'WORKER_FAILED', message: expect.stringContaining("new URL('edgevec/transformers-worker'") },
      },
    ]);
    expect(await model.embed('tea')).toHaveLength(fake.DIMENSIONS);
  });

  test('that cannot start is an error where the options ask for a worker', async () => {
    for (const worker of [true, new URL('/no/such/worker.js', location.href)]) {
      await expect(embedder('test/small', { worker })).rejects.toMatchObject({ code: 'WORKER_FAILED' });
    }
    const worker = (): Worker => {
      throw new Error('no workers today');
    };
    await expect(embedder('test/small', { worker })).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: expect.stringContaining('no workers today'),
    });
  });

  test('with another script is an error', async () => {
    const script = URL.createObjectURL(new Blob(['onmessage = () => postMessage("?")'], { type: 'text/javascript' }));
    await expect(embedder('test/small', { worker: script })).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: expect.stringContaining('another script'),
    });
    URL.revokeObjectURL(script);
  });

  test('that runs a model already refuses a second model', async () => {
    const worker = start();
    const model = await embedder('test/small', { worker: () => worker });
    onTestFinished(() => model.dispose());
    await expect(embedder('test/small', { worker: () => worker })).rejects.toMatchObject({ code: 'MODEL_LOAD_FAILED' });
  });

  test('that dies rejects all calls, and says so once', async () => {
    const events: EmbedderEvent[] = [];
    const worker = start();
    const model = await embedder('test/small', { worker: () => worker, onEvent: (event) => events.push(event) });
    worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
    worker.dispatchEvent(new ErrorEvent('error', { message: 'again' }));
    await expect(model.embed('a')).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(events).toMatchObject([
      { type: 'worker-died', error: { message: expect.stringContaining('out of memory') } },
    ]);
    await model.dispose();
  });
});
