/**
 * The app of docs/tutorial.md, made from the blocks of the page with the packed package, in the
 * development server of Vite.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { createServer, type ViteDevServer } from 'vite';
import { BROWSERS, findBrowser, type Page } from '../../../scripts/browsers.mjs';
import { test } from './apps.js';
import { root } from './consumer.js';

const run = promisify(execFile);
const found = (await Promise.all(BROWSERS.map(findBrowser))).filter((browser) => browser !== undefined);
const tutorial = await readFile(join(root, 'docs/tutorial.md'), 'utf8');

/** The versions of a file, in the order of the page. */
const versionsOf = (file: string): string[] =>
  [...tutorial.matchAll(/^```\w+ \[([\w.-]+)\].*\n([\s\S]*?)^```/gm)]
    .filter(([, name]) => name === file)
    .map(([, , code = '']) => code);

const [index = ''] = versionsOf('index.html');
const versions = versionsOf('main.ts');
const [, typing = '', whole = ''] = versions;
const [more = ''] = versionsOf('more');
/** The pages of the app: the versions, the version of step 4 without notes, and step 6. */
const pages = [...versions, typing.replace(/const notes = \[[\s\S]*?\];/, 'const notes: string[] = [];'), whole + more];
const [LOGGING, TYPING, , EMPTIED, WHOLE] = pages.keys();
/** What the page says that the console shows, in step 2. */
const shown = [...tutorial.matchAll(/^ {4}(\d\.\d\d .+)$/gm)].map(([, line = '']) => line);

let folder: string;
let server: ViteDevServer;
let url: string;

test.beforeAll(async ({ tarball }) => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'edgevec-tutorial-')));
  const packed = ['pack', join(root, 'examples/static-model'), '--pack-destination', folder];
  const model = (await run('npm', packed, { cwd: folder })).stdout.trim();
  await writeFile(join(folder, 'package.json'), '{}');
  const install = ['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', tarball, `./${model}`];
  await run('npm', install, { cwd: folder });
  for (const [i, code] of pages.entries()) {
    await writeFile(join(folder, `${i}.ts`), code);
    await writeFile(join(folder, `${i}.html`), index.replace('/main.ts', `/${i}.ts`));
  }
  const local = { port: 0, host: '127.0.0.1' };
  server = await createServer({ root: folder, configFile: false, logLevel: 'error', server: local });
  await server.listen();
  url = server.resolvedUrls?.local[0] ?? '';
});

test.afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Types a question, and waits until the first hit has the words. */
async function find(page: Page, question: string, words: string): Promise<void> {
  await page.evaluate((question: string) => {
    const query = document.getElementById('query') as HTMLInputElement;
    query.value = question;
    query.dispatchEvent(new Event('input'));
  }, question);
  await expect.poll(textOf(page, '#hits li'), { timeout: 120_000 }).toContain(words);
}

/** Nothing while the page loads. */
const textOf = (page: Page, selector: string) => () =>
  page.evaluate((selector: string) => document.querySelector(selector)?.textContent ?? '', selector).catch(() => '');

const statusOf = (page: Page) => textOf(page, '#status');

/** Leads the page to another address. The answer may be lost with the page before. */
const go = (page: Page, to: string) => page.evaluate((to: string) => location.assign(to), to).catch(() => {});

test('each version of main.ts compiles under strict', async () => {
  expect(versions).toHaveLength(3);
  const files = pages.map((_, i) => join(folder, `${i}.ts`));
  const options =
    '--ignoreConfig --noEmit --strict --target es2022 --lib esnext,dom,dom.iterable --module esnext --moduleResolution bundler';
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, ...options.split(' '), ...files]).catch((error) => error);
  expect(stdout).toBe('');
});

for (const { name, driver } of found) {
  test(`the app works in ${name}`, async ({ launch }) => {
    // Vite's development server reloads the page by itself, and the test leads the page on.
    const reason = 'the driver of WebKitGTK never answers a command that a navigation interrupts';
    test.skip(driver === 'webkitgtk', reason);
    const browser = await launch(name);
    const lines: string[] = [];
    const errors: string[] = [];
    const onConsole = (type: string, text: string) => {
      // The page has no icon.
      if (type === 'error' && !text.includes('404')) errors.push(text);
      lines.push(text);
    };
    const open = (page: number | undefined) => browser.open(`${url}${page}.html`, { onConsole });

    const logging = await open(LOGGING);
    expect(shown).toHaveLength(2);
    await expect.poll(() => lines, { timeout: 120_000 }).toEqual(expect.arrayContaining(shown));
    await logging.close();

    const notes = await open(TYPING);
    await expect.poll(statusOf(notes), { timeout: 120_000 }).toBe('4 notes');
    await find(notes, 'how to store food', 'Bread keeps');
    // Without the notes in the code, the notes are there.
    await go(notes, `/${EMPTIED}.html`);
    await expect.poll(() => notes.evaluate(() => location.pathname).catch(() => '')).toContain(`${EMPTIED}`);
    await expect.poll(statusOf(notes), { timeout: 120_000 }).toBe('4 notes');
    await notes.close();

    const app = await open(WHOLE);
    await expect.poll(statusOf(app), { timeout: 120_000 }).toContain('0 passages');
    await app.evaluate(() => {
      const chosen = new DataTransfer();
      chosen.items.add(new File(['Bake the bread for an hour.\n\nCall the vet about the cat.'], 'a.md'));
      chosen.items.add(new File(['Book the train to Athens.'], 'b.md'));
      const files = document.getElementById('files') as HTMLInputElement;
      files.files = chosen.files;
      files.dispatchEvent(new Event('change'));
    });
    await expect.poll(statusOf(app), { timeout: 120_000 }).toContain('3 passages');
    await find(app, 'doctor for animals', 'Call the vet');
    await app.evaluate(() => {
      const file = document.getElementById('file') as HTMLSelectElement;
      file.value = 'b.md';
      file.dispatchEvent(new Event('change'));
    });
    await find(app, 'doctor for animals', 'Athens');
    await go(app, `/${WHOLE}.html?again`);
    await expect.poll(() => app.evaluate(() => location.search).catch(() => '')).toBe('?again');
    await expect.poll(statusOf(app), { timeout: 120_000 }).toContain('3 passages');
    await find(app, 'a loaf of bread', 'Bake the bread');
    await app.close();
    expect(errors).toEqual([]);
  });
}
