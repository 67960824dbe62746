/** The entries beside the main one, in apps of their frameworks. */
import { html, ROWS, TELL } from '../example.mjs';
import { built, served } from '../target.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

const DEV = 'vite --host 127.0.0.1 --strictPort --port {port}';

/** Dev and build of an app on Vite. */
const MODES = [served('dev', DEV), ...built('build', 'vite build', 'dist')];

/**
 * A component shows a database, a search and a count that follow the rows. `step` is called at
 * each change, writes once, and tells the visit when the component shows the rows.
 */
const STEPS = `
${ROWS.replaceAll('const ', 'export const ')}
const ids = (hits) => hits.map(({ id }) => id);
let resolve;
let writes;

export const visit = new Promise((done) => { resolve = done; });

async function write(db) {
  const before = await db.count();
  await db.upsert(ROWS);
  return before;
}

export function step({ db, error, hits, count }) {
  const fail = (reason) => resolve({ error: String(reason) });
  if (error) fail(error);
  if (!db) return;
  writes ??= write(db);
  const tell = async (before) => {
    if (count !== 3 || hits.length !== 2) return;
    const again = ids(await db.search(QUERY, 2));
    resolve({ host: db.host, before, after: count, first: ids(hits), again });
  };
  writes.then(tell).catch(fail);
}
`;

const COMPONENT = { 'index.html': html('/src/index.js'), 'src/steps.js': STEPS, 'src/tell.js': TELL };

/** In StrictMode, in which every effect runs twice. */
const REACT = `
import { createElement, StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { useEdgeVec, useLiveQuery, useSearch } from 'edgevec/react';
import { QUERY, step, visit } from './steps.js';
import { tell } from './tell.js';

function App() {
  const { db, error } = useEdgeVec({ name: 'library', dimensions: 4 });
  const { hits, error: failure } = useSearch(db, QUERY, { k: 2 });
  const { data: count } = useLiveQuery(db, (db) => db.count());
  useEffect(() => step({ db, error: error ?? failure, hits, count }), [db, error, failure, hits, count]);
  return createElement('p', null, count);
}

createRoot(document.getElementById('app')).render(createElement(StrictMode, null, createElement(App)));
tell(() => visit);
`;

/**
 * @param {string} name of the target
 * @param {string} title
 * @param {string} suffix of the versions
 */
const react = (name, title, suffix) => ({
  name,
  title,
  version: versionOf(`react${suffix}`),
  packages: [`react${suffix}`, `react-dom${suffix}`, 'vite'],
  files: { ...COMPONENT, 'src/index.js': REACT },
  modes: MODES,
});

const VUE_APP = `
<script setup>
import { watchEffect } from 'vue';
import { useEdgeVec, useLiveQuery, useSearch } from 'edgevec/vue';
import { QUERY, step } from './steps.js';

const { db, error } = useEdgeVec({ name: 'library', dimensions: 4 });
const { hits, error: failure } = useSearch(db, QUERY, { k: 2 });
const { data: count } = useLiveQuery(db, (db) => db.count());
watchEffect(() => step({ db: db.value, error: error.value ?? failure.value, hits: hits.value, count: count.value }));
</script>

<template><p>{{ count }}</p></template>
`;

const SVELTE_APP = `
<script>
  import { liveQuery, openEdgeVec, searchStore } from 'edgevec/svelte';
  import { QUERY, step } from './steps.js';

  const library = openEdgeVec({ name: 'library', dimensions: 4 });
  const found = searchStore(library, QUERY, { k: 2 });
  const count = liveQuery(library, (db) => db.count());
  $effect(() => {
    step({ db: $library.db, error: $library.error ?? $found.error, hits: $found.hits, count: $count.data });
  });
</script>

<p>{$count.data}</p>
`;

/** Stands for the library of models: each text has a vector of its own. */
const FAKE_MODEL = {
  'fake/package.json': JSON.stringify({
    name: '@huggingface/transformers',
    version: '4.0.0',
    type: 'module',
    main: 'index.js',
  }),
  'fake/index.js': `
const VECTORS = { tea: [0.9, 0.1, 0, 0.2], coffee: [0.7, 0.5, 0.1, 0.1], bike: [0, 0.1, 0.9, 0.4] };

export const env = { backends: { onnx: { wasm: {} } } };
export const pipeline = async () => async (texts) => ({
  dims: [texts.length, 4],
  data: Float32Array.from(texts.flatMap((text) => VECTORS[text] ?? [0.9, 0.2, 0, 0.1])),
});
`,
};

/** The worker in the form that bundlers know in an app's own code. */
const OWN_WORKER =
  "{ worker: () => new Worker(new URL('edgevec/transformers-worker', import.meta.url), { type: 'module' }) }";

/**
 * `embedded.js`: the rows are texts, and the model must be in a worker.
 *
 * @param {string} options source text
 */
