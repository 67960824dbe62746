// Deleted and replaced rows disappear from exports and from storage after a compaction and a save.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EdgeVec, type Metric, type Precision } from '../../src/index.js';
import { Disk, FaultySite } from '../support/disk.js';
import { QUICK_GRAPH } from '../support/open.js';
import { Process, type Row } from '../support/process.js';
import { uniform } from '../support/vectors.js';

const DIMENSIONS = 64;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'edgevec-removed-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Vectors of unit length, because cosine stores such vectors unchanged. */
function vectors(count: number, seed: number): Float32Array[] {
  return uniform(count, DIMENSIONS, seed).map((vector) => {
    const length = Math.hypot(...vector);
    return vector.map((x) => x / length);
  });
}

const record = (i: number, vector: Float32Array, text: string) => ({ id: `id-${i}-`, vector, metadata: { text } });

async function exported(db: EdgeVec): Promise<Buffer> {
  return Buffer.from(await new Response(db.export()).arrayBuffer());
}

/** All bytes of the folder. */
function stored(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.some((file) => basename(join(file, '..')) === 'chunks')).toBe(true);
  return Buffer.concat(files.map((file) => readFileSync(file)));
}

/**
 * The wanted values found in the bytes. A vector is found if four of its consecutive components are
 * found.
 */
function found(bytes: Buffer, wanted: readonly (string | Float32Array)[]): (string | Float32Array)[] {
  const parts = (one: string | Float32Array): Buffer[] =>
    typeof one === 'string'
      ? [Buffer.from(one)]
      : [0, 16, 60].map((at) => Buffer.from(one.slice(at, at + 4).buffer as ArrayBuffer));
  // Compares in a single pass, because the list is long: only values with the same last four bytes
  // are compared. Texts differ in their last bytes.
  const byEnd = new Map<number, [Buffer, string | Float32Array][]>();
  /** Whether the first two of these four bytes belong to a value. Most places need no more. */
  const isKnown = new Uint8Array(1 << 16);
  for (const one of wanted) {
    for (const part of parts(one)) {
      const end = part.readUInt32LE(part.length - 4);
      byEnd.set(end, [...(byEnd.get(end) ?? []), [part, one]]);
      isKnown[end & 0xffff] = 1;
    }
  }
  const there = new Set<string | Float32Array>();
  for (let at = 0; at + 4 <= bytes.length; at++) {
    if (isKnown[(bytes[at] as number) | ((bytes[at + 1] as number) << 8)] === 0) continue;
    for (const [part, one] of byEnd.get(bytes.readUInt32LE(at)) ?? []) {
      const start = at + 4 - part.length;
      if (start >= 0 && !there.has(one) && part.compare(bytes, start, at + 4) === 0) there.add(one);
    }
  }
  return wanted.filter((one) => there.has(one));
}

const cases: (readonly [Metric, Precision, number])[] = [
  ['euclidean', 'float32', 200],
  ['cosine', 'float32', 2_300],
  ['dot', 'int16', 200],
  ['dot', 'int16', 2_300],
  ['cosine', 'int8', 200],
  ['cosine', 'int8', 2_300],
];

describe.each(cases)('%s, %s, %i rows', (metric, precision, rows) => {
  const name = `${metric}-${precision}-${rows}`;
  const first = vectors(rows, 1);
  const deleted = Array.from({ length: rows / 10 }, (_, i) => 10 * i);
  const replaced = deleted.map((i) => i + 1);
  const gone = [
    ...deleted.flatMap((i) => [`id-${i}-`, `text ${i}.`, first[i] as Float32Array]),
    ...replaced.flatMap((i) => [`text ${i}.`, first[i] as Float32Array]),
  ];

  /** Writes, deletes and replaces rows. Saves if the database has a storage. */
  async function work(db: EdgeVec, save: () => Promise<void>): Promise<void> {
    await db.insert(first.map((vector, i) => record(i, vector, `text ${i}.`)));
    await save();
    const before = await exported(db);
    // Codes are kept in place of full rows, beyond 2,000 rows.
    const kept = gone.filter((one) => typeof one === 'string' || precision === 'float32' || rows === 200);
    expect(found(before, kept).length).toBe(kept.length);

    await db.delete(deleted.map((i) => `id-${i}-`));
    await db.upsert(vectors(replaced.length, 2).map((vector, i) => record(replaced[i] as number, vector, 'new')));
    await db.compact();
    await save();
    expect(await db.count()).toBe(rows - deleted.length);
  }

  test('exports and storage do not contain removed rows, even after the database is opened again', async () => {
    const directory = join(root, name);
    let db = await EdgeVec.open({ name, dimensions: DIMENSIONS, metric, precision, directory, ...QUICK_GRAPH });
    await work(db, () => db.save());
    expect(found(await exported(db), gone)).toEqual([]);
    expect(found(stored(directory), gone)).toEqual([]);
    await db.close();

    db = await EdgeVec.load(name, { directory });
    expect(found(await exported(db), gone)).toEqual([]);
    await db.close();
    expect(found(stored(directory), gone)).toEqual([]);
  });

  test('the export of a database in memory does not contain removed rows', async () => {
    const db = await EdgeVec.open({ dimensions: DIMENSIONS, metric, precision, ...QUICK_GRAPH });
    await work(db, async () => {});
    expect(found(await exported(db), gone)).toEqual([]);
    await db.close();
  });
});

test('no stored value contains removed rows, in any storage', async () => {
  const disk = new Disk();
  const process = await Process.start(new FaultySite(disk), DIMENSIONS, undefined, { exactThreshold: 100 });
  const rows = (add: number): Row[] => Array.from({ length: 400 }, (_, i) => ({ id: `id-${i}-`, n: i + add }));
  await process.write('insert', rows(0.123));
  await process.save();
  const old = rows(0.123).filter((_, i) => i % 10 < 2);
  await process.delete(old.filter((_, i) => i % 2 === 0).map(({ id }) => id));
  await process.write(
    'upsert',
    rows(0.456).filter((_, i) => i % 10 === 1),
  );
  const gone = [
    ...old.map(({ n }) => new Float32Array(DIMENSIONS).fill(n)),
    // As devalue writes a number in metadata.
    ...old.map(({ n }) => `,${n}]`),
    ...old.filter((_, i) => i % 2 === 0).map(({ id }) => String(id)),
  ];
  const all = (): Buffer =>
    Buffer.concat(
      (['head', 'log', 'chunks'] as const).flatMap((store) =>
        disk.keys(store).map((key) => disk.get(store, key) as Uint8Array),
      ),
    );
  expect(found(all(), gone).length).toBeGreaterThan(0);
  await process.compact();
  await process.save();
  expect(found(all(), gone)).toEqual([]);
  await process.close();
});
