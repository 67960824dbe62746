/** The published package without a browser: types in a strict project, and Node. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { parseAst } from 'vite';
import { test } from './apps.js';
import { type Consumer, root } from './consumer.js';

const run = promisify(execFile);
let app: Consumer;

test.beforeAll(({ viteApp }) => {
  app = viteApp;
});

/** What TypeScript says of the app, in its own words. @param version the package of TypeScript */
function typeErrors(version: 'typescript' | 'typescript-5', options: readonly string[]): Promise<string> {
  const tsc = join(root, 'node_modules', version, 'bin/tsc');
  return run(process.execPath, [tsc, ...options], { cwd: app.folder }).then(
    ({ stdout }) => stdout,
    (error) => error.stdout || error.message,
  );
}

for (const resolution of ['Bundler', 'NodeNext']) {
  test(`the types hold in a strict project without skipLibCheck (${resolution})`, async () => {
    const module = resolution === 'Bundler' ? 'ESNext' : resolution;
    const options = ['-p', '.', '--moduleResolution', resolution, '--module', module];
    expect(await typeErrors('typescript', options)).toBe('');
  });
}

test('the types hold under the resolution of old bundlers, and in a CommonJS file', async () => {
  const sources = {
    'old.ts': `
      import { EdgeVec } from 'edgevec';
      import { EdgeVec as Inline } from 'edgevec/inline';
      import { EdgeVec as Slim } from 'edgevec/slim';
      import init, { EdgeVec as Index, EdgeVecConfig } from 'edgevec/sync';
      import wasm from 'edgevec/edgevec.wasm';
      export const index = () => init().then(() => new Index<{ title: string }>(new EdgeVecConfig(2)));
      export const open = () => [
        EdgeVec.open<{ title: string }>({ dimensions: 2 }),
        Inline.open({ dimensions: 2 }),
        Slim.open({ dimensions: 2, wasm }),
      ];`,
    'common.cts': `
      import { EdgeVec } from 'edgevec';
      export const open = () => EdgeVec.open<{ title: string }>({ dimensions: 2 });`,
  };
  for (const [name, source] of Object.entries(sources)) await writeFile(join(app.folder, name), source);
  const flags = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable'];
  for (const how of [
    ['--moduleResolution', 'node10', '--module', 'commonjs', 'old.ts'],
    ['--moduleResolution', 'node16', '--module', 'node16', 'old.ts', 'common.cts'],
  ]) {
    expect(await typeErrors('typescript-5', [...flags, ...how])).toBe('');
  }
});

// TypeScript 7 asks to be told that the command line has all options.
for (const [version, own] of [
  ['typescript', ['--ignoreConfig']],
  ['typescript-5', []],
] as const) {
  test(`the types hold in a project for Node without the types of browsers (${version})`, async () => {
    await writeFile(
      join(app.folder, 'server.ts'),
      `
      import { EdgeVec } from 'edgevec';
      import { EdgeVec as Slim } from 'edgevec/slim';
      import init, { EdgeVec as Index, EdgeVecConfig } from 'edgevec/sync';
      export async function search(wasm: Uint8Array) {
        await init(wasm);
        new Index(new EdgeVecConfig(2)).search([1, 2], 3);
        const db = await EdgeVec.open<{ title: string }>({ dimensions: 2 });
        await Slim.open({ dimensions: 2, wasm });
        return db.search([1, 2], { k: 3, filter: { title: 'a' } });
      }`,
    );
    const flags = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022', '--module', 'nodenext'];
    const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
    expect(await typeErrors(version, [...own, ...flags, ...types, 'server.ts'])).toBe('');
  });
}

/** Runs a module or a script in the folder of the app. What the code prints is JSON. */
async function printed(type: 'module' | 'commonjs', source: string, flags: string[] = []): Promise<unknown> {
  const { stdout } = await run(process.execPath, [...flags, `--input-type=${type}`, '--eval', source], {
    cwd: app.folder,
  });
  return JSON.parse(stdout);
}

/**
 * Prints the nearest row, the row with a word, whether errors have the exported class, and the
 * names of the exports.
 */
const SEARCH = `
  async function search(all) {
    const { EdgeVec, EdgeVecError } = all;
    const db = await EdgeVec.open({ dimensions: 2, text: ['title'] });
    await db.insert([{ id: 'a', vector: [1, 0] }, { id: 'b', vector: [0, 1], metadata: { title: 'North' } }]);
    const [{ id }] = await db.search([1, 0.1], 1);
    const [{ id: word }] = await db.search({ text: 'north' });
    await db.close();
    const error = await EdgeVec.open({}).catch((reason) => reason);
    console.log(JSON.stringify([id, word, error instanceof EdgeVecError, ...Object.keys(all).sort()]));
  }`;

