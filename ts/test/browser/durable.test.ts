import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { defineDurableSuite } from '../suites/durable.js';

defineDurableSuite('worker', { worker: true });

// Chromium stores no value of more than 128 MiB, or a little less.
test.runIf(navigator.userAgent.includes('Chrome'))(
  'a block of rows with more metadata than fits into a single value is saved and loaded',
  async () => {
    const name = `durable-large-${Date.now()}`;
    onTestFinished(() => EdgeVec.drop(name));
    const db = await EdgeVec.open<{ n: number; text: string }>({ name, dimensions: 2 });
    const text = 'x'.repeat(1e6);
    for (let n = 0; n < 150; n += 10) {
      await db.insert(
        Array.from({ length: 10 }, (_, i) => ({ id: n + i, vector: [n + i, 1], metadata: { n: n + i, text } })),
      );
    }
    await db.save();
    await db.close();
    const again = await EdgeVec.open<{ n: number; text: string }>({ name });
    onTestFinished(() => again.close());
    expect(await again.count()).toBe(150);
    for (const n of [0, 77, 149]) expect((await again.get(n))?.metadata).toEqual({ n, text });
    expect((await again.stats()).storage.bytes).toBeGreaterThan(150e6);
  },
  60_000,
);
