// Damages a stored database at random. The database then opens with the writes from before the
// damage, or refuses to open and changes nothing. In the second case, all rows are back after the
// damage is undone, and until then `salvage` returns the readable rows.

import { expect, onTestFinished, test } from 'vitest';
import { encodeFrame } from '../../src/format/entry.js';
import { EdgeVec } from '../../src/index.js';
import { bytesAt, entryOf, flipped, frameOf, same, type Tampering, type Values } from '../support/tampering.js';
import { random } from '../support/vectors.js';
import type { Kept } from './durable.js';

let names = 0;

/** Rows in the checkpoint, and in the log. */
const SAVED = 5;
const LOGGED = 6;

type DrawBelow = (below: number) => number;

/** Damages the values. The first word of the result names the damaged part. */
function damage(values: Values, tampering: Tampering, pick: DrawBelow): string {
  const chunks = [...values.keys()].filter((key) => key.startsWith('chunks/')).sort();
  const chunk = chunks[pick(chunks.length)] as string;
  const kind = pick(8);
  if (kind === 0) {
    values.delete(chunk);
    return `chunk away: ${chunk}`;
  }
  if (kind === 1) {
    const bytes = bytesAt(values, chunk);
    if (bytes.length > 0) values.set(chunk, flipped(bytes, pick(bytes.length)));
    return `chunk changed: ${chunk}`;
  }
  if (kind === 2) {
    const bytes = bytesAt(values, chunk);
    values.set(chunk, bytes.slice(0, pick(bytes.length)));
    return `chunk cut: ${chunk}`;
  }
  if (kind === 3) {
    tampering.loseHead(values);
    return 'head away';
  }
  if (kind === 4) {
    tampering.append(values, (seq) => frameOf(seq, JSON.stringify({ ...entryOf(), kind: 'merge', parts: [] })));
    tampering.append(values, (seq) => encodeFrame(seq, entryOf()));
    return 'entry of another version';
  }
  if (kind === 5) {
    // A frame with a valid checksum, but with the number of another entry.
    tampering.append(values, () => encodeFrame(1, entryOf()));
    return 'log: an entry in the place of another';
  }
  const back = pick(LOGGED);
  tampering.flipEntry(values, back);
  return `log: entry changed, ${back} before the last`;
}

export function defineRandomDamage(label: string, kept: Kept, tampering: Tampering, runs: number): void {
  test(`Random damage, ${label}`, async () => {
    const name = `drawn-${Date.now()}-${names++}`;
    const where = kept.directory === undefined ? {} : { directory: kept.directory };
    onTestFinished(() => EdgeVec.drop(name, where));
    const saved = Array.from({ length: SAVED }, (_, n) => `saved${n}`);
    const logged = Array.from({ length: LOGGED }, (_, n) => `logged${n}`);
    const db = await EdgeVec.open({ ...kept, name, dimensions: 2, metric: 'euclidean' });
    await db.upsert(saved.map((id, n) => ({ id, vector: [n, 1], metadata: { id } })));
    await db.save();
    for (const [n, id] of logged.entries()) await db.upsert({ id, vector: [n, 2], metadata: { id } });
    await db.close();
    const whole = await tampering.read(name);
    const next = random(23);
    const outcomes = new Map<string, number>();
    for (let run = 0; run < runs; run++) {
      const values: Values = new Map(whole);
      const what = damage(values, tampering, (below) => Math.floor(next() * below));
      const place = `run ${run}, ${what}`;
      await tampering.write(name, values);
      const given = await EdgeVec.salvage(name, { ...kept, dimensions: 2, metric: 'euclidean' });
      const back = await idsOf(given.db);
      expect(same(await tampering.read(name), values), `${place}: salvage changes nothing`).toBe(true);
      await given.db.close();
      const opened = await EdgeVec.load(name, { ...kept, onEvent: () => {} }).catch(
        (error) => error as { code: string },
      );
      if (opened instanceof EdgeVec) {
        const ids = await idsOf(opened);
        // The rows of the checkpoint, and the entries of the log up to some entry.
        expect([...saved, ...logged].slice(0, ids.length), place).toEqual(ids.filter((id) => id !== 'entry'));
        expect(ids.length, place).toBeGreaterThanOrEqual(SAVED);
        if (!what.startsWith('log')) expect(ids, place).toEqual([...saved, ...logged]);
        await opened.close();
        outcomes.set('opens', (outcomes.get('opens') ?? 0) + 1);
      } else {
        expect(['DAMAGED', 'UNSUPPORTED_FORMAT'], place).toContain(opened.code);
        expect(what.startsWith('log'), place).toBe(false);
        expect(same(await tampering.read(name), values), `${place}: nothing is changed`).toBe(true);
        await tampering.write(name, whole);
        const again = await EdgeVec.load(name, kept);
        expect(await idsOf(again), `${place}, and undone`).toEqual([...saved, ...logged]);
        await again.close();
        outcomes.set(opened.code, (outcomes.get(opened.code) ?? 0) + 1);
      }
      // A damaged log costs a single entry. A damaged chunk costs no entry.
      const rescued = new Set(back);
      const logs = logged.filter((id) => rescued.has(id)).length;
      const saves = saved.filter((id) => rescued.has(id)).length;
      if (what.startsWith('chunk')) expect(logs, place).toBe(LOGGED);
      else if (what.startsWith('head')) expect(saves, place).toBe(SAVED);
      else expect([saves, logs >= LOGGED - 1], place).toEqual([SAVED, true]);
    }
    expect([...outcomes.keys()].sort()).toEqual(['DAMAGED', 'UNSUPPORTED_FORMAT', 'opens']);
  });
}

async function idsOf(db: EdgeVec): Promise<unknown[]> {
  const ids = [];
  for await (const { id } of db.scan()) ids.push(id);
  return ids;
}
