/**
 * Facts about the platform. EdgeVec relies on these facts, so a failure here explains most other
 * failures.
 */
import { expect, test } from 'vitest';

/** A module with a splat of an i32. The module is valid only with simd128. */
const SIMD = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x0a, 0x01, 0x08, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0xfd, 0x62, 0x0b],
);

async function inWorker(source: string, type: WorkerType, input: unknown): Promise<unknown> {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url, { type });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = (event) => resolve(event.data);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(input);
    });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}

test('WebAssembly has simd128', () => {
  expect(WebAssembly.validate(SIMD)).toBe(true);
});

test('a stream is decompressed', async () => {
  const text = 'edgevec '.repeat(1000);
  const packed = new Response(text).body?.pipeThrough(new CompressionStream('gzip'));
  const unpacked = packed?.pipeThrough(new DecompressionStream('gzip'));
  expect(await new Response(unpacked).text()).toBe(text);
});

test.each(['classic', 'module'] as const)('a %s worker starts from a blob', async (type) => {
  expect(await inWorker('onmessage = (event) => postMessage(event.data + 1)', type, 41)).toBe(42);
});

test('a compiled module is posted to a worker', async () => {
  const module = await WebAssembly.compile(SIMD);
  const source = 'onmessage = async ({ data }) => postMessage(String(await WebAssembly.instantiate(data)))';
  expect(await inWorker(source, 'classic', module)).toBe('[object WebAssembly.Instance]');
});

test('values are cloned with their types', () => {
  const value = {
    when: new Date(0),
    tags: new Set(['a']),
    vector: Float32Array.of(1, 2),
    nested: new Map([['k', [1]]]),
  };
  expect(structuredClone(value)).toEqual(value);
  expect(() => structuredClone({ call: () => 0 })).toThrow();
});

test('the page is cross-origin isolated', () => {
  expect(crossOriginIsolated).toBe(true);
  expect(new SharedArrayBuffer(8).byteLength).toBe(8);
});
