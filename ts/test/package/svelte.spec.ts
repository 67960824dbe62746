/** `edgevec/svelte` of the packed package: in Node, and in an app of Svelte 5 that Vite builds. */
import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { compile } from 'svelte/compiler';
import { build, type Plugin } from 'vite';
import { serveFolder } from '../../../scripts/static.mjs';
import { test } from './apps.js';
import { root } from './consumer.js';

const run = promisify(execFile);

const EXPORTS = ['liveQuery', 'openEdgeVec', 'searchStore'];

test('edgevec/svelte loads as a module and as CommonJS, without Svelte', async ({ viteApp: { folder } }) => {
  const file = join(folder, 'node_modules/edgevec/dist/cjs/svelte.js');
  for (const [type, source] of [
    ['module', `import * as all from 'edgevec/svelte'; print(all);`],
    ['commonjs', `print(require('edgevec/svelte'));`],
    ['commonjs', `print(require(${JSON.stringify(file)}));`],
  ]) {
    const print = `
      function print(all) {
        all.openEdgeVec(null).subscribe(({ status }) => console.log(JSON.stringify([Object.keys(all).sort(), status])));
      }`;
    const { stdout } = await run(process.execPath, [`--input-type=${type}`, '--eval', print + source], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual([EXPORTS, 'idle']);
  }
});

/** The part of Svelte's own plugin for Vite that the app needs. */
const components: Plugin = {
  name: 'components',
  transform: (code, id) =>
    id.endsWith('.svelte')
      ? compile(code, { filename: id, generate: 'client', dev: false, css: 'injected' }).js
      : undefined,
};

const SEARCH = `
  {#if $notes.error}<p id="error">{$notes.error.message}</p>{/if}
  <button disabled={!$notes.db} EVENT={add}>Add</button>
  <p id="count">{$total.data ?? ''}</p>
  <ol>{#each $found.hits as { id, metadata } (id)}<li>{metadata.title}</li>{/each}</ol>`;

const SETUP = `
  import { liveQuery, openEdgeVec, searchStore } from 'edgevec/svelte';
  const notes = openEdgeVec({ name: NAME, dimensions: 2 });
  const found = searchStore(notes, query, { k: 1 });
  const total = liveQuery(notes, (db) => db.count());
  const add = () => $notes.db.upsert([
    { id: 'east', vector: [1, 0], metadata: { title: 'East' } },
    { id: 'north', vector: [0, 1], metadata: { title: 'North' } },
  ]);`;

/** The same component with runes, and in the form of Svelte 4. */
const COMPONENTS = {
  runes: `
    <script>
      import { toStore } from 'svelte/store';
      let vector = $state([0, 1]);
      const query = toStore(() => [...vector]);
      ${SETUP.replace('NAME', "'runes'")}
    </script>
    <button class="turn" onclick={() => (vector = [1, 0])}>Turn</button>
    ${SEARCH.replace('EVENT', 'onclick')}`,
  stores: `
    <script>
      import { writable } from 'svelte/store';
      const query = writable([0, 1]);
      ${SETUP.replace('NAME', "'stores'")}
    </script>
    <button class="turn" on:click={() => ($query = [1, 0])}>Turn</button>
    ${SEARCH.replace('EVENT', 'on:click')}`,
};

test('components of Svelte 5 open, write, follow their query, and close', async ({ viteApp, launch }) => {
  const folder = join(viteApp.folder, 'svelte');
  await mkdir(folder);
  await symlink(join(root, 'node_modules/svelte'), join(viteApp.folder, 'node_modules/svelte'));
  for (const [name, code] of Object.entries(COMPONENTS)) await writeFile(join(folder, `${name}.svelte`), code);
  await writeFile(
    join(folder, 'main.js'),
    `import { mount, unmount } from 'svelte';
     import Runes from './runes.svelte';
     import Stores from './stores.svelte';
     globalThis.show = (name) => mount({ Runes, Stores }[name], { target: document.body });
     globalThis.hide = unmount;`,
  );
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="./main.js"></script></body>',
  );
  await build({
    root: folder,
    configFile: false,
    base: './',
    logLevel: 'warn',
    plugins: [components],
  });
  const { url, server } = await serveFolder(join(folder, 'dist'), {});
  const browser = await launch('chromium');
  const faults: string[] = [];
  const page = await browser.open(url, {
    onConsole: (type, text) => {
      if (type === 'error' || type === 'warning') faults.push(text);
    },
  });
  try {
    for (const name of ['Runes', 'Stores']) {
      const outcome = await page.evaluate(async (name: string) => {
        const page = globalThis as unknown as { show(name: string): object; hide(shown: object): Promise<void> };
        const until = async (condition: () => boolean): Promise<void> => {
          while (!condition()) await new Promise(requestAnimationFrame);
        };
        const text = (selector: string): string | undefined =>
          document.querySelector(selector)?.textContent ?? undefined;
        const button = (label: string) =>
          [...document.querySelectorAll('button')].find(
            ({ textContent }) => textContent === label,
          ) as HTMLButtonElement;
        const shown = page.show(name);
        const wasDisabled = button('Add').disabled;
        await until(() => !button('Add').disabled);
        button('Add').click();
        await until(() => text('#count') === '2' && text('li') === 'North');
        button('Turn').click();
        await until(() => text('li') === 'East');
        await page.hide(shown);
        return [wasDisabled, document.querySelectorAll('li, #error').length];
      }, name);
      expect(outcome).toEqual([true, 0]);
    }
    expect(faults).toEqual([]);
  } finally {
    await page.close();
    server.close();
  }
});
