/** MiniSearch has no vectors. */
import { heap, requirePeer, type Source, type Store, seconds } from './store';

export async function minisearch({ root, passages }: Source): Promise<Store> {
  const MiniSearch: typeof import('minisearch').default = requirePeer(root, 'minisearch');
  const before = heap();
  const index = new MiniSearch({ fields: ['text'], idField: 'id' });
  const buildSeconds = await seconds(() => {
    index.addAll(passages.map(({ text }, id) => ({ id, text })));
    index.search('whale');
  });
  const bytes = heap() - before;
  return {
    name: 'MiniSearch',
    buildSeconds,
    wordBytes: bytes,
    bytes,
    searches: [
      [
        'text',
        async ({ text }, k) =>
          index
            .search(text)
            .slice(0, k)
            .map(({ id }) => Number(id)),
      ],
    ],
    async close() {},
  };
}