const embedded = (options) => `
import { EdgeVec } from 'edgevec';
import { embedder } from 'edgevec/transformers';

const TEXTS = ['tea', 'coffee', 'bike'];

export async function embedded() {
  const model = await embedder('fake', ${options});
  if (model.host !== 'worker') return { error: 'The model runs ' + model.host };
  const open = () => EdgeVec.open({ name: 'library', dimensions: model.dimensions });
  const search = async (db) => (await db.search(await model.embedQuery('a hot drink'), 2)).map(({ id }) => id);
  let db = await open();
  const before = await db.count();
  const vectors = await model.embed(TEXTS);
  await db.upsert(TEXTS.map((id, i) => ({ id, vector: vectors[i], metadata: {} })));
  const first = await search(db);
  await db.close();
  db = await open();
  const again = await search(db);
  const after = await db.count();
  const { host } = db;
  await db.close();
  await model.dispose();
  return { host, before, after, first, again };
}
`;

/**
 * The worker of `edgevec/transformers` under a bundler.
 *
 * @param {Omit<Target, 'name' | 'title' | 'version'> & { bundler: string, named: string, options?: string }} target
 * @returns {Target}
 */
const model = ({ bundler, named, options = '{}', manifest, files, ...target }) => ({
  name: `transformers-${bundler}`,
  title: `\`edgevec/transformers\`, ${named}`,
  version: versionOf(bundler),
  manifest: { dependencies: { '@huggingface/transformers': 'file:./fake' }, ...manifest },
  files: { ...FAKE_MODEL, 'src/tell.js': TELL, 'src/embedded.js': embedded(options), ...files },
  ...(options !== '{}' && { note: `\`${options}\`` }),
  ...target,
});

const PAGE = {
  'src/index.js': `
import { embedded } from './embedded.js';
import { tell } from './tell.js';

tell(embedded);
`,
};

/** @type {readonly Target[]} */
export const ENTRIES = [
  react('edgevec-react', '`edgevec/react`, React 19, StrictMode', ''),
  react('edgevec-react-18', '`edgevec/react`, React 18, StrictMode', '-18'),
  {
    name: 'edgevec-vue',
    title: '`edgevec/vue`, Vue 3',
    version: versionOf('vue'),
    packages: ['vue', 'vite', '@vitejs/plugin-vue'],
    files: {
      ...COMPONENT,
      'src/App.vue': VUE_APP,
      'src/index.js': `
import { createApp } from 'vue';
import App from './App.vue';
import { visit } from './steps.js';
import { tell } from './tell.js';

createApp(App).mount('#app');
tell(() => visit);
`,
      'vite.config.js': "import vue from '@vitejs/plugin-vue';\n\nexport default { plugins: [vue()] };\n",
    },
    modes: MODES,
  },
  {
    name: 'edgevec-svelte',
    title: '`edgevec/svelte`, Svelte 5',
    version: versionOf('svelte'),
    node: 24,
    packages: ['svelte', 'vite', '@sveltejs/vite-plugin-svelte'],
    files: {
      ...COMPONENT,
      'src/App.svelte': SVELTE_APP,
      'src/index.js': `
import { mount } from 'svelte';
import App from './App.svelte';
import { visit } from './steps.js';
import { tell } from './tell.js';

mount(App, { target: document.getElementById('app') });
tell(() => visit);
`,
      'vite.config.js':
        "import { svelte } from '@sveltejs/vite-plugin-svelte';\n\nexport default { plugins: [svelte()] };\n",
    },
    modes: MODES,
  },
  model({
    bundler: 'vite',
    named: 'Vite 8',
    packages: ['vite'],
    files: { ...PAGE, 'index.html': html('/src/index.js') },
    modes: MODES,
  }),
  model({
    bundler: 'webpack',
    named: 'webpack 5',
    packages: ['webpack', 'webpack-cli'],
    files: { ...PAGE, 'dist/index.html': html('main.js') },
    modes: built('build', 'webpack --mode production', 'dist'),
  }),
  model({
    bundler: 'parcel',
    named: 'Parcel 2',
    packages: ['parcel'],
    // Without the line, Parcel finds only the main entry of a package.
    manifest: { '@parcel/resolver-default': { packageExports: true } },
    note: '`"@parcel/resolver-default": { "packageExports": true }` in `package.json`',
    files: { ...PAGE, 'src/index.html': html('index.js') },
    modes: built('build', 'parcel build src/index.html --no-cache --dist-dir dist --public-url ./', 'dist'),
  }),
  model({
    bundler: 'next',
    named: 'Next 16',
    options: OWN_WORKER,
    packages: ['next', 'react', 'react-dom'],
    files: {
      'app/layout.js': `
export const metadata = { title: 'EdgeVec', icons: { icon: 'data:,' } };

export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
`,
      'app/page.js': `
'use client';
import { useEffect } from 'react';
import { embedded } from '../src/embedded.js';
import { tell } from '../src/tell.js';

let isTold = false;

export default function Page() {
  useEffect(() => {
    if (!isTold) tell(embedded);
    isTold = true;
  }, []);
  return <p>EdgeVec</p>;
}
`,
    },
    modes: [served('Turbopack, build', 'next start --hostname 127.0.0.1 --port {port}', { before: 'next build' })],
  }),
];
