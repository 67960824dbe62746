/** Browser extensions, in Chromium. */
import { EXAMPLE, html, pageEntry, TELL } from '../example.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

const POLICY = { extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'" };

const MANIFEST = JSON.stringify({
  manifest_version: 3,
  name: 'Matrix',
  version: '1',
  background: { service_worker: 'background.js' },
  content_security_policy: POLICY,
});

const NOTE =
  '`"content_security_policy": { "extension_pages": "script-src \'self\' \'wasm-unsafe-eval\'; object-src \'self\'" }`';

/** The service worker answers a page with a visit. @param {string} from */
const background = (from) => `
import { EdgeVec } from '${from}';
import { example } from './example.js';

chrome.runtime.onMessage.addListener((_, __, answer) => {
  example(EdgeVec).then(answer, (error) => answer({ error: String(error) }));
  return true;
});
`;

const ASK_BACKGROUND = `
import { tell } from './tell.js';

tell(() => chrome.runtime.sendMessage('run'));
`;

const SHARED = { 'src/example.js': EXAMPLE, 'src/tell.js': TELL };

const ESBUILD = 'esbuild --bundle --format=esm --outdir=extension src/page.js src/ask.js src/background.js';

/** @type {readonly Target[]} */
export const EXTENSIONS = [
  {
    name: 'extension',
    title: 'MV3 extension, esbuild',
    version: versionOf('esbuild'),
    packages: ['esbuild'],
    files: {
      ...SHARED,
      'src/page.js': pageEntry(),
      'src/ask.js': ASK_BACKGROUND,
      'src/background.js': background('edgevec/inline'),
      'extension/manifest.json': MANIFEST,
      'extension/page.html': html('page.js'),
      'extension/ask.html': html('ask.js'),
    },
    modes: [
      {
        mode: 'page',
        browser: 'chromium',
        note: NOTE,
        async run({ shell, visitExtension }) {
          await shell.once(ESBUILD);
          await visitExtension('extension', 'page.html', { host: 'worker' });
        },
      },
      {
        mode: 'service worker',
        browser: 'chromium',
        note: "The same line, and import from `'edgevec/inline'`",
        async run({ shell, visitExtension }) {
          await shell.once(ESBUILD);
          await visitExtension('extension', 'ask.html', { host: 'in-thread' });
        },
      },
    ],
  },
  {
    name: 'wxt',
    title: 'WXT',
    version: versionOf('wxt'),
    node: 24,
    packages: ['wxt'],
    files: {
      ...SHARED,
      'entrypoints/page/index.html': html('./main.js'),
      'entrypoints/page/main.js': pageEntry().replaceAll('./', '../../src/'),
      'entrypoints/ask/index.html': html('./main.js'),
      'entrypoints/ask/main.js': ASK_BACKGROUND.replaceAll('./', '../../src/'),
      'entrypoints/background.js': `
import { EdgeVec } from 'edgevec';
import { example } from '../src/example.js';

export default defineBackground(() => {
  browser.runtime.onMessage.addListener((_, __, answer) => {
    example(EdgeVec).then(answer, (error) => answer({ error: String(error) }));
    return true;
  });
});
`,
      'wxt.config.js': `export default { manifest: { content_security_policy: ${JSON.stringify(POLICY)} } };\n`,
    },
    modes: [
      { mode: 'page', file: 'page.html', host: 'worker' },
      { mode: 'service worker', file: 'ask.html', host: 'in-thread' },
    ].map(({ mode, file, host }) => ({
      mode,
      browser: /** @type {const} */ ('chromium'),
      note: '`manifest: { content_security_policy: … }` as for every MV3 extension',
      async run({ shell, visitExtension }) {
        await shell.once('wxt build');
        await visitExtension('.output/chrome-mv3', file, { host });
      },
    })),
  },
];
