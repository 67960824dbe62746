// `useSearch` and `useLiveQuery` of `edgevec/vue` on a page, with a real worker and IndexedDB.

import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { nextTick, reactive, ref, shallowRef, watch } from 'vue';
import { EdgeVec, type Filter, type VectorInput } from '../../../src/index.js';
import { type SearchQuery, useLiveQuery, useSearch } from '../../../src/integrations/vue/index.js';
import { freshName, until } from '../../support/integration.js';
import { mounted } from '../../support/vue-page.js';

interface Doc {
  n: number;
  tags: string[];
}

const record = (id: string, vector: number[], n = 0) => ({ id, vector, metadata: { n, tags: [id] } });

async function filled(name?: string): Promise<EdgeVec<Doc>> {
  const db = await EdgeVec.open<Doc>({ dimensions: 2, ...(name !== undefined && { name, onEvent: () => {} }) });
  onTestFinished(() => db.close());
  await db.upsert([record('east', [1, 0], 1), record('north', [0, 1], 2)]);
  return db;
}

/** A search for one hit, with every state that a template would show. */
function searching(db: EdgeVec<Doc>, debounce?: number) {
  const [source, query] = [shallowRef<EdgeVec<Doc>>(), shallowRef<SearchQuery>([1, 0])];
  const filter = shallowRef<Filter<Doc>>();
  const { used } = mounted(() => {
    const search = useSearch(source, query, () => ({
      k: 1,
      ...(filter.value !== undefined && { filter: filter.value }),
      ...(debounce !== undefined && { debounce }),
    }));
    const ids = () => search.hits.value.map(({ id }) => id);
    const seen: unknown[][] = [];
    watch([search.hits, search.status], () => seen.push([...ids(), search.status.value]), { flush: 'post' });
    return { ...search, ids, seen };
  });
  source.value = db;
  return { ...used, source, query, filter };
}

