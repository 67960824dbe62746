// `edgevec/slim`: each way to supply the engine, and each way to fail.

import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec, type WasmSource } from '../../src/slim.js';
import { failure } from '../support/open.js';

const bytesOf = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(fileURLToPath(new URL(`../../../rust/target/edgevec-wasm/${name}`, import.meta.url))));
const [bytes, textBytes] = await Promise.all([bytesOf('simd128.wasm'), bytesOf('text.wasm')]);
const response = (type: string, status = 200) => new Response(bytes, { status, headers: { 'content-type': type } });

async function works(wasm: WasmSource): Promise<void> {
  const db = await EdgeVec.open({ dimensions: 2, wasm });
  await db.insert({ vector: [1, 2] });
  expect(await db.search([1, 2])).toHaveLength(1);
  await db.close();
}

test('accepts a module, bytes, a response, or a promise of any of the three', async () => {
  await works(await WebAssembly.compile(bytes));
  await works(bytes);
  await works(bytes.slice().buffer);
  await works(response('application/wasm'));
  await works(Promise.resolve(response('application/wasm')));
  await works(response('application/octet-stream'));
});

test('takes an address', async () => {
  const fetched: unknown[] = [];
  const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    fetched.push(input);
    return response('application/wasm');
  });
  onTestFinished(() => fetch.mockRestore());
  const url = new URL('https://example.test/edgevec.wasm');
  await works(url);
  await works('/edgevec.wasm');
  expect(fetched).toEqual([url, '/edgevec.wasm']);
});

test('names the fault of an unusable engine', async () => {
  const open = (wasm: unknown) => () => EdgeVec.open({ dimensions: 2, wasm: wasm as WasmSource });
  for (const wasm of [undefined, null, 7, {}, Promise.resolve('text')]) await failure(open(wasm), 'INVALID_OPTIONS');
  const missing = await failure(open(new Response('', { status: 404 })), 'ENGINE_LOAD_FAILED');
  expect(missing.problem).toContain('404');
  await failure(open(new Uint8Array(100)), 'ENGINE_LOAD_FAILED');
  await failure(open(response('application/wasm', 500)), 'ENGINE_LOAD_FAILED');
  await failure(open(Promise.reject(new TypeError('offline'))), 'ENGINE_LOAD_FAILED');
  // A valid module without an engine.
  const other = await failure(open(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)), 'ENGINE_LOAD_FAILED');
  expect(other.remedy).toContain('same package version');
  await failure(() => EdgeVec.open({ dimensions: 0, wasm: bytes }), 'INVALID_OPTIONS');
});

test('takes the engine of text search, only for a database with text search', async () => {
  const open = (textWasm: unknown, wasm: WasmSource = bytes) =>
    EdgeVec.open<{ body: string }>({ dimensions: 2, text: ['body'], wasm, textWasm: textWasm as WasmSource });
  for (const textWasm of [textBytes, await WebAssembly.compile(textBytes), new Response(textBytes)]) {
    const db = await open(textWasm);
    await db.insert({ id: 'a', vector: [1, 2], metadata: { body: 'white whale' } });
    expect(await db.search({ text: 'whale' })).toMatchObject([{ id: 'a' }]);
    await db.close();
  }
  const missing = await failure(() => open(undefined), 'INVALID_OPTIONS');
  expect(missing.problem).toContain('textWasm');
  expect(missing.remedy).toContain('edgevec-text.wasm');
  await failure(() => open(new Response('', { status: 404 })), 'ENGINE_LOAD_FAILED');
  await failure(() => open(Promise.reject(new TypeError('offline'))), 'ENGINE_LOAD_FAILED');
  // Neither engine passes for the other.
  await failure(() => open(bytes), 'ENGINE_LOAD_FAILED');
  await failure(() => open(textBytes, textBytes), 'ENGINE_LOAD_FAILED');
  await works(bytes);
});

test('salvages a stored database', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'edgevec-slim-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const stored = await EdgeVec.open({ name: 'notes', dimensions: 2, directory, wasm: bytes });
  await stored.insert({ id: 'a', vector: [1, 2] });
  await stored.close();
  const { db, report } = await EdgeVec.salvage('notes', { directory, wasm: bytes });
  onTestFinished(() => db.close());
  expect(report).toEqual({ rows: 1, entries: 1, setAside: 0, isWhole: true, losses: [] });
  expect(await db.get('a')).toMatchObject({ vector: Float32Array.of(1, 2) });
  await failure(() => EdgeVec.salvage('notes', { directory } as never), 'INVALID_OPTIONS');
});
