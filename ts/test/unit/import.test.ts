// Importing the package does nothing: server rendering, tests and tools import it where no browser is.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { edgevec } from '../../build/plugins.js';

const source = fileURLToPath(new URL('../../src/', import.meta.url));

async function bundle(entry: string) {
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

// Evaluates the chunks in a context without a single host global: touching one at import throws.
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

test.each(['index.ts', 'slim.ts'])('%s evaluates where there is nothing but JavaScript', async (entry) => {
  const chunks = await bundle(entry);
  const input = JSON.stringify({
    entry: chunks.find((chunk) => chunk.isEntry)?.fileName,
    chunks: Object.fromEntries(chunks.map(({ fileName, code }) => [fileName, code])),
  });
  const node = ['--no-warnings', '--experimental-vm-modules', '--input-type=module', '--eval', EVALUATE];
  const exported = execFileSync(process.execPath, node, { input, encoding: 'utf8' });
  expect(JSON.parse(exported)).toEqual(['EdgeVec', 'EdgeVecError']);
});

test('slim carries no engine, and the default entry carries it in a chunk of its own', async () => {
  const has = (chunks: Awaited<ReturnType<typeof bundle>>) =>
    chunks.filter(({ moduleIds }) => moduleIds.some((id) => id.includes('wasm/simd128')));
  expect(has(await bundle('slim.ts'))).toEqual([]);
  const inline = has(await bundle('index.ts'));
  expect(inline.map(({ isEntry, isDynamicEntry }) => [isEntry, isDynamicEntry])).toEqual([[false, true]]);
});

test('no source file awaits at its top level', () => {
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.ts'))
      expect(readFileSync(`${source}${file}`, 'utf8'), file).not.toMatch(/^(await|const .* = await) /m);
  }
});
