// `useSearch` and `useLiveQuery` on a page, with a real worker and IndexedDB.

import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec, type VectorInput } from '../../../src/index.js';
import { type SearchQuery, useLiveQuery, useSearch } from '../../../src/integrations/react/index.js';
import { freshName, until } from '../../support/integration.js';
import { page, probe, strict } from '../../support/mounted.js';

interface Doc {
  n: number;
  tags: string[];
}

const record = (id: string, vector: number[], n = 0) => ({ id, vector, metadata: { n, tags: [id] } });

/** A different `recall` gives a copy of the rows of its own, as a second tab has. */
async function filled(name?: string, recall = 0.95): Promise<EdgeVec<Doc>> {
  const stored = name !== undefined && { name, onEvent: () => {} };
  const db = await EdgeVec.open<Doc>({ dimensions: 2, recall, ...stored });
  onTestFinished(() => db.close());
  await db.upsert([record('east', [1, 0], 1), record('north', [0, 1], 2)]);
  return db;
}

interface Props {
  readonly db: EdgeVec<Doc> | undefined;
  readonly query: SearchQuery;
  readonly above?: number;
  readonly debounce?: number;
}

const searching = () =>
  probe(({ db, query, above, debounce }: Props) =>
    useSearch(db, query, {
      k: 1,
      ...(above !== undefined && { filter: { n: { $gt: above } } }),
      ...(debounce !== undefined && { debounce }),
    }),
  );

const idsOf = ({ hits }: { readonly hits: readonly { readonly id: unknown }[] }): unknown[] => hits.map(({ id }) => id);