/** What each entry prints: all entries export the same. */
const FOUND = ['a', 'b', true, 'EdgeVec', 'EdgeVecConfig', 'EdgeVecError', 'default', 'vectorsOf'];

test('require gives the module that import gives', async () => {
  const source = `
    const { EdgeVec } = require('edgevec');
    import('edgevec').then((module) => console.log(JSON.stringify(module.EdgeVec === EdgeVec)));`;
  expect(await printed('commonjs', source)).toBe(true);
});

test('the CommonJS file searches, for tools that cannot require modules', async () => {
  const file = join(app.folder, 'node_modules/edgevec/dist/cjs/index.js');
  expect(await printed('commonjs', `${SEARCH} search(require(${JSON.stringify(file)}));`)).toEqual(FOUND);
});

test('edgevec/inline is a single file, and searches', async () => {
  const file = await readFile(join(app.folder, 'node_modules/edgevec/dist/inline.js'), 'utf8');
  const program = JSON.stringify(parseAst(file));
  expect(program).not.toContain('"type":"ImportDeclaration"');
  // Of the imports at run time, only the module of a tokenizer, whose address the caller passes.
  const imported = program.split('"type":"ImportExpression",').slice(1);
  expect(imported.filter((rest) => !rest.startsWith('"source":{"type":"Identifier"'))).toEqual([]);
  expect(program).toContain('"type":"ExportNamedDeclaration"');
  expect(await printed('module', `${SEARCH} import * as all from 'edgevec/inline'; await search(all);`)).toEqual(FOUND);
});

test('with the condition "workerd", the platform compiles the engine', async () => {
  // As in Cloudflare Workers, a .wasm file is a compiled module.
  const hooks = `
    export async function load(url, context, next) {
      if (!url.endsWith('.wasm')) return next(url, context);
      const source = \`
        import { readFileSync } from 'node:fs';
        export default new WebAssembly.Module(readFileSync(new URL(\${JSON.stringify(url)})));\`;
      return { format: 'module', source, shortCircuit: true };
    }`;
  const source = `
    ${SEARCH}
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
    await search(await import('edgevec'));`;
  expect(await printed('module', source, ['--conditions=workerd'])).toEqual(FOUND);
  expect(await printed('module', `${SEARCH} import * as all from 'edgevec'; await search(all);`)).toEqual(FOUND);
});

test('Node imports the package and searches', async () => {
  const source = `
    import { EdgeVec } from 'edgevec';
    const db = await EdgeVec.open({ dimensions: 2 });
    await db.insert([{ id: 'a', vector: [1, 0] }, { id: 'b', vector: [0, 1] }]);
    const hits = await db.search([1, 0.1], 1);
    console.log(JSON.stringify({ ids: hits.map((hit) => hit.id), host: (await db.stats()).host }));
    await db.close();`;
  expect(await printed('module', source)).toEqual({ ids: ['a'], host: 'in-thread' });
});

test('edgevec/sync runs the quick start of the articles, and edgevec opens the saved index', async () => {
  const source = `
    import init, { EdgeVec, EdgeVecConfig, EdgeVecError } from 'edgevec/sync';
    import * as main from 'edgevec';
    const vector = new Float32Array(128).fill(0.5);
    await init();
    const config = new EdgeVecConfig(128);
    config.metric = 'cosine';
    const index = new EdgeVec(config);
    const id = index.insert(vector);
    const found = index.search(vector, 10).map((hit) => hit.id);
    await index.save('my-index');
    const loaded = await EdgeVec.load('my-index');
    const db = await main.EdgeVec.open({ name: 'my-index' });
    const count = await db.count();
    await db.close();
    await main.EdgeVec.drop('my-index');
    const wrong = (() => { try { main.default(); } catch (error) { return error; } })();
    const isSameClass = main.EdgeVecError === EdgeVecError && wrong instanceof EdgeVecError;
    console.log(JSON.stringify([id, found, loaded.size, count, isSameClass, wrong.message]));`;
  const printedOut = (await printed('module', source)) as [...unknown[], string];
  expect(printedOut.slice(0, 5)).toEqual([0, [0], 1, 1, true]);
  expect(printedOut.at(-1)).toContain("'edgevec/sync'");
});

test('the CommonJS files have one class of errors, and a synchronous index', async () => {
  const folder = JSON.stringify(join(app.folder, 'node_modules/edgevec/dist/cjs/'));
  const source = `
    const main = require(${folder} + 'index.js');
    const { default: init, EdgeVec, EdgeVecConfig, EdgeVecError } = require(${folder} + 'sync.js');
    init().then(() => {
      const index = new EdgeVec(new EdgeVecConfig(2));
      index.insert([1, 0]);
      const ids = index.search([1, 0], 1).map((hit) => hit.id);
      console.log(JSON.stringify([ids, main.EdgeVecError === EdgeVecError, main.EdgeVec === EdgeVec]));
    });`;
  expect(await printed('commonjs', source)).toEqual([[0], true, false]);
});

