// Clears the data of a site while its page stays open, as a log-out with `Clear-Site-Data:
// "storage"` does. In Chromium, workers started afterwards share no locks with the page.

import { describe, expect, onTestFinished, test } from 'vitest';
import { cdp, server } from 'vitest/browser';
import { EdgeVec, type EdgeVecEvent } from '../../src/index.js';
import { clustered } from '../support/vectors.js';

const rows = clustered(100, 16).map((vector) => ({ vector }));

async function opened(name?: string) {
  const events: EdgeVecEvent[] = [];
  const db = await EdgeVec.open({ dimensions: 16, ...(name && { name }), onEvent: (event) => events.push(event) });
  onTestFinished(() => db.close());
  await db.insert(rows);
  return { db, events };
}

// The others let no test clear a site.
describe.runIf(server.browser === 'chromium')('After the site’s data is cleared', () => {
  test('databases in memory continue, and new databases run in workers', async () => {
    const before = await opened();
    const { send } = cdp() as unknown as { send(method: string, params: object): Promise<unknown> };
    await send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'all' });
    expect([await before.db.count(), before.events]).toEqual([rows.length, []]);
    const after = [];
    for (let i = 0; i < 10; i++) after.push(await opened(i % 2 === 0 ? undefined : `cleared-${i}`));
    for (const { db, events } of after) {
      expect([db.host, await db.count(), events]).toEqual(['worker', rows.length, []]);
    }
    expect([await before.db.count(), before.events]).toEqual([rows.length, []]);
    for (const { db } of after) await db.close();
    for (const name of await EdgeVec.list()) await EdgeVec.drop(name);
  });
});
