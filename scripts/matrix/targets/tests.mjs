/** Runners of tests, in which an app tests its own code. */
import { passes, refuses } from '../target.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

/** The body of a test: a database in memory, a stored database, and a mistake. */
const BODY = `
  const db = await EdgeVec.open({ dimensions: 2 });
  await db.upsert([{ id: 'a', vector: [1, 0] }, { id: 'b', vector: [0, 1] }]);
  expect((await db.search([1, 0.1], 1)).map((hit) => hit.id)).toEqual(['a']);
  await db.close();
  const name = 'library' + Math.random();
  const stored = await EdgeVec.open({ name, dimensions: 2 });
  await stored.upsert({ id: 'a', vector: [1, 0] });
  await stored.close();
  const again = await EdgeVec.open({ name, dimensions: 2 });
  expect(await again.count()).toBe(1);
  await again.close();
  await expect(EdgeVec.open({})).rejects.toBeInstanceOf(EdgeVecError);
`;

const VITEST = `
import { expect, test } from 'vitest';
import { EdgeVec, EdgeVecError } from 'edgevec';

test('the example', async () => {${BODY}});
`;

const JEST = `
const { EdgeVec, EdgeVecError } = require('edgevec');

test('the example', async () => {${BODY}});
`;

/** @type {readonly Target[]} */
export const TESTS = [
  {
    name: 'vitest',
    title: 'vitest',
    version: versionOf('vitest'),
    packages: ['vitest', 'vite', 'happy-dom', 'jsdom', 'fake-indexeddb'],
    files: {
      'plain.test.js': VITEST,
      'indexeddb.test.js': `import 'fake-indexeddb/auto';\n${VITEST}`,
    },
    modes: [
      passes('node', 'vitest run --environment node plain'),
      passes('jsdom', 'vitest run --environment jsdom plain'),
      passes('happy-dom', 'vitest run --environment happy-dom plain'),
      passes('jsdom, fake-indexeddb', 'vitest run --environment jsdom indexeddb', "`import 'fake-indexeddb/auto'`"),
    ],
    gate: true,
  },
  {
    name: 'jest',
    title: 'Jest',
    version: versionOf('jest'),
    packages: ['jest'],
    manifest: { type: 'commonjs' },
    files: { 'app.test.js': JEST },
    modes: [passes('node', 'jest --ci')],
    gate: true,
  },
  {
    name: 'jest-jsdom',
    title: 'Jest',
    version: versionOf('jest'),
    packages: ['jest', 'jest-environment-jsdom'],
    manifest: { type: 'commonjs' },
    files: { 'app.test.js': `/** @jest-environment jsdom */\n${JEST}` },
    modes: [refuses('jsdom', 'jest --ci', /test environment hides the feature/)],
  },
];
