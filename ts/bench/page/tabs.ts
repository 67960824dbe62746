/**
 * Measures the calls of tabs that write at once. Each tab is a handle with a worker of its own:
 * handles share no more than two pages of a site share.
 */
import { EdgeVec } from '../../src/index';
import type { TabsAsked, TabsMeasured, Writes } from '../node/tabs';

async function measureTabs({ tabs, seconds, dimensions }: TabsAsked): Promise<TabsMeasured> {
  const name = `tabs-${Date.now()}`;
  const most = Math.max(...tabs.map(({ rows }) => rows));
  const vectors = Array.from({ length: most }, () =>
    Float32Array.from({ length: dimensions }, () => Math.random() - 0.5),
  );
  const handles: EdgeVec[] = [];
  for (const _ of tabs) handles.push(await EdgeVec.open({ name, dimensions, worker: true, onEvent: () => {} }));
  const end = performance.now() + seconds * 1000;
  const write = async (db: EdgeVec, { rows, pauseMs }: Writes, tab: number) => {
    let calls = 0;
    let longestMs = 0;
    for (; performance.now() < end; calls++) {
      // A call of many rows replaces the rows of the last call. A call of a single row adds a row.
      const records = vectors.slice(0, rows).map((vector, i) => ({ id: `${tab} ${rows === 1 ? calls : i}`, vector }));
      const start = performance.now();
      await db.upsert(records);
      longestMs = Math.max(longestMs, performance.now() - start);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return { calls, longestMs };
  };
  const measured = await Promise.all(tabs.map((writes, tab) => write(handles[tab] as EdgeVec, writes, tab)));
  await Promise.all(handles.map((db) => db.close()));
  await EdgeVec.drop(name);
  return measured;
}

Object.assign(globalThis, { measureTabs });
