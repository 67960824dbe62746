// Every block of code in the pages of the repository, and every `@example` of JSDoc, is compiled
// under strict against the declarations of the built package, and runs: in Node, or in a page of
// Chromium if the code needs a page. support/examples/ finds the blocks, and supplies the values
// that the blocks assume. CONTRIBUTING.md describes the words after a fence.

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/browsers.mjs';
import { type Block, jsdocBlocks, pageBlocks, pages, scriptsOf } from '../support/examples/blocks.js';
import { runInPages } from '../support/examples/in-page.js';
import { type Module, modulesOf, SCRIPTS } from '../support/examples/modules.js';
import { insidePackage, root } from '../support/package.js';

/** The blocks that are checked and cannot run: the page, and the reason that the fence gives. */
const NOT_RUN: readonly string[] = [
  'docs/environments.md: needs Electron',
  'docs/environments.md: needs fake-indexeddb, "npm run matrix" runs the line',
  ...Array(2).fill('docs/guides/extensions.md: needs an extension'),
  'docs/guides/offline.md: needs vite-plugin-pwa',
  'docs/guides/offline.md: a service worker of its own',
  'docs/guides/workers.md: needs the file of the worker',
  'docs/integrations/import.md: needs hyparquet-compressors',
  ...Array(2).fill('docs/integrations/tensorflow.md: needs TensorFlow.js'),
  'docs/integrations/transformers.md: needs the files of onnxruntime-web',
  ...Array(7).fill('docs/tutorial.md: ts/test/package/tutorial.spec.ts runs the app'),
];

/** Languages without code of EdgeVec. The crate's own tests compile and run the blocks of Rust. */
const OTHERS = ['', 'bash', 'console', 'css', 'diff', 'http', 'mermaid', 'rust', 'sh', 'shell', 'text', 'toml', 'yaml'];

const ofLanguages = (languages: readonly string[]): Block[] =>
  pageBlocks.filter(({ language }) => languages.includes(language));

const html = ofLanguages(['html']);
const scriptsInHtml = html.flatMap((block): Block[] =>
  [...block.code.matchAll(/<script type="module">([\s\S]*?)<\/script>/g)].map(([, code = ''], i) => ({
    ...block,
    place: `${block.place}-${i}`,
    language: 'js',
    code: code.replaceAll("'/edgevec/dist/index.js'", "'edgevec'"),
  })),
);
const blocks = [...ofLanguages(SCRIPTS), ...jsdocBlocks];
const modules = modulesOf(blocks);
const htmlModules = modulesOf(scriptsInHtml);
const folder = insidePackage('examples');
const support = join(root, 'ts/test/support/examples');
const TYPES = { 'edgevec-static-model': [join(root, 'examples/static-model/index.d.ts')] };

