// Parts that are loaded when they are first needed.

import { afterEach, expect, test, vi } from 'vitest';
import { chunk } from '../../../src/base/chunk.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock('../../../src/host/in-thread.js');
  vi.resetModules();
});

const refused = async (): Promise<never> => {
  throw new TypeError('Failed to fetch dynamically imported module');
};

test('a chunk that cannot be loaded is told with its cause and a remedy', async () => {
  await expect(chunk('the database', async () => 1)).resolves.toBe(1);
  await expect(chunk('the database', refused)).rejects.toMatchObject({
    code: 'ENGINE_LOAD_FAILED',
    message: expect.stringContaining('The chunk that carries the database could not be loaded: Failed to fetch'),
    remedy: expect.stringContaining('are all served'),
    cause: expect.any(TypeError),
  });
  vi.stubGlobal('ServiceWorkerGlobalScope', Object);
  await expect(chunk('the database', refused)).rejects.toMatchObject({
    remedy: expect.stringContaining('edgevec/inline'),
  });
});

test('open tells that the database in this thread cannot be loaded', async () => {
  vi.resetModules();
  vi.doMock('../../../src/host/in-thread.js', () => {
    throw new TypeError('not served');
  });
  const { EdgeVec } = await import('../../../src/index.js');
  await expect(EdgeVec.open({ dimensions: 2 })).rejects.toMatchObject({
    code: 'ENGINE_LOAD_FAILED',
    message: expect.stringContaining('the database'),
  });
});
