/** Frameworks with a server: the example also runs on the server, in memory. */
import { EXAMPLE, TELL } from '../example.mjs';
import { built, served } from '../target.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

/** Adds to the visit of the page a fault of the visit on the server. */
const BOTH = `
export const both = (page, server) => async () => {
  if (server?.after !== 3) return { error: 'On the server: ' + JSON.stringify(server) };
  return page();
};
`;

/** @param {string} folder */
const shared = (folder) => ({
  [`${folder}/example.js`]: EXAMPLE,
  [`${folder}/tell.js`]: TELL,
  [`${folder}/both.js`]: BOTH,
});

const ON_SERVER = 'await example(EdgeVec, { stored: false }).catch((error) => ({ error: String(error) }))';

/** @type {Target} */
const svelteKit = {
  name: 'sveltekit',
  title: 'SvelteKit 3',
  version: versionOf('@sveltejs/kit'),
  node: 24,
  packages: ['@sveltejs/kit', '@sveltejs/vite-plugin-svelte', '@sveltejs/adapter-node', 'svelte', 'vite'],
  files: {
    ...shared('src/lib'),
    'vite.config.js': `
import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';

export default { plugins: [sveltekit({ adapter: adapter() })] };
`,
    'src/app.html': `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <link rel="icon" href="data:," />
    %sveltekit.head%
  </head>
  <body><div>%sveltekit.body%</div></body>
</html>
`,
    'src/routes/+page.server.js': `
import { EdgeVec } from 'edgevec';
import { example } from '../lib/example.js';

export const load = async () => ({ server: ${ON_SERVER} });
`,
    'src/routes/+page.svelte': `
<script>
  import { onMount } from 'svelte';
  import { EdgeVec } from 'edgevec';
  import { both } from '../lib/both.js';
  import { example } from '../lib/example.js';
  import { tell } from '../lib/tell.js';

  let { data } = $props();
  onMount(() => void tell(both(() => example(EdgeVec), data.server)));
</script>

<p>{data.server.after}</p>
`,
  },
  modes: [
    served('dev', 'vite dev --host 127.0.0.1 --strictPort --port {port}'),
    served('build', 'env HOST=127.0.0.1 PORT={port} node build', { before: 'vite build' }),
  ],
};

const NEXT_DEV = 'next dev --hostname 127.0.0.1 --port {port}';
const NEXT_START = 'next start --hostname 127.0.0.1 --port {port}';

/** @type {Target} */
const next = {
  name: 'next',
  title: 'Next 16',
  version: versionOf('next'),
  packages: ['next', 'react', 'react-dom'],
  files: {
    ...shared('lib'),
    'app/layout.js': `
export const metadata = { title: 'EdgeVec', icons: { icon: 'data:,' } };

export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
`,
    'app/page.js': `
import { EdgeVec } from 'edgevec';
import { example } from '../lib/example.js';
import { OnPage } from './client.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return <OnPage server={${ON_SERVER}} />;
}
`,
    'app/client.js': `
'use client';
import { useEffect } from 'react';
import { EdgeVec } from 'edgevec';
import { both } from '../lib/both.js';
import { example } from '../lib/example.js';
import { tell } from '../lib/tell.js';

let isTold = false;

export function OnPage({ server }) {
  useEffect(() => {
    if (!isTold) tell(both(() => example(EdgeVec), server));
    isTold = true;
  }, [server]);
  return <p>{server.after}</p>;
}
`,
  },
  modes: [
    served('Turbopack, dev', NEXT_DEV),
    served('Turbopack, build', NEXT_START, { before: 'next build' }),
    served('webpack, build', NEXT_START, { before: 'next build --webpack' }),
  ],
};

