/** Apps with a shell of their own: Electron, Expo and React Native. */
import { EXAMPLE, html, TELL } from '../example.mjs';
import { Failure, firstErrorOf, NotRun, Refused } from '../judge.mjs';
import { built, twice } from '../target.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

/** The main process opens a page, and prints the page's visit. */
const ELECTRON_PAGE = `
const { app, BrowserWindow } = require('electron');

app.setPath('userData', __dirname + '/data');
app.whenReady().then(async () => {
  const window = new BrowserWindow({ show: false });
  await window.loadFile('dist/index.html');
  const poll = async () => {
    const visit = await window.webContents.executeJavaScript('globalThis.visit');
    if (visit === undefined) return setTimeout(poll, 50);
    console.log(JSON.stringify(visit));
    app.quit();
  };
  await poll();
});
`;

const ELECTRON_MAIN = `
const { app } = require('electron');

app.whenReady().then(async () => {
  const { EdgeVec } = await import('edgevec');
  const { example } = await import('./src/example.js');
  console.log(JSON.stringify(await example(EdgeVec)));
  app.quit();
});
`;

const ELECTRON_ENTRY = `
import { EdgeVec } from 'edgevec';
import { example } from './example.js';

example(EdgeVec)
  .catch((error) => ({ error: String(error) }))
  .then((visit) => { globalThis.visit = visit; });
`;

/**
 * Electron's package fetches the program from GitHub at the first start.
 *
 * @param {import('../target.mjs').Mode} mode
 * @returns {import('../target.mjs').Mode}
 */
const ifFetched = (mode) => ({
  ...mode,
  run: (context) =>
    mode.run(context).catch((error) => {
      if (!/fetch failed|ENOTFOUND|EAI_AGAIN/.test(String(error.message))) throw error;
      throw new NotRun('the program of Electron could not be fetched from GitHub');
    }),
});

const ELECTRON = 'xvfb-run --auto-servernum electron --no-sandbox --disable-gpu';

/** @type {Target} */
const electron = {
  name: 'electron',
  title: 'Electron',
  version: versionOf('electron'),
  node: 24,
  packages: ['electron', 'esbuild'],
  files: {
    'src/example.js': EXAMPLE,
    'src/index.js': ELECTRON_ENTRY,
    'dist/index.html': html('main.js').replace('type="module"', 'defer'),
    'page.cjs': ELECTRON_PAGE,
    'main.cjs': ELECTRON_MAIN,
  },
  modes: [
    ifFetched({
      mode: 'page from `file:`',
      async run(context) {
        await context.shell.once('esbuild --bundle src/index.js --outfile=dist/main.js');
        await twice('', `${ELECTRON} page.cjs`, { host: 'worker' }).run(context);
      },
    }),
    ifFetched(twice('main process', `${ELECTRON} main.cjs`)),
  ],
};

const EXPO_APP = `
import { registerRootComponent } from 'expo';
import { createElement, useEffect } from 'react';
import { Text } from 'react-native';
import { EdgeVec } from 'edgevec';
import { example } from './example.js';
import { tell } from './tell.js';

let isTold = false;

function App() {
  useEffect(() => {
    if (!isTold) tell(() => example(EdgeVec));
    isTold = true;
  }, []);
  return createElement(Text, null, 'EdgeVec');
}

registerRootComponent(App);
`;

/** @type {Target} */
const expo = {
  name: 'expo-web',
  title: 'Expo, web',
  version: versionOf('expo'),
  node: 24,
  packages: ['expo', 'react', 'react-dom', 'react-native', 'react-native-web', '@expo/metro-runtime'],
  manifest: { type: 'commonjs', main: 'index.js' },
  files: {
    'index.js': EXPO_APP,
    'example.js': EXAMPLE,
    'tell.js': TELL,
    'app.json': JSON.stringify({
      expo: { name: 'app', slug: 'app', platforms: ['web'], web: { bundler: 'metro', output: 'single' } },
    }),
  },
  modes: built('export', 'expo export --platform web --output-dir dist', 'dist', {
    // The page of the template asks for an icon that the app does not have.
    expected: { host: 'worker', ignore: /favicon|404/ },
  }),
};

/** Hermes has no WebAssembly. The bundle runs with the few globals that Hermes has. */
const HERMES = `
const { readFileSync } = require('node:fs');
const { createContext, runInContext } = require('node:vm');

const context = createContext({ console, setTimeout, clearTimeout, queueMicrotask, performance });
runInContext('globalThis.global = globalThis; delete globalThis.WebAssembly;', context);
runInContext(readFileSync('bundle.js', 'utf8'), context);
`;

/** @type {Target} */
const reactNative = {
  name: 'react-native',
  title: 'React Native, bundled by Metro',
  version: versionOf('metro'),
  node: 24,
  packages: ['metro', '@babel/core', '@react-native/metro-babel-transformer'],
  manifest: { type: 'commonjs' },
  files: {
    'example.js': EXAMPLE,
    'index.js': `
import { EdgeVec } from 'edgevec';
import { example } from './example.js';

example(EdgeVec, { stored: false }).then(
  (visit) => console.log(JSON.stringify(visit)),
  (error) => console.log(String(error)),
);
`,
    'metro.config.js': `
module.exports = {
  transformer: { babelTransformerPath: require.resolve('@react-native/metro-babel-transformer') },
};
`,
    'hermes.js': HERMES,
  },
  modes: [
    {
      mode: 'a runtime without WebAssembly',
      async run({ shell }) {
        await shell.once('metro build index.js --platform ios --out bundle.js --config metro.config.js');
        const output = await shell.run('node hermes.js');
        if (/UNSUPPORTED|WebAssembly is not available/.test(output)) throw new Refused(firstErrorOf(output));
        throw new Failure(firstErrorOf(output));
      },
    },
  ],
};

/** @type {readonly Target[]} */
export const NATIVE = [electron, expo, reactNative];
