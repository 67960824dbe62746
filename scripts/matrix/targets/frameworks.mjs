/** Frameworks of pages on Vite. */
import { EXAMPLE, html, TELL } from '../example.mjs';
import { built, served } from '../target.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

const DEV = 'vite --host 127.0.0.1 --strictPort --port {port}';

/** @param {string} plugin */
const viteConfig = (plugin) => `
import plugin from '${plugin}';

export default { plugins: [plugin()] };
`;

const SHARED = { 'index.html': html('/src/index.js'), 'src/example.js': EXAMPLE, 'src/tell.js': TELL };

/** A component whose effect opens a database, which StrictMode runs twice. */
const REACT = `
import { createElement, StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { EdgeVec } from 'edgevec';
import { example } from './example.js';
import { tell } from './tell.js';

let resolve;
const visit = new Promise((done) => { resolve = done; });
let chain = Promise.resolve();

function App() {
  const [seen, setSeen] = useState();
  useEffect(() => {
    let isMounted = true;
    chain = chain.then(() => example(EdgeVec)).catch((error) => ({ error: String(error) }));
    chain.then((outcome) => isMounted && setSeen(outcome));
    return () => { isMounted = false; };
  }, []);
  // The second run of the effect finds the rows of the first, and the rows of the visit count.
  useEffect(() => { if (seen) resolve(seen); }, [seen]);
  return createElement('p', null, JSON.stringify(seen));
}

createRoot(document.getElementById('app')).render(createElement(StrictMode, null, createElement(App)));
tell(() => visit);
`;

/** The database is held in \`ref\` and in \`reactive\`, and metadata is reactive. */
const VUE = `
import { createApp } from 'vue';
import { tell } from './tell.js';
import App from './App.vue';

tell(() => new Promise((resolve) => createApp(App, { tell: resolve }).mount('#app')));
`;

const VUE_APP = `
<script setup>
import { onMounted, reactive, ref } from 'vue';
import { EdgeVec } from 'edgevec';

const props = defineProps({ tell: { type: Function, required: true } });
const rows = reactive([
  { id: 'tea', vector: [0.9, 0.1, 0, 0.2], metadata: { title: 'How to brew tea', tags: ['drink'] } },
  { id: 'coffee', vector: [0.7, 0.5, 0.1, 0.1], metadata: { title: 'Coffee by hand', tags: [] } },
  { id: 'bike', vector: [0, 0.1, 0.9, 0.4], metadata: { title: 'Mending a tyre', tags: [] } },
]);
const db = ref();
const state = reactive({ db: null });
const seen = ref();
const query = ref([0.9, 0.2, 0, 0.1]);
const ids = (hits) => hits.map(({ id }) => id);

async function run() {
  db.value = await EdgeVec.open({ name: 'library', dimensions: 4 });
  const before = await db.value.count();
  await db.value.upsert(rows);
  const first = ids(await db.value.search(query.value, 2));
  await db.value.close();
  state.db = await EdgeVec.open({ name: 'library', dimensions: 4 });
  const again = ids(await state.db.search(query.value, 2));
  const after = await state.db.count();
  const { host } = state.db;
  await state.db.close();
  return { host, before, after, first, again };
}

onMounted(async () => {
  seen.value = await run().catch((error) => ({ error: String(error) }));
  props.tell(seen.value);
});
</script>

<template><p>{{ seen }}</p></template>
`;

/** @type {readonly Target[]} */
export const FRAMEWORKS = [
  {
    name: 'react',
    title: 'React 19, StrictMode, Vite 8',
    version: versionOf('react'),
    packages: ['react', 'react-dom', 'vite', '@vitejs/plugin-react'],
    files: { ...SHARED, 'src/index.js': REACT, 'vite.config.js': viteConfig('@vitejs/plugin-react') },
    modes: [served('dev', DEV), ...built('build', 'vite build', 'dist')],
  },
  {
    name: 'vue',
    title: 'Vue 3, `ref` and `reactive`, Vite 8',
    version: versionOf('vue'),
    packages: ['vue', 'vite', '@vitejs/plugin-vue'],
    files: {
      ...SHARED,
      'src/index.js': VUE,
      'src/App.vue': VUE_APP,
      'vite.config.js': viteConfig('@vitejs/plugin-vue'),
    },
    modes: [served('dev', DEV), ...built('build', 'vite build', 'dist')],
    gate: true,
  },
];
