/** `edgevec/react` of the packed package, in Node. */
import { execFile } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { test } from './apps.js';
import { root } from './consumer.js';

const run = promisify(execFile);

test('edgevec/react is a client module for servers that render React', async ({ viteApp: { folder } }) => {
  for (const file of ['react.js', 'cjs/react.js']) {
    const code = await readFile(join(folder, 'node_modules/edgevec/dist', file), 'utf8');
    expect(code).toMatch(/^["']use client["'];/);
  }
});

test('edgevec/react loads as a module and as CommonJS, beside the app’s own React', async ({ viteApp: { folder } }) => {
  for (const name of ['react', 'react-dom', 'scheduler']) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
  }
  const file = join(folder, 'node_modules/edgevec/dist/cjs/react.js');
  // A hook of a second copy of React would throw.
  const print = `
    function print(all, { createElement }, { renderToString }) {
      const Page = () => all.useEdgeVec({ dimensions: 2 }).status;
      console.log(JSON.stringify([Object.keys(all).sort(), renderToString(createElement(Page))]));
    }`;
  for (const [type, source] of [
    [
      'module',
      `import * as all from 'edgevec/react'; import * as react from 'react';
       import * as server from 'react-dom/server'; print(all, react, server);`,
    ],
    ...['edgevec/react', file].map((entry) => [
      'commonjs',
      `print(require(${JSON.stringify(entry)}), require('react'), require('react-dom/server'));`,
    ]),
  ]) {
    const { stdout } = await run(process.execPath, [`--input-type=${type}`, '--eval', print + source], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual([['useEdgeVec', 'useLiveQuery', 'useSearch'], 'loading']);
  }
});
