// The hooks on a server, and the built file.

import { createElement, Fragment, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { EdgeVec } from '../../../src/index.js';
import { useEdgeVec, useLiveQuery, useSearch } from '../../../src/integrations/react/index.js';

function Shown({ name }: { readonly name: string | undefined }) {
  const opened = useEdgeVec(name === undefined ? null : { name, dimensions: 2 });
  const { hits, status } = useSearch(opened.db, [1, 0]);
  const { data } = useLiveQuery(opened.db, (db) => db.count());
  return createElement(Fragment, null, [opened.status, status, hits.length, String(data)].join(' '));
}

test('a server renders the states before anything is open, and opens nothing', () => {
  const open = vi.spyOn(EdgeVec, 'open');
  const page = (name: string | undefined) =>
    renderToString(createElement(StrictMode, null, createElement(Shown, { name })));
  expect(page('notes')).toBe('loading idle 0 undefined');
  expect(page(undefined)).toBe('idle idle 0 undefined');
  expect(open).not.toHaveBeenCalled();
  open.mockRestore();
});