test('edgevec/sync can be required', async () => {
  const source = `
    const { default: init, EdgeVec, EdgeVecConfig } = require('edgevec/sync');
    init().then(() => {
      const index = new EdgeVec(new EdgeVecConfig(2));
      index.insert([1, 0]);
      console.log(JSON.stringify(index.search([1, 0], 1).map((hit) => hit.id)));
    });`;
  expect(await printed('commonjs', source)).toEqual([0]);
});

const IMPORT = `
  async function run({ readNpy }) {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }".padEnd(117) + '\\n';
    const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0);
    const { EdgeVec } = await import('edgevec');
    const records = await readNpy(new Blob([start, header, Float32Array.of(3, 4)]));
    const db = await EdgeVec.open({ dimensions: records.dimensions, metric: 'euclidean' });
    await db.insert(records);
    const [hit] = await db.search([3, 4], { k: 1, includeVectors: true });
    console.log(JSON.stringify([...hit.vector]));
    await db.close();
  }`;

test('edgevec/import reads files, imported and required', async () => {
  expect(await printed('module', `${IMPORT} import * as all from 'edgevec/import'; await run(all);`)).toEqual([3, 4]);
  // Tools such as Jest take the CommonJS files.
  const file = join(app.folder, 'node_modules/edgevec/dist/cjs/import.js');
  expect(await printed('commonjs', `${IMPORT} run(require(${JSON.stringify(file)}));`)).toEqual([3, 4]);
});

test('edgevec/import reads Parquet by a chunk of its own', async () => {
  const file = JSON.stringify(join(root, 'ts/test/files/lists.parquet'));
  const run = `readParquet(${file}, { id: 'id' }).then(({ rows, dimensions }) => console.log(JSON.stringify([rows, dimensions])))`;
  expect(await printed('module', `import { readParquet } from 'edgevec/import'; await ${run};`)).toEqual([5, 3]);
  const common = JSON.stringify(join(app.folder, 'node_modules/edgevec/dist/cjs/import.js'));
  expect(await printed('commonjs', `const { readParquet } = require(${common}); ${run};`)).toEqual([5, 3]);
});

const LANGCHAIN = `
  async function run({ EdgeVecStore }) {
    const embeddings = { embedDocuments: async (texts) => texts.map(() => [1, 2]), embedQuery: async () => [1, 2] };
    const store = await EdgeVecStore.fromTexts(['tea'], { year: 1990 }, embeddings, {});
    const [{ pageContent, metadata }] = await store.similaritySearch('tea', 1);
    console.log(JSON.stringify({ pageContent, metadata }));
    await store.close();
  }`;

test('edgevec/langchain keeps documents, imported and required', async () => {
  await mkdir(join(app.folder, 'node_modules/@langchain'), { recursive: true });
  await symlink(
    join(root, 'node_modules/@langchain/core'),
    join(app.folder, 'node_modules/@langchain/core'),
    'junction',
  );
  const found = { pageContent: 'tea', metadata: { year: 1990 } };
  const module = `${LANGCHAIN} import * as all from 'edgevec/langchain'; await run(all);`;
  expect(await printed('module', module)).toEqual(found);
  const file = join(app.folder, 'node_modules/edgevec/dist/cjs/langchain.js');
  expect(await printed('commonjs', `${LANGCHAIN} run(require(${JSON.stringify(file)}));`)).toEqual(found);
});

test('edgevec/transformers embeds with the library that the caller passes', async () => {
  const source = `
    async function embed({ embedder }, { EdgeVecError }) {
      const run = async (texts) => ({ dims: [texts.length, 2], data: texts.flatMap((text) => [text.length, 1]) });
      const transformers = { env: {}, pipeline: async () => run };
      const model = await embedder('fake', { transformers });
      const error = await embedder('fake', { devise: 'cpu' }).catch((reason) => reason);
      console.log(JSON.stringify([[...(await model.embed('tea'))], error instanceof EdgeVecError]));
    }`;
  const loads = "import * as a from 'edgevec/transformers'; import * as b from 'edgevec'; await embed(a, b);";
  expect(await printed('module', `${source} ${loads}`)).toEqual([[3, 1], true]);
  const requires = "embed(require('edgevec/transformers'), require('edgevec'));";
  expect(await printed('commonjs', `${source} ${requires}`)).toEqual([[3, 1], true]);
});