describe('useSearch', () => {
  test('searches when query, options or database change, and equal literals search once', async () => {
    const db = await filled();
    const search = vi.spyOn(db, 'search');
    const { show } = page();
    const { seen, last, with: use } = searching();
    show(use({ db: undefined, query: [1, 0] }));
    expect(last()).toMatchObject({ status: 'idle', isLoading: false, hits: [] });
    show(use({ db, query: [1, 0] }));
    expect(last()).toMatchObject({ status: 'loading', isLoading: true, isStale: false, hits: [] });
    await until(() => last().status === 'ready');
    for (let i = 0; i < 3; i++) show(use({ db, query: new Float32Array([1, 0]) }));
    show(use({ db, query: [1, 0] }));
    await until(() => last().status === 'ready');
    // The array and the Float32Array are two queries.
    expect([idsOf(last()), search.mock.calls.length]).toEqual([['east'], 3]);
    show(use({ db, query: [1, 0], above: 1 }));
    expect(last()).toMatchObject({ status: 'loading', isStale: true, hits: [{ id: 'east' }] });
    await until(() => last().status === 'ready');
    expect(last()).toMatchObject({ isStale: false, hits: [{ id: 'north', metadata: { n: 2 } }] });
    show(use({ db, query: null }));
    expect(last()).toMatchObject({ status: 'idle', hits: [], isStale: false });
    show(use({ db, query: { like: 'east' } }));
    expect(last()).toMatchObject({ status: 'loading', hits: [], isStale: false });
    await until(() => last().status === 'ready');
    expect(idsOf(last())).toEqual(['north']);
    expect(seen.every(({ error }) => error === undefined)).toBe(true);
  });

  test('a string is a question to the model of the database', async () => {
    const embed = (texts: readonly string[]) => texts.map((text) => [text.length, 10]);
    const db = await EdgeVec.open<Doc>({ embed: { model: 'lengths', dimensions: 2, embed } });
    onTestFinished(() => db.close());
    await db.insert({ text: 'a long text about tea', metadata: { n: 1, tags: [] } });
    await db.insert({ text: 'tea', metadata: { n: 2, tags: [] } });
    const { show } = page();
    const { last, with: use } = searching();
    show(use({ db, query: 'oat' }));
    await until(() => last().status === 'ready');
    expect(last().hits).toMatchObject([{ metadata: { n: 2 } }]);
    show(use({ db: await filled(), query: 'oat' }));
    await until(() => last().status === 'error');
    expect(last().error).toMatchObject({ code: 'INVALID_VECTOR' });
  });

  test('hits never replace the hits of a newer query', async () => {
    const db = await filled();
    const { show } = page();
    const { seen, last, with: use } = searching();
    const answers: ((vector: VectorInput) => void)[] = [];
    const promises = [0, 1].map(() => new Promise<VectorInput>((resolve) => answers.push(resolve)));
    for (const query of promises) show(strict(use({ db, query })));
    answers[1]?.([0, 1]);
    await until(() => last().status === 'ready');
    answers[0]?.([1, 0]);
    await promises[0];
    // A later search has its answer, so the search of the old query has its answer too.
    show(strict(use({ db, query: [0, 2] })));
    await until(() => last().status === 'ready');
    expect(new Set(seen.flatMap(idsOf))).toEqual(new Set(['north']));
  });

  test('the rows of this tab and of other tabs are found without a new query', async () => {
    const name = freshName();
    const [here, there] = [await filled(name), await filled(name, 0.9)];
    const { show } = page();
    const { seen, last, with: use } = searching();
    show(strict(use({ db: here, query: [1, 1] })));
    await until(() => last().status === 'ready');
    const since = seen.length;
    await here.insert(record('here', [1, 1.1]));
    await until(() => idsOf(last())[0] === 'here');
    await there.insert(record('there', [1, 1]));
    await until(() => idsOf(last())[0] === 'there');
    await here.delete('there');
    await until(() => idsOf(last())[0] === 'here');
    expect(seen.slice(since).every(({ status }) => status === 'ready')).toBe(true);
  });

  test('errors of the search and of the query are returned, and the next query goes on', async () => {
    const db = await filled();
    const { show } = page();
    const { last, with: use } = searching();
    show(use({ db, query: [1, 0] }));
    await until(() => last().status === 'ready');
    show(use({ db, query: [1, 0, 0] }));
    await until(() => last().status === 'error');
    expect(last()).toMatchObject({ error: { code: 'DIMENSION_MISMATCH' }, hits: [], isStale: false });
    show(use({ db, query: Promise.reject(new Error('no model')) }));
    await until(() => last().error?.message === 'no model');
    vi.spyOn(db, 'search').mockRejectedValueOnce(new Error('a fault that passes'));
    show(use({ db, query: [2, 0] }));
    await until(() => last().error?.message === 'a fault that passes');
    last().refresh();
    await until(() => last().status === 'ready');
    expect([idsOf(last()), last().error]).toEqual([['east'], undefined]);
    await db.close();
    last().refresh();
    await until(() => last().status === 'error');
    expect(last().error).toMatchObject({ code: 'CLOSED' });
  });

  test('debounce searches the last of several quick queries', async () => {
    const db = await filled();
    const search = vi.spyOn(db, 'search');
    const { show } = page();
    const { last, with: use } = searching();
    // In a single task, so no timer ends meanwhile.
    for (let y = 0; y < 5; y++) show(use({ db, query: [1, y], debounce: 1 }));
    await until(() => last().status === 'ready');
    expect(idsOf(last())).toEqual(['north']);
    expect(search.mock.calls.map(([query]) => query)).toEqual([[1, 4]]);
  });
});

describe('useLiveQuery', () => {
  test('reads again when the dependencies or the rows change', async () => {
    const db = await filled();
    const { show } = page();
    const { last, with: use } = probe(({ above }: { readonly above: number }) => {
      const filter = { n: { $gt: above } };
      return useLiveQuery(db, (db) => db.count({ filter }), [filter]);
    });
    show(strict(use({ above: 0 })));
    await until(() => last().data === 2);
    show(strict(use({ above: 1 })));
    expect(last()).toMatchObject({ status: 'loading', isStale: true, data: 2 });
    await until(() => last().data === 1);
    await db.insert(record('west', [-1, 0], 9));
    await until(() => last().data === 2);
  });

  test('the error that the function throws or rejects with is returned', async () => {
    const db = await filled();
    const { show } = page();
    const { last, with: use } = probe(({ fault }: { readonly fault: 'throws' | 'rejects' | null }) =>
      useLiveQuery(
        db,
        fault === null
          ? null
          : () => {
              if (fault === 'throws') throw new Error(fault);
              return Promise.reject(new Error(fault));
            },
        [fault],
      ),
    );
    for (const fault of ['throws', 'rejects'] as const) {
      show(use({ fault }));
      await until(() => last().error?.message === fault);
    }
    show(use({ fault: null }));
    expect(last()).toMatchObject({ status: 'idle', error: undefined });
  });
});