describe('useSearch', () => {
  test('searches when query, options or database change, and equal values search once', async () => {
    const db = await filled();
    const search = vi.spyOn(db, 'search');
    const { source, query, filter, hits, ids, status, isLoading, isStale, error } = searching(db);
    source.value = undefined;
    await nextTick();
    expect([status.value, isLoading.value, hits.value]).toEqual(['idle', false, []]);
    source.value = db;
    await nextTick();
    expect([status.value, isLoading.value, isStale.value, hits.value]).toEqual(['loading', true, false, []]);
    await until(() => status.value === 'ready');
    query.value = [1, 0];
    filter.value = undefined;
    await nextTick();
    expect([status.value, ids(), search.mock.calls.length]).toEqual(['ready', ['east'], 1]);
    filter.value = { n: { $gt: 1 } };
    await nextTick();
    expect([status.value, isStale.value, ids()]).toEqual(['loading', true, ['east']]);
    await until(() => status.value === 'ready');
    expect([isStale.value, ids(), hits.value[0]?.metadata.n]).toEqual([false, ['north'], 2]);
    query.value = null;
    await nextTick();
    expect([status.value, isStale.value, hits.value]).toEqual(['idle', false, []]);
    [query.value, filter.value] = [{ like: 'east' }, undefined];
    await until(() => status.value === 'ready');
    expect([ids(), error.value]).toEqual([['north'], undefined]);
  });

  test('follows a list and a filter that are changed in place', async () => {
    const db = await filled();
    const query = reactive([1, 0]);
    const options = reactive({ k: 1, filter: { n: { $lt: 3 } } });
    const { used } = mounted(() => useSearch(db, query, options));
    await until(() => used.hits.value[0]?.id === 'east');
    query.splice(0, 2, 0, 1);
    await until(() => used.hits.value[0]?.id === 'north');
    options.filter.n.$lt = 2;
    await until(() => used.hits.value[0]?.id === 'east');
  });

  test('hits never replace the hits of a newer query', async () => {
    const { query, ids, seen, status } = searching(await filled());
    const answers: ((vector: VectorInput) => void)[] = [];
    const promises = [0, 1].map(() => new Promise<VectorInput>((resolve) => answers.push(resolve)));
    for (const promise of promises) {
      query.value = promise;
      await nextTick();
    }
    answers[1]?.([0, 1]);
    await until(() => status.value === 'ready');
    answers[0]?.([1, 0]);
    await promises[0];
    // A later search has its answer, so the search of the old query has its answer too.
    query.value = [0, 2];
    await nextTick();
    await until(() => status.value === 'ready');
    expect(ids()).toEqual(['north']);
    expect(seen.flat()).not.toContain('east');
  });

  test('the rows of this tab and of other tabs are found without a new query', async () => {
    const name = freshName();
    const [here, there] = [await filled(name), await filled(name)];
    const { query, ids, seen, status } = searching(here);
    query.value = [1, 1];
    await until(() => status.value === 'ready');
    const since = seen.length;
    await here.insert(record('here', [1, 1.1]));
    await until(() => ids()[0] === 'here');
    await there.insert(record('there', [1, 1]));
    await until(() => ids()[0] === 'there');
    await here.delete('there');
    await until(() => ids()[0] === 'here');
    expect(seen.slice(since)).toEqual(['here', 'there', 'here'].map((id) => [id, 'ready']));
  });

  test('errors of the search and of the query are returned, and the next query goes on', async () => {
    const db = await filled();
    const { query, ids, hits, status, error, isStale, refresh } = searching(db);
    await until(() => status.value === 'ready');
    query.value = [1, 0, 0];
    await until(() => status.value === 'error');
    expect(error.value).toMatchObject({ code: 'DIMENSION_MISMATCH' });
    expect([hits.value, isStale.value]).toEqual([[], false]);
    query.value = Promise.reject(new Error('no model'));
    await until(() => error.value?.message === 'no model');
    const embed = vi.fn<() => Promise<VectorInput>>().mockRejectedValueOnce('offline').mockResolvedValue([1, 0]);
    // biome-ignore lint/suspicious/noThenProperty: asks again at each search
    const asksAgain: PromiseLike<VectorInput> = { then: (...handlers) => embed().then(...handlers) };
    query.value = asksAgain;
    await until(() => error.value?.message === 'offline');
    refresh();
    await until(() => status.value === 'ready');
    expect([ids(), error.value]).toEqual([['east'], undefined]);
    await db.close();
    refresh();
    await until(() => status.value === 'error');
    expect(error.value).toMatchObject({ code: 'CLOSED' });
  });

  test('debounce searches the last of several quick queries', async () => {
    const db = await filled();
    const search = vi.spyOn(db, 'search');
    const { query, ids, status } = searching(db, 1);
    // In a single task, so no timer ends meanwhile.
    for (let y = 0; y < 5; y++) {
      query.value = [1, y];
      await nextTick();
    }
    await until(() => status.value === 'ready');
    expect(ids()).toEqual(['north']);
    expect(search.mock.calls.map(([given]) => given)).toEqual([[1, 4]]);
  });

  test('a component that is gone searches no more', async () => {
    const db = await filled();
    const { unmount, used } = mounted(() => useSearch(db, [1, 0], { k: 1 }));
    await until(() => used.status.value === 'ready');
    unmount();
    const search = vi.spyOn(db, 'search');
    await db.insert(record('here', [1, 0]));
    expect(search).not.toHaveBeenCalled();
  });
});

describe('useLiveQuery', () => {
  test('reads again when the rows change, or a ref that the function has read', async () => {
    const db = await filled();
    const above = ref(0);
    const { used } = mounted(() => useLiveQuery(db, (db) => db.count({ filter: { n: { $gt: above.value } } })));
    await until(() => used.data.value === 2);
    above.value = 1;
    await nextTick();
    expect([used.status.value, used.isStale.value, used.data.value]).toEqual(['loading', true, 2]);
    await until(() => used.data.value === 1);
    await db.insert(record('west', [-1, 0], 9));
    await until(() => used.data.value === 2);
    above.value = 2;
    await until(() => used.data.value === 1);
  });

  test('the error that the function throws or rejects with is returned, and the next question goes on', async () => {
    const db = await filled();
    const fault = ref<'throws' | 'rejects' | undefined>('throws');
    const { used } = mounted(() =>
      useLiveQuery(db, (db) => {
        const problem = fault.value;
        if (problem === 'throws') throw new Error(problem);
        return problem === undefined ? db.count() : Promise.reject(new Error(problem));
      }),
    );
    await until(() => used.error.value?.message === 'throws');
    fault.value = 'rejects';
    await until(() => used.error.value?.message === 'rejects');
    fault.value = undefined;
    await until(() => used.data.value === 2);
    expect(used.error.value).toBeUndefined();
  });
});
