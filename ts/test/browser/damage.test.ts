import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec, type EdgeVecEvent } from '../../src/index.js';
import { defineDamageSuite } from '../suites/damage.js';
import { failure } from '../support/open.js';
import { inIndexedDb } from '../support/tampering.js';

defineDamageSuite('worker', { worker: true }, inIndexedDb);

test('values other than bytes are damage: in the log they end the log, elsewhere nothing opens', async () => {
  const name = `no-bytes-${Date.now()}`;
  onTestFinished(() => EdgeVec.drop(name));
  const db = await EdgeVec.open({ name, dimensions: 2 });
  await db.upsert({ id: 'saved', vector: [1, 2] });
  await db.save();
  for (const id of ['a', 'b', 'c']) await db.upsert({ id, vector: [1, 2] });
  await db.close();
  const whole = await inIndexedDb.read(name);
  const keys = [...whole.keys()];
  for (const value of ['text', {}, null, new ArrayBuffer(8), 7, new Float32Array(2)]) {
    for (const key of keys) {
      await inIndexedDb.write(name, new Map([...whole, [key, value]]));
      const events: EdgeVecEvent[] = [];
      const opening = (): Promise<EdgeVec> =>
        EdgeVec.load(name, { worker: false, onEvent: (event) => void events.push(event) });
      if (key.startsWith('log/')) {
        const again = await opening();
        const rows =
          keys
            .filter((other) => other.startsWith('log/'))
            .sort()
            .indexOf(key) + 1;
        expect(await again.count()).toBe(rows);
        await again.close();
        expect(events).toMatchObject([{ type: 'log-damaged', lost: 4 - rows }]);
      } else if (/-(8|9|10)-0$/.test(key)) {
        // Opening does not need the graph.
        const again = await opening();
        expect(await again.count()).toBe(4);
        await again.close();
      } else if (bytesOf(whole.get(key)) > 0) {
        await failure(opening, 'DAMAGED');
      }
    }
  }
});

const bytesOf = (value: unknown): number => (value as Uint8Array).length;
