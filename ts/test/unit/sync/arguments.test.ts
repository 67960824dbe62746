// Wrong arguments of a synchronous index, and the remedy that each error gives.

import { beforeAll, describe, expect, test } from 'vitest';
import init, { EdgeVec, EdgeVecConfig } from '../../../src/sync.js';
import { failure } from '../../support/open.js';

beforeAll(() => init());

const made = (): EdgeVec => new EdgeVec(new EdgeVecConfig(2));
const thrown = (call: () => unknown, code: Parameters<typeof failure>[1]) => failure(async () => call(), code);

describe('EdgeVecConfig', () => {
  test('refuses wrong values when a value is set', async () => {
    for (const dimensions of [0, 4_097, 1.5, '128', undefined]) {
      await thrown(() => new EdgeVecConfig(dimensions as number), 'INVALID_OPTIONS');
    }
    const config = new EdgeVecConfig(2);
    const metric = await thrown(() => Object.assign(config, { metric: 'ip' }), 'INVALID_OPTIONS');
    expect(metric.remedy).toContain("'dot'");
    expect(metric.expected).toContain("'l2'");
    for (const [name, value] of Object.entries({ m: 1, m0: 0, efConstruction: 1, ef_search: 0, recall: 1, seed: -1 })) {
      await thrown(() => Object.assign(config, { [name]: value }), 'INVALID_OPTIONS');
    }
    expect([config.metric, config.m, config.m0, config.ef_construction, config.efSearch, config.recall]).toEqual([
      'cosine',
      16,
      32,
      200,
      undefined,
      0.95,
    ]);
  });

  test('refuses names that it does not know, when an index is made', async () => {
    const config = Object.assign(new EdgeVecConfig(2), { distance: 'l2' });
    expect((await thrown(() => new EdgeVec(config), 'INVALID_OPTIONS')).remedy).toBe('Did you mean metric?');
  });

  test('m0 is twice m', async () => {
    const config = new EdgeVecConfig(2);
    Object.assign(config, { m0: 24, m: 12 });
    expect(new EdgeVec(config).size).toBe(0);
    config.m = 16;
    expect((await thrown(() => new EdgeVec(config), 'INVALID_OPTIONS')).remedy).toContain('Leave m0 out');
    config.m0 = 32;
    config.efConstruction = 10;
    expect((await thrown(() => new EdgeVec(config), 'INVALID_OPTIONS')).problem).toContain('efConstruction');
  });

  test('a change after the making does not change the index', () => {
    const config = new EdgeVecConfig(2);
    const index = new EdgeVec(config);
    config.metric = 'dot';
    expect(index.metric).toBe('cosine');
  });

  test('efSearch is the breadth of searches without one', () => {
    const config = new EdgeVecConfig(2);
    config.ef_search = 50;
    expect(config.efSearch).toBe(50);
    const index = new EdgeVec(config);
    index.insert([1, 2]);
    for (const options of [{}, { exact: true }, { recall: 0.9 }, { ef: 7 }]) {
      expect(index.search([1, 2], 1, options)).toHaveLength(1);
    }
  });
});

describe('EdgeVec', () => {
  test('is made of a configuration', async () => {
    for (const config of [undefined, null, 128, { dimensions: 128 }]) {
      const error = await thrown(() => new EdgeVec(config as never), 'INVALID_OPTIONS');
      expect(error.remedy).toContain('new EdgeVecConfig(128)');
    }
  });

  test('vectors', async () => {
    const index = made();
    expect((await thrown(() => index.insert([1]), 'DIMENSION_MISMATCH')).message).not.toContain('row');
    expect((await thrown(() => index.insert([0, 0]), 'ZERO_VECTOR')).row).toBeUndefined();
    const batch = await thrown(
      () =>
        index.insert([
          [1, 2],
          [3, 4],
        ] as never),
      'INVALID_VECTOR',
    );
    expect(batch.remedy).toContain('insertBatch');
    await thrown(() => index.insert({ id: 'a', vector: [1, 2] } as never), 'INVALID_VECTOR');
    for (const flat of [[1, 2, 3, 4], Float32Array.of(1, 2, 3, 4)]) {
      expect((await thrown(() => index.insertBatch(flat as never), 'INVALID_VECTOR')).remedy).toContain('subarray');
    }
    const promise = await thrown(() => index.insertBatch(Promise.resolve([]) as never), 'INVALID_VECTOR');
    expect(promise.remedy).toBe('Await it first.');
    await thrown(() => index.insertBatch([[1, 2]], { metadata: [] }), 'INVALID_OPTIONS');
    await thrown(() => index.insertBatch([[1, 2]], { metadata: {} } as never), 'INVALID_OPTIONS');
    await thrown(() => index.insertBatch([[1, 2]], { validate: true } as never), 'INVALID_OPTIONS');
    const failing = (function* () {
      yield [1, 2];
      throw new Error('no more');
    })();
    expect((await thrown(() => index.insertBatch(failing), 'INVALID_VECTOR')).cause).toEqual(new Error('no more'));
    await thrown(() => index.insert([1, 2], 'a text' as never), 'INVALID_RECORD');
    expect(index.size).toBe(0);
  });

  test('ids', async () => {
    const index = made();
    index.insert([1, 2]);
    for (const id of ['0', -1, 0.5, Number.NaN, 2 ** 60, null, undefined, [0]]) {
      for (const method of ['has', 'delete', 'softDelete', 'isDeleted', 'getVector', 'getMetadata'] as const) {
        await thrown(() => index[method](id as number), 'INVALID_ID');
      }
      await thrown(() => index.setMetadata(id as number, {}), 'INVALID_ID');
    }
    expect(index.has(-0)).toBe(true);
  });

  test('searches', async () => {
    const index = made();
    await thrown(() => index.search([1, 2], 0), 'INVALID_K');
    await thrown(() => index.search([1, 2], '10' as never), 'INVALID_K');
    await thrown(() => index.search([1, 2], 1, { k: 2 } as never), 'INVALID_OPTIONS');
    await thrown(() => index.search([1, 2], { k: 2 }, {}), 'INVALID_OPTIONS');
    expect((await thrown(() => index.search([1, 2], 1, { where: {} } as never), 'INVALID_OPTIONS')).remedy).toContain(
      'filter',
    );
    await thrown(() => index.search([1, 2], 1, { filter: { n: { $near: 1 } } } as never), 'INVALID_FILTER');
    await thrown(() => index.search([0, 0], 1), 'ZERO_VECTOR');
    await thrown(() => index.search([1, 2, 3], 1), 'DIMENSION_MISMATCH');
  });

  test('works without the object, through a proxy, and not after free', async () => {
    const index = made();
    const { insert, search, free } = index;
    insert([1, 2]);
    expect(search([1, 2], 1)).toHaveLength(1);
    const proxy = new Proxy(index, {});
    expect([proxy.size, proxy.dimensions, proxy.search([1, 2], 1).length]).toEqual([1, 2, 1]);
    expect({ ...index }).toEqual({ dimensions: 2, metric: 'cosine', size: 1 });
    free();
    free();
    expect(index.size).toBe(0);
    const error = await thrown(() => search([1, 2], 1), 'CLOSED');
    expect(error.remedy).toContain('another index');
    await failure(() => index.save('notes'), 'CLOSED');
  });
});
