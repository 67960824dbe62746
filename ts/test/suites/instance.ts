// The database as an object: in consoles, behind proxies, and with methods taken off.

import { describe, expect, test, vi } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import type { Open } from '../support/open.js';

/** @param where the options that say where stored databases are */
export function defineInstanceSuite(label: string, open: Open, where: { directory?: string } = {}): void {
  describe(`The database as an object, ${label}`, () => {
    test('own properties tell name, dimensions, metric and host', async () => {
      const db = await open({ dimensions: 3, metric: 'dot' });
      const { host } = db;
      expect({ ...db }).toEqual({ dimensions: 3, metric: 'dot', host });
      expect([db.name, 'name' in db]).toEqual([undefined, true]);
      expect(Object.prototype.toString.call(db)).toBe('[object EdgeVec]');
      expect(() => Object.assign(db, { dimensions: 4 })).toThrow(TypeError);
      const name = `instance-${host}`;
      const stored = await EdgeVec.open({ name, dimensions: 3, worker: host === 'worker', ...where });
      try {
        expect({ ...stored }).toEqual({ name, dimensions: 3, metric: 'cosine', host });
      } finally {
        await stored.close();
        await EdgeVec.drop(name, where);
      }
    });

    test('methods work without the object', async () => {
      const { insert, search, count, scan, get, has, close } = await open({ dimensions: 2 });
      expect(await insert({ id: 'a', vector: [1, 1] })).toBe('a');
      expect(await Promise.all([count(), has('a')])).toEqual([1, true]);
      expect((await search([1, 1])).map(({ id }) => id)).toEqual(['a']);
      for await (const { id } of scan()) expect(await get(id)).toMatchObject({ id: 'a' });
      await close();
    });

    test('methods and properties work through a proxy', async () => {
      const db = await open({ dimensions: 2 });
      const proxy = new Proxy(db, {});
      await proxy.insert({ id: 'a', vector: [1, 1] });
      expect([proxy.dimensions, proxy.metric, proxy.host, await proxy.count()]).toEqual([2, 'cosine', db.host, 1]);
      expect((await proxy.search([1, 1]))[0]?.id).toBe('a');
      expect(await new Response(proxy.export()).arrayBuffer()).toEqual(await new Response(db.export()).arrayBuffer());
      await proxy.close();
    });

    test('a method of the class, or of a single database, can be replaced in a test', async () => {
      const db = await open({ dimensions: 2 });
      const ofClass = vi.spyOn(EdgeVec.prototype, 'count').mockResolvedValue(7);
      expect(await db.count()).toBe(7);
      ofClass.mockRestore();
      expect(await db.count()).toBe(0);
      const ofObject = vi.spyOn(db, 'count').mockResolvedValue(8);
      expect(await db.count()).toBe(8);
      ofObject.mockRestore();
      expect(await db.count()).toBe(0);
    });
  });
}
