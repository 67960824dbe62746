/** `edgevec/vue` of the packed package, in Node. */
import { execFile } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { test } from './apps.js';
import { root } from './consumer.js';

const run = promisify(execFile);

const EXPORTS = ['useEdgeVec', 'useLiveQuery', 'useSearch'];

test('edgevec/vue loads as a module and as CommonJS, beside the app’s own Vue', async ({ viteApp: { folder } }) => {
  await symlink(join(root, 'node_modules/vue'), join(folder, 'node_modules/vue'), 'junction');
  const file = join(folder, 'node_modules/edgevec/dist/cjs/vue.js');
  for (const [type, source] of [
    ['module', `import * as all from 'edgevec/vue'; print(all);`],
    ['commonjs', `print(require('edgevec/vue'));`],
    ['commonjs', `print(require(${JSON.stringify(file)}));`],
  ]) {
    // The status without options needs no page.
    const print = `
      function print(all) {
        console.log(JSON.stringify([Object.keys(all).sort(), all.useEdgeVec(null).status.value]));
      }`;
    const { stdout } = await run(process.execPath, [`--input-type=${type}`, '--eval', print + source], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual([EXPORTS, 'idle']);
  }
});
