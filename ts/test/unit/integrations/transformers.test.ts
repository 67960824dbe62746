import { describe, expect, test, vi } from 'vitest';
import { type EmbedderOptions, embedder } from '../../../src/integrations/transformers/index.js';
import { transformersSuite } from '../../suites/transformers.js';
import * as fake from '../../support/fake-transformers.js';

transformersSuite({
  host: 'in-thread',
  device: 'cpu',
  load: (model, options) => embedder(model, { transformers: fake, ...options }),
});

describe('a model in this thread', () => {
  test('comes from the installed package, or from a function', async () => {
    for (const options of [{}, { transformers: async () => fake }, { worker: false } as const]) {
      await using model = await embedder('test/small', options);
      expect(model.host).toBe('in-thread');
    }
  });

  test('says that the package is missing', async () => {
    const transformers = (): never => {
      throw new Error("Cannot find package '@huggingface/transformers'");
    };
    await expect(embedder('test/small', { transformers })).rejects.toMatchObject({
      code: 'MODEL_LOAD_FAILED',
      message: expect.stringContaining('npm install @huggingface/transformers'),
    });
  });

  test('gets the device, the dtype and the further options', async () => {
    await using _ = await embedder('test/small', {
      transformers: fake,
      device: 'cuda',
      dtype: 'fp16',
      pipeline: { revision: 'v2' },
    });
    expect(fake.last.options).toMatchObject({ device: 'cuda', dtype: 'fp16', revision: 'v2' });
  });

  test('keeps the settings of the library that nobody changes', async () => {
    const env = { backends: { onnx: { wasm: { numThreads: 2 } } } };
    await using _ = await embedder('test/small', { transformers: fake, env });
    expect(fake.env['backends']).toEqual({ onnx: { wasm: { numThreads: 2 }, kept: true } });
  });

  test('embeds texts of similar length together, the longest first', async () => {
    await using model = await embedder('test/small', { transformers: fake, batchSize: 2 });
    fake.last.batches.length = 0;
    await model.embed(['a', 'cccc', 'bbb', 'dddddd', 'ee']);
    expect(fake.last.batches).toEqual([['dddddd', 'cccc'], ['bbb', 'ee'], ['a']]);
  });

  test('lets a query pass between the batches of a long call', async () => {
    await using model = await embedder('test/small', { transformers: fake, batchSize: 1 });
    fake.last.batches.length = 0;
    let query: Promise<unknown> | undefined;
    await model.embed(['a', 'b', 'c'], {
      onProgress: ({ done }) => {
        if (done === 1) query = model.embedQuery('query');
      },
    });
    await query;
    expect(fake.last.batches.flat().indexOf('query')).toBeLessThan(3);
  });

  test('ends an aborted call while a batch runs, and the model frees memory after the batch', async () => {
    let finish = (): void => {};
    const blocked = {
      ...fake,
      pipeline: async (...given: Parameters<typeof fake.pipeline>) => {
        const run = await fake.pipeline(...given);
        const slow: typeof run = Object.assign(
          async (texts: string[], how: { pooling: string; normalize: boolean }) => {
            if (texts.includes('slow')) await new Promise<void>((resolve) => (finish = resolve));
            return run(texts, how);
          },
          { dispose: run.dispose },
        );
        return slow;
      },
    };
    const model = await embedder('test/small', { transformers: blocked });
    const { disposed } = fake.last;
    const controller = new AbortController();
    const call = model.embed('slow', { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' });
    const end = model.dispose();
    // A call that the library has begun must end before the library frees the model.
    await new Promise((resolve) => setImmediate(resolve));
    expect(fake.last.disposed).toBe(disposed);
    finish();
    await end;
    expect(fake.last.disposed).toBe(disposed + 1);
  });

  test('warns of events without onEvent', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      await using _ = await embedder('test/without-webgpu', { transformers: fake, device: 'auto' });
      expect(warn.mock.calls).toEqual([
        [expect.stringMatching(/^edgevec\/transformers: .*WebGPU failed. Got no shader/)],
      ]);
    } finally {
      warn.mockRestore();
    }
  });
});

describe('the options', () => {
  test.for<[EmbedderOptions | Record<string, unknown>, RegExp]>([
    [{ batchsize: 3 }, /no option 'batchsize'.*batchSize/],
    [{ batchSize: 1.5 }, /'batchSize'.*an integer from 1, got 1.5/],
    [{ prefixes: { queries: 'x' } }, /'prefixes'/],
    [{ dtype: '' }, /'dtype'.*a string/],
    [{ transformers: {} }, /'transformers'.*the module/],
    [{ transformers: fake, worker: true }, /'worker' to be left out or false, got true/],
    [{ onEvent: 1 }, /'onEvent'.*a function, got 1/],
  ])('%o', async ([options, words]) => {
    await expect(embedder('test/small', options)).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      message: expect.stringMatching(words),
    });
  });

  test('the model is a name', async () => {
    // @ts-expect-error a model is a name
    await expect(embedder(undefined)).rejects.toMatchObject({ code: 'INVALID_OPTIONS', got: 'undefined' });
  });

  test('a worker that is asked for, and cannot be had, is an error', async () => {
    await expect(embedder('test/small', { worker: true })).rejects.toMatchObject({ code: 'WORKER_FAILED' });
  });
});
