// `edgevec/vue` on a server: Vue renders in Node, without a page.

import { expect, onTestFinished, test, vi } from 'vitest';
import { createSSRApp, defineComponent, h } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { EdgeVec } from '../../../src/index.js';
import { useEdgeVec, useLiveQuery, useSearch } from '../../../src/integrations/vue/index.js';

test('a server renders the state before the database is open, and opens nothing', async () => {
  const open = vi.spyOn(EdgeVec, 'open');
  onTestFinished(() => open.mockRestore());
  const Notes = defineComponent(() => {
    const { db, status } = useEdgeVec({ name: 'notes', dimensions: 2 });
    const { hits, status: searching } = useSearch(db, [1, 0]);
    const { data, status: counting } = useLiveQuery(db, (db) => db.count());
    return () => h('p', [status, searching, counting, hits, data].map(({ value }) => JSON.stringify(value)).join(' '));
  });
  expect(await renderToString(createSSRApp(Notes))).toBe(
    '<p>&quot;loading&quot; &quot;idle&quot; &quot;idle&quot; [] </p>',
  );
  expect(open).not.toHaveBeenCalled();
});

test('a server asks nothing of a database that is open already', async () => {
  const db = await EdgeVec.open({ dimensions: 2 });
  onTestFinished(() => db.close());
  const [search, count] = [vi.spyOn(db, 'search'), vi.spyOn(db, 'count')];
  const Notes = defineComponent(() => {
    const { status } = useSearch(db, [1, 0]);
    const { status: counting } = useLiveQuery(db, (db) => db.count());
    return () => h('p', `${status.value} ${counting.value}`);
  });
  expect(await renderToString(createSSRApp(Notes))).toBe('<p>idle idle</p>');
  expect([search.mock.calls, count.mock.calls]).toEqual([[], []]);
});
