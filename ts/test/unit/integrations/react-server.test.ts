// `useEdgeVec` where React renders on a server: nothing opens.

import { createElement, Suspense } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { EdgeVec } from '../../../src/index.js';
import { useEdgeVec } from '../../../src/integrations/react/index.js';

const options = { name: 'notes', dimensions: 2 };

test('a server renders the status loading', () => {
  const open = vi.spyOn(EdgeVec, 'open');
  const Notes = () => useEdgeVec(options).status;
  expect(renderToString(createElement(Notes))).toBe('loading');
  expect(open).not.toHaveBeenCalled();
});

test('a server sends the fallback in place of a component that suspends', () => {
  const open = vi.spyOn(EdgeVec, 'open');
  const Notes = () => useEdgeVec(options, { suspense: true }).db.name;
  const html = renderToString(createElement(Suspense, { fallback: 'waiting' }, createElement(Notes)));
  expect(html).toContain('waiting');
  expect(open).not.toHaveBeenCalled();
});