/** Runs Node, without blocking: examples in pages run at the same time. */
function node(cwd: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

/** Names that only bundlers and TypeScript know, as Node knows these names. */
const forNode = (code: string): string =>
  code
    .replace(
      /^import (\w+) from ['"]edgevec\/[^']+\.wasm(?:\?url)?['"];$/gm,
      "import { wasm as $1 } from '../given/node.js';",
    )
    .replace(/(['"])edgevec-static-model\1/g, `'${pathToFileURL(join(root, 'examples/static-model/src/index.js'))}'`)
    .replace(/(from ['"]\.\.?\/[^'"]*?)(?:\.[jt]sx?)?(['"])/g, '$1.js$2');

async function write(name: string, ending: string, code: string, runs = code): Promise<void> {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, `${name}.${ending}`), code);
  const { code: script } = await transformWithOxc(forNode(runs), `${name}.${ending}`, {
    jsx: { runtime: 'automatic' },
  });
  writeFileSync(join(folder, `${name}.js`), script);
}

beforeAll(async () => {
  cpSync(join(support, 'given'), join(folder, 'given'), { recursive: true });
  cpSync(join(support, 'page.ts'), join(folder, 'page.ts'));
  for (const file of readdirSync(join(support, 'given')).filter((file) => !file.endsWith('.d.ts'))) {
    await write(`given/${file.replace('.ts', '')}`, 'ts', readFileSync(join(support, 'given', file), 'utf8'));
  }
  for (const { name, ending, code, runs } of [...modules, ...htmlModules]) {
    await write(name, ending, code, runs);
    cpSync(join(folder, 'given/text-model.ts'), join(folder, dirname(name), 'model.ts'));
    cpSync(join(folder, 'given/text-model.js'), join(folder, dirname(name), 'model.js'));
  }
  for (const { name, ownFile } of modules) {
    if (ownFile !== undefined) await write(ownFile, 'ts', `export * from './${basename(name)}';\n`);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every language of a block is known', () => {
  const known = [...SCRIPTS, ...OTHERS, 'html', 'json'];
  expect(pageBlocks.filter(({ language }) => !known.includes(language)).map(({ place }) => place)).toEqual([]);
  const lib = readFileSync(join(root, 'rust/edgevec/src/lib.rs'), 'utf8');
  const rust = ofLanguages(['rust']).filter(({ file }) => file !== 'rust/edgevec/README.md');
  expect(rust.map(({ place }) => place)).toEqual([]);
  expect(lib).toContain('#[doc = include_str!("../README.md")]');
});

test('blocks that do not run are known', () => {
  const unrun = [...modules, ...html].filter(({ noRun }) => noRun !== undefined);
  const told = unrun.map(({ place, noRun }) => `${place.replace(/:\d+$/, '')}: ${noRun}`);
  console.log(`${blocks.length + html.length} examples, ${told.length} not run:\n${told.join('\n')}`);
  expect(told.toSorted()).toEqual(NOT_RUN.toSorted());
});

test('each compiles under strict', async () => {
  const compilerOptions = {
    noEmit: true,
    allowImportingTsExtensions: true,
    strict: true,
    skipLibCheck: true,
    target: 'es2022',
    lib: ['esnext', 'dom', 'dom.iterable', 'dom.asynciterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    types: ['node', 'svelte'],
    paths: TYPES,
  };
  const checked = [...modules, ...htmlModules].map(({ name, ending }) => `${name}.${ending}`);
  const files = [
    ...checked,
    ...readdirSync(join(folder, 'given'))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `given/${file}`),
  ];
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  expect(await node(root, 'node_modules/typescript/bin/tsc', '-p', folder)).toBe('');
});

describe('each runs', async () => {
  const runs = modules.filter(({ noRun }) => noRun === undefined);
  const inNode = runs.filter(({ where }) => where === 'node');
  const inPage = runs.filter(({ where }) => where === 'page');
  const pagesOfHtml = html.filter(({ noRun }) => noRun === undefined);
  const hasChromium = (await findBrowser('chromium')) !== undefined;

  describe('in Node', () => {
    let outcomes: Record<string, string>;

    beforeAll(async () => {
      const output = await node(folder, join(support, 'node-runner.mjs'), folder, ...inNode.map(({ name }) => name));
      const file = join(folder, 'outcomes.json');
      if (!existsSync(file)) throw new Error(`The examples have ended their process: ${output}`);
      outcomes = JSON.parse(readFileSync(file, 'utf8'));
    });

    test.each(inNode)('$place', ({ name }: Module) => {
      expect(outcomes[name]).toBe('ran');
    });
  });

  describe.skipIf(!hasChromium)('in a page of Chromium', () => {
    let outcomes: Record<string, string>;

    beforeAll(async () => {
      outcomes = await runInPages(folder, inPage, pagesOfHtml);
    });

    test.each([...inPage, ...pagesOfHtml])('$place', ({ place }) => {
      expect(outcomes[place]).toBe('ran');
    });
  });
});

describe('JSON', () => {
  test.each(ofLanguages(['json']))('$place', ({ code }) => {
    // A part of an object stands without its braces.
    const whole = /^\s*"/.test(code) ? `{${code}}` : code;
    expect(() => JSON.parse(whole)).not.toThrow();
  });

  test.each(html)('$place', ({ code }) => {
    const maps = [...code.matchAll(/<script type="importmap">([\s\S]*?)<\/script>/g)];
    for (const [, map = ''] of maps) expect(() => JSON.parse(map)).not.toThrow();
  });
});

test('commands name scripts and files that exist', () => {
  const { bin = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wrong = pages.flatMap(({ file, text }) => {
    const own = /^examples\/[^/]+/.exec(file)?.[0];
    const apps = readdirSync(join(root, 'examples'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const scripts = [
      ...Object.keys(scriptsOf('.')),
      ...(own === undefined ? apps.map(({ name }) => `examples/${name}`) : [own]).flatMap((folder) =>
        Object.keys(scriptsOf(folder)),
      ),
    ];
    const missing = [
      ...[...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].filter(([, name = '']) => !scripts.includes(name)),
      ...[...text.matchAll(/\bnpx edgevec\b/g)].filter(() => !('edgevec' in bin)),
      ...[...text.matchAll(/\bnode (scripts\/[\w/.-]+\.mjs)/g)].filter(
        ([, path = '']) => !existsSync(join(root, path)),
      ),
    ];
    return missing.map(([command]) => `${file}: ${command}`);
  });
  expect(wrong).toEqual([]);
});
