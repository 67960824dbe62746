// `useEdgeVec` of `edgevec/vue` on a page, with a real worker and IndexedDB.

import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createSSRApp, defineComponent, effectScope, h, nextTick, reactive, ref, shallowRef } from 'vue';
import { EdgeVec, type EdgeVecEvent } from '../../../src/index.js';
import { type DatabaseOptions, useEdgeVec } from '../../../src/integrations/vue/index.js';
import { countOpens, freshName, until } from '../../support/integration.js';
import { mounted } from '../../support/vue-page.js';

interface Doc {
  n: number;
}

describe('useEdgeVec', () => {
  test('opens a stored database for a component, and closes the database once', async () => {
    const opens = countOpens();
    const name = freshName();
    const { used, unmount } = mounted(() => useEdgeVec<Doc>({ name, dimensions: 2 }));
    expect([used.status.value, used.isLoading.value, used.db.value]).toEqual(['loading', true, undefined]);
    await until(() => used.status.value === 'ready');
    expect(used.db.value).toMatchObject({ name, dimensions: 2, host: 'worker' });
    expect([used.isLoading.value, used.error.value]).toEqual([false, undefined]);
    await used.db.value?.insert({ id: 1, vector: [1, 0], metadata: { n: 1 } });
    unmount();
    await until(() => opens.closed()[0] === 1);
    expect([opens.calls(), opens.closed()]).toEqual([1, [1]]);
  });

  test('equal options in new objects open nothing again, and other options do', async () => {
    const opens = countOpens();
    const dimensions = ref<number | null>(2);
    const unrelated = ref(0);
    const { used } = mounted(() =>
      useEdgeVec(() => {
        void unrelated.value;
        return dimensions.value === null ? null : { dimensions: dimensions.value, indexed: ['n'], onEvent: () => {} };
      }),
    );
    await until(() => used.status.value === 'ready');
    const db = used.db.value;
    unrelated.value++;
    await nextTick();
    expect([used.status.value, used.db.value]).toEqual(['ready', db]);
    dimensions.value = 3;
    await nextTick();
    expect([used.status.value, used.db.value]).toEqual(['loading', undefined]);
    await until(() => used.db.value?.dimensions === 3);
    await until(() => opens.closed()[0] === 1);
    dimensions.value = null;
    await nextTick();
    expect([used.status.value, used.isLoading.value, used.db.value]).toEqual(['idle', false, undefined]);
    await until(() => opens.closed()[1] === 1);
    expect([opens.calls(), opens.closed()]).toEqual([2, [1, 1]]);
  });

  test('follows the fields of reactive options, also of a list inside', async () => {
    const opens = countOpens();
    const options = reactive({ dimensions: 2, indexed: ['n'] });
    const { used } = mounted(() => useEdgeVec(options));
    await until(() => used.status.value === 'ready');
    options.dimensions = 3;
    options.indexed.push('tags');
    await nextTick();
    await until(() => used.db.value?.dimensions === 3);
    expect(opens.calls()).toBe(2);
  });

  test('components share a named database, and the last component closes the database', async () => {
    const opens = countOpens();
    const name = freshName();
    const first = mounted(() => useEdgeVec<Doc>({ name, dimensions: 2 }));
    const second = mounted(() => useEdgeVec<Doc>({ dimensions: 2, name }));
    await until(() => first.used.status.value === 'ready' && second.used.status.value === 'ready');
    expect(first.used.db.value).toBe(second.used.db.value);
    first.unmount();
    second.unmount();
    // A new component in the same task, as after hot reload.
    const third = mounted(() => useEdgeVec<Doc>({ name, dimensions: 2 }));
    expect([third.used.status.value, third.used.db.value]).toEqual(['ready', second.used.db.value]);
    expect(await third.used.db.value?.count()).toBe(0);
    third.unmount();
    await until(() => opens.closed()[0] === 1);
    expect([opens.calls(), opens.closed()]).toEqual([1, [1]]);
  });

  test('a database without a name belongs to its call', async () => {
    const { used } = mounted(() => [useEdgeVec({ dimensions: 2 }), useEdgeVec({ dimensions: 2 })] as const);
    await until(() => used.every(({ status }) => status.value === 'ready'));
    expect(used[0].db.value).not.toBe(used[1].db.value);
  });

  test('a component that goes while the database opens closes the database', async () => {
    const opens = countOpens();
    const { used, unmount } = mounted(() => useEdgeVec({ dimensions: 2 }));
    unmount();
    await until(() => opens.closed()[0] === 1);
    expect(used.db.value).toBeUndefined();
  });

  test('an effect scope outside of components holds a database too', async () => {
    const opens = countOpens();
    const scope = effectScope();
    const used = scope.run(() => useEdgeVec({ dimensions: 2 }));
    await until(() => used?.status.value === 'ready');
    scope.stop();
    await until(() => opens.closed()[0] === 1);
  });

  test('the database works inside of reactive objects and refs', async () => {
    const { used } = mounted(() => {
      const store = reactive(useEdgeVec<Doc>({ dimensions: 2 }));
      return { store, deep: ref<{ db: EdgeVec<Doc> | undefined }>({ db: undefined }) };
    });
    await until(() => used.store.status === 'ready');
    used.deep.value.db = used.store.db as EdgeVec<Doc>;
    await used.store.db?.insert({ id: 1, vector: [1, 0], metadata: reactive({ n: 1 }) });
    expect(await used.deep.value.db.get(1)).toMatchObject({ metadata: { n: 1 } });
  });

  test('the error of open is returned, and retry opens again', async () => {
    const name = freshName();
    await (await EdgeVec.open({ name, dimensions: 3 })).close();
    const { used } = mounted(() => useEdgeVec({ name, dimensions: 2 }));
    await until(() => used.status.value === 'error');
    expect(used.error.value).toMatchObject({ code: 'OPTIONS_DIFFER' });
    expect([used.db.value, used.isLoading.value]).toEqual([undefined, false]);
    await EdgeVec.drop(name);
    used.retry();
    await until(() => used.status.value === 'ready');
    expect([used.error.value, used.db.value?.dimensions]).toEqual([undefined, 2]);
  });

  test('wrong options are an error in the result too', async () => {
    const { used } = mounted(() => useEdgeVec({ dimensions: 2, topK: 3 } as DatabaseOptions));
    await until(() => used.status.value === 'error');
    expect(used.error.value?.code).toBe('INVALID_OPTIONS');
  });

  test('a drop in another tab is an event and an error, and retry opens a new database', async () => {
    const name = freshName();
    const [early, events] = [vi.fn(), [] as EdgeVecEvent[]];
    const onEvent = shallowRef<(event: EdgeVecEvent) => void>(early);
    const { used } = mounted(() => useEdgeVec<Doc>(() => ({ name, dimensions: 2, onEvent: onEvent.value })));
    onEvent.value = (event) => events.push(event);
    await until(() => used.status.value === 'ready');
    await used.db.value?.insert({ id: 1, vector: [1, 0], metadata: { n: 1 } });
    await EdgeVec.drop(name);
    await until(() => used.status.value === 'error');
    expect([used.error.value?.code, used.db.value]).toEqual(['CLOSED', undefined]);
    expect(events.map(({ type }) => type)).toEqual(['storage-gone']);
    expect(early).not.toHaveBeenCalled();
    used.retry();
    await until(() => used.status.value === 'ready');
    expect(await used.db.value?.count()).toBe(0);
  });

  test("takes a server's HTML over without a difference", async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const Status = defineComponent(() => {
      const { status } = useEdgeVec({ dimensions: 2 });
      return () => h('p', status.value);
    });
    const root = document.body.appendChild(document.createElement('div'));
    root.innerHTML = '<p>loading</p>';
    const app = createSSRApp(Status);
    onTestFinished(() => app.unmount());
    app.mount(root);
    await until(() => root.textContent === 'ready');
    expect([warn.mock.calls, error.mock.calls]).toEqual([[], []]);
  });
});
