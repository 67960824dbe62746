// Importing the package has no side effect: server rendering, tests and tools import the package
// outside browsers.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, parseAst } from 'vite';
import { expect, test } from 'vitest';
import { edgevec } from '../../build/plugins.js';

const source = fileURLToPath(new URL('../../src/', import.meta.url));
const manifest = JSON.parse(readFileSync(fileURLToPath(new URL('../../../package.json', import.meta.url)), 'utf8'));

const bundles = new Map<string, ReturnType<typeof make>>();

/** Each entry is bundled once. */
function bundle(entry: string): ReturnType<typeof make> {
  const made = bundles.get(entry) ?? make(entry);
  bundles.set(entry, made);
  return made;
}

async function make(entry: string) {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: edgevec(),
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: `${source}${entry}`, formats: ['es'], fileName: 'entry' },
    },
  });
  const [first] = Array.isArray(result) ? result : [result];
  if (first === undefined || !('output' in first)) throw new Error('not built');
  return first.output.filter((file) => file.type === 'chunk');
}

// Evaluates the chunks in a context without host globals. Touching a host global at import throws.
const EVALUATE = `
import { readFileSync } from 'node:fs';
import { createContext, SourceTextModule } from 'node:vm';
const { entry, chunks } = JSON.parse(readFileSync(0, 'utf8'));
const context = createContext({}, { codeGeneration: { strings: false, wasm: false } });
const module = new SourceTextModule(chunks[entry], { context });
await module.link((specifier) => new SourceTextModule(chunks[specifier.replace('./', '')], { context }));
await module.evaluate();
console.log(JSON.stringify(Object.keys(module.namespace).sort()));
`;

test.each(['index.ts', 'slim.ts'])('%s evaluates in plain JavaScript without host globals', async (entry) => {
  const chunks = await bundle(entry);
  const input = JSON.stringify({
    entry: chunks.find((chunk) => chunk.isEntry)?.fileName,
    chunks: Object.fromEntries(chunks.map(({ fileName, code }) => [fileName, code])),
  });
  const node = ['--no-warnings', '--experimental-vm-modules', '--input-type=module', '--eval', EVALUATE];
  const exported = execFileSync(process.execPath, node, { input, encoding: 'utf8' });
  // `default` and `EdgeVecConfig` name the entry that has them.
  expect(JSON.parse(exported)).toEqual(['EdgeVec', 'EdgeVecConfig', 'EdgeVecError', 'default', 'vectorsOf']);
});

test('slim carries no engine, and the default entry loads the engine as a separate chunk', async () => {
  const has = (chunks: Awaited<ReturnType<typeof bundle>>) =>
    chunks.filter(({ moduleIds }) => moduleIds.some((id) => id.includes('wasm/simd128')));
  expect(has(await bundle('slim.ts'))).toEqual([]);
  const inline = has(await bundle('index.ts'));
  expect(inline.map(({ isEntry, isDynamicEntry }) => [isEntry, isDynamicEntry])).toEqual([[false, true]]);
});

/** Whether the code awaits outside every function. */
function awaitsAtTop(code: string): boolean {
  const awaits = (node: unknown): boolean => {
    if (typeof node !== 'object' || node === null) return false;
    const { type, await: awaited } = node as { type?: string; await?: boolean };
    if (type === 'AwaitExpression' || (type === 'ForOfStatement' && awaited)) return true;
    // Functions and methods run later. Only the other parts of a class run at once.
    if (type?.includes('Function')) return false;
    return Object.values(node).some(awaits);
  };
  return awaits(parseAst(code, { sourceType: 'module' }));
}

test.each([
  ['await x', true],
  ['export const a = [1, { b: await x }]', true],
  ['if (x) { for await (const y of x); }', true],
  ['class A { static { f(); } [await x]() {} }', true],
  ['for (const y of x); const f = async () => await x; async function g() { for await (const y of x); }', false],
  ['class A { async f() { await x; } g = async () => await x; }', false],
])('%s: awaits at top, %s', (code, expected) => {
  expect(awaitsAtTop(code)).toBe(expected);
});

test.each(['index.ts', 'slim.ts', 'host/worker/worker.ts'])('%s awaits nothing at its top level', async (entry) => {
  for (const { fileName, code } of await bundle(entry)) expect(awaitsAtTop(code), fileName).toBe(false);
});

test('only entries without exports have side effects', async () => {
  const exporting = await Promise.all(
    Object.entries({ index: 'index.ts', slim: 'slim.ts', worker: 'host/worker/worker.ts' }).map(
      async ([name, entry]) => [name, (await bundle(entry)).find(({ isEntry }) => isEntry)?.exports.length] as const,
    ),
  );
  const silent = exporting.filter(([, count]) => count === 0).map(([name]) => `./dist/${name}.js`);
  expect(manifest.sideEffects).toEqual(silent);
});