/** @type {Target} */
const nuxt = {
  name: 'nuxt',
  title: 'Nuxt 4',
  version: versionOf('nuxt'),
  node: 24,
  packages: ['nuxt', 'vue'],
  files: {
    ...shared('shared'),
    'nuxt.config.js': "export default { compatibilityDate: '2026-11-01', devtools: { enabled: false } };\n",
    'server/api/example.js': `
import { EdgeVec } from 'edgevec';
import { example } from '#shared/example.js';

export default defineEventHandler(async () => ${ON_SERVER});
`,
    'app/app.vue': `
<script setup>
import { EdgeVec } from 'edgevec';
import { both } from '#shared/both.js';
import { example } from '#shared/example.js';
import { tell } from '#shared/tell.js';

const { data } = await useFetch('/api/example');
useHead({ link: [{ rel: 'icon', href: 'data:,' }] });
onMounted(() => void tell(both(() => example(EdgeVec), data.value)));
</script>

<template><p>{{ data }}</p></template>
`,
  },
  modes: [
    served('dev', 'nuxt dev --host 127.0.0.1 --port {port}', {
      // On the first visit, Vite optimises the new dependency, and asks the page to reload.
      expected: { host: 'worker', ignore: /504|Outdated Optimize Dep|dynamically imported module/ },
    }),
    served('build', 'env HOST=127.0.0.1 PORT={port} node .output/server/index.mjs', { before: 'nuxt build' }),
  ],
};

/** @type {Target} */
const astro = {
  name: 'astro',
  title: 'Astro 7',
  version: versionOf('astro'),
  node: 24,
  packages: ['astro'],
  files: {
    ...shared('src/lib'),
    'src/pages/index.astro': `---
import { EdgeVec } from 'edgevec';
import { example } from '../lib/example.js';

const server = ${ON_SERVER};
---
<html lang="en">
  <head><meta charset="utf-8" /><link rel="icon" href="data:," /><title>EdgeVec</title></head>
  <body>
    <p id="server">{JSON.stringify(server)}</p>
    <script>
      import { EdgeVec } from 'edgevec';
      import { both } from '../lib/both.js';
      import { example } from '../lib/example.js';
      import { tell } from '../lib/tell.js';

      const server = JSON.parse(document.getElementById('server').textContent);
      tell(both(() => example(EdgeVec), server));
    </script>
  </body>
</html>
`,
  },
  modes: [served('dev', 'astro dev --host 127.0.0.1 --port {port}'), ...built('build', 'astro build', 'dist')],
};

const ANGULAR_JSON = {
  version: 1,
  cli: { analytics: false },
  projects: {
    app: {
      projectType: 'application',
      root: '',
      sourceRoot: 'src',
      architect: {
        build: {
          builder: '@angular/build:application',
          options: { browser: 'src/main.ts', index: 'src/index.html', outputPath: 'dist', tsConfig: 'tsconfig.json' },
          configurations: {
            production: { outputHashing: 'all' },
            development: { optimization: false, sourceMap: true },
          },
          defaultConfiguration: 'production',
        },
        serve: {
          builder: '@angular/build:dev-server',
          options: { buildTarget: 'app:build:development' },
        },
      },
    },
  },
};

/** @type {Target} */
const angular = {
  name: 'angular',
  title: 'Angular 22',
  version: versionOf('@angular/core'),
  node: 24,
  packages: [
    '@angular/build',
    '@angular/cli',
    '@angular/common',
    '@angular/compiler',
    '@angular/compiler-cli',
    '@angular/core',
    '@angular/platform-browser',
    'rxjs',
    'tslib',
    'typescript-6',
  ],
  files: {
    'src/example.js': EXAMPLE,
    'src/tell.js': TELL,
    'angular.json': JSON.stringify(ANGULAR_JSON, undefined, 2),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'ES2022',
        module: 'preserve',
        strict: true,
        allowJs: true,
        lib: ['ES2022', 'DOM'],
        experimentalDecorators: true,
        types: [],
      },
      include: ['src'],
    }),
    'src/index.html': `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>EdgeVec</title><base href="/"><link rel="icon" href="data:,"></head>
  <body><app-root></app-root></body>
</html>
`,
    'src/main.ts': `
import { Component, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { EdgeVec } from 'edgevec';
import { example } from './example.js';
import { tell } from './tell.js';

@Component({ selector: 'app-root', template: '<p>{{ seen() }}</p>' })
class App {
  readonly seen = signal('');

  constructor() {
    void tell(async () => {
      const visit = await example(EdgeVec);
      this.seen.set(JSON.stringify(visit));
      return visit;
    });
  }
}

bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
`,
  },
  modes: [
    served('dev', 'ng serve --host 127.0.0.1 --port {port} --no-hmr'),
    ...built('build', 'ng build', 'dist/browser'),
  ],
};

/** @type {readonly Target[]} */
export const APPS = [svelteKit, next, nuxt, astro, angular];
