/** The promises of `edgevec/transformers`, for a model in any thread. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import type {
  Embedder,
  EmbedderEvent,
  EmbedderOptions,
  EmbedProgress,
} from '../../src/integrations/transformers/index.js';
import { DIMENSIONS, vectorOf } from '../support/fake-transformers.js';

export interface Target {
  readonly host: 'worker' | 'in-thread';
  /** The platform's own device. */
  readonly device: string;
  load(model: string, options?: EmbedderOptions): Promise<Embedder>;
}

export function transformersSuite({ host, device, load }: Target): void {
  const expected = (text: string, how = {}): Float32Array => Float32Array.from(vectorOf(text, { device, ...how }));

  /** A model that ends with the test. Not every browser knows `await using`. */
  const loaded: typeof load = async (model, options) => {
    const made = await load(model, options);
    onTestFinished(() => made.dispose());
    return made;
  };

  describe(`a model (${host})`, () => {
    test('tells its dimensions, its device and its thread', async () => {
      const model = await loaded('test/small');
      expect([model.model, model.dimensions, model.device, model.host]).toEqual([
        'test/small',
        DIMENSIONS,
        device,
        host,
      ]);
    });

    test('gives a vector for a text, and vectors for texts, in the order of the texts', async () => {
      const model = await loaded('test/small');
      expect(await model.embed('tea')).toEqual(expected('tea'));
      const texts = ['a', 'ccc', 'bb', 'eeeee', 'dddd', ''];
      expect(await model.embed(texts, { batchSize: 2 })).toEqual(texts.map((text) => expected(text)));
      expect(await model.embed([])).toEqual([]);
    });

    test('gives rows to insert and to search with', async () => {
      const model = await loaded('test/small');
      const db = await EdgeVec.open({ dimensions: model.dimensions, worker: false });
      onTestFinished(() => db.close());
      const texts = ['tea', 'a very long text about coffee'];
      const vectors = await model.embed(texts);
      await db.insert(texts.map((id, i) => ({ id, vector: vectors[i] as Float32Array })));
      const [hit] = await db.search(await model.embedQuery('tea'), 1);
      expect(hit?.id).toBe('tea');
      // Each row has memory of its own: a row kept for long does not keep its batch.
      expect(vectors.map((vector) => vector.buffer.byteLength)).toEqual([4 * DIMENSIONS, 4 * DIMENSIONS]);
    });

    test('puts the prefixes before documents and queries', async () => {
      const model = await loaded('test/small', { prefixes: { query: 'query: ', document: 'passage: ' } });
      expect(await model.embed('tea')).toEqual(expected('passage: tea'));
      expect(await model.embedQuery(['tea', 'x'])).toEqual([expected('query: tea'), expected('query: x')]);
    });

    test('passes pooling and normalize on', async () => {
      const model = await loaded('test/small', { pooling: 'cls', normalize: false });
      expect(await model.embed('tea')).toEqual(expected('tea', { pooling: 'cls', normalize: false }));
    });

    test('sets the environment of the library', async () => {
      const model = await loaded('test/small', { env: { allowRemoteModels: false } });
      expect([...(await model.embed('env'))]).toEqual([0, 0, 0, 1]);
      const other = await loaded('test/small', { env: { allowRemoteModels: true } });
      expect([...(await other.embed('env'))]).toEqual([1, 0, 0, 1]);
    });

    test('tells the progress of loading in bytes of all files', async () => {
      const seen: [number, number, string][] = [];
      await loaded('test/small', { onProgress: (p) => seen.push([p.loaded, p.total, p.file]) });
      expect(seen).toEqual([
        [10, 10, 'config.json'],
        [60, 110, 'onnx/model.onnx'],
        [110, 110, 'onnx/model.onnx'],
      ]);
    });

    test('tells the progress of texts, and waits for onProgress', async () => {
      const model = await loaded('test/small', { batchSize: 2 });
      const seen: EmbedProgress[] = [];
      let isInside = false;
      await model.embed(['a', 'b', 'c', 'd', 'e'], {
        onProgress: async (progress) => {
          expect(isInside).toBe(false);
          isInside = true;
          seen.push(progress);
          await model.embed('another call');
          isInside = false;
        },
      });
      expect(seen).toEqual([2, 4, 5].map((done) => ({ done, total: 5 })));
      const stop = new Error('stop');
      const onProgress = (): void => {
        throw stop;
      };
      await expect(model.embed(['a'], { onProgress })).rejects.toBe(stop);
    });

    test('runs without WebGPU where the model fails on it, and says so', async () => {
      const events: EmbedderEvent[] = [];
      const model = await loaded('test/without-webgpu', {
        device: 'webgpu',
        onEvent: (event) => events.push(event),
      });
      expect(model.device).toBe(device);
      expect(events).toMatchObject([{ type: 'device-unavailable', error: { code: 'UNSUPPORTED' } }]);
    });

    test.for([
      ['test/missing', /Could not locate file.*Check the name/],
      ['test/offline', /No connection to the host of the model/],
      ['test/page', /a page in place of a file/],
    ] as const)('says why a model does not load: %s', async ([name, words]) => {
      await expect(load(name)).rejects.toMatchObject({
        name: 'EdgeVecError',
        code: 'MODEL_LOAD_FAILED',
        message: expect.stringMatching(words),
        cause: expect.any(Error),
      });
    });

    test('says that a pooling gives no vectors', async () => {
      await expect(load('test/small', { pooling: 'none' })).rejects.toMatchObject({
        code: 'MODEL_LOAD_FAILED',
        message: expect.stringContaining('[1, 7, 4]'),
      });
    });

    test('goes on after a text that fails', async () => {
      const model = await loaded('test/small');
      await expect(model.embed(['a', 'fails'])).rejects.toMatchObject({
        code: 'MODEL_FAILED',
        message: expect.stringContaining('an operator failed'),
      });
      expect(await model.embed('tea')).toEqual(expected('tea'));
    });

    test('stops between batches when the signal aborts', async () => {
      const model = await loaded('test/small', { batchSize: 1 });
      const controller = new AbortController();
      const seen: number[] = [];
      const call = model.embed(['a', 'b', 'c'], {
        signal: controller.signal,
        onProgress: ({ done }) => {
          seen.push(done);
          if (done === 2) controller.abort(new Error('enough'));
        },
      });
      await expect(call).rejects.toMatchObject({
        code: 'ABORTED',
        message: 'The embedding was aborted.',
        cause: { message: 'enough' },
      });
      expect(seen).toEqual([1, 2]);
      await expect(model.embed('a', { signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' });
      expect(await model.embed('tea')).toEqual(expected('tea'));
    });

    test('does not load if the signal has aborted', async () => {
      await expect(load('test/small', { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'ABORTED',
        message: 'The loading of the model was aborted.',
      });
    });

    test('rejects pending and later calls after dispose, also a second dispose resolves', async () => {
      const model = await load('test/small', { batchSize: 1 });
      const call = model.embed(['a', 'b', 'c']);
      const ended = expect(call).rejects.toMatchObject({ code: 'CLOSED' });
      await Promise.all([model.dispose(), ended]);
      await model.dispose();
      await expect(model.embed('a')).rejects.toMatchObject({ code: 'CLOSED' });
    });

    test('refuses what is not a text, with its place', async () => {
      const model = await loaded('test/small');
      // @ts-expect-error a number is not a text
      await expect(model.embed(['a', 7])).rejects.toMatchObject({ code: 'INVALID_OPTIONS', row: 1, got: '7' });
      // @ts-expect-error an object is not a text
      await expect(model.embedQuery({})).rejects.toMatchObject({ code: 'INVALID_OPTIONS', got: 'an object' });
      await expect(model.embed('a', { batchSize: 0 })).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
    });
  });
}
