// The log on a storage: order, fencing, and the remaining entries after a loss of bytes.

import { describe, expect, test } from 'vitest';
import type { Part } from '../../../../src/base/calls.js';
import { crc32c } from '../../../../src/base/crc32c.js';
import { EdgeVecError } from '../../../../src/base/errors.js';
import { decodeAside, encodeAside } from '../../../../src/format/aside.js';
import { decodeFrame, type Entry, encodeFrame, type WriteEntry } from '../../../../src/format/entry.js';
import { decodeHead, encodeHead, type Head } from '../../../../src/format/head.js';
import { decodePart, decodeParts, encodePart } from '../../../../src/format/part.js';
import { putsOf, readAside } from '../../../../src/persistence/log/aside.js';
import { Log, type Tail } from '../../../../src/persistence/log/log.js';
import { MemorySite } from '../../../../src/storage/memory.js';
import { Names } from '../../../../src/storage/names.js';
import type { Put, StorageBackend } from '../../../../src/storage/storage.js';
import { repeating } from '../../../support/repeating.js';

const names = new Names();
const name = (kind: string): string => names.next(kind);

const parts: readonly Part[] = [
  {
    start: 0,
    ids: ['x', 5],
    vectors: Float32Array.of(5, -0, 1e-40, 3.4e38),
    metadata: [{ when: new Date(5), tags: new Set(['a', '\ud800']), n: [-0, undefined, 10n] }, undefined],
  },
  { start: 2, ids: [7, undefined], vectors: Float32Array.of(1, 2), withVector: [1] },
];

const write = (number: number, writer = 'a'): Entry => ({
  kind: 'upsert',
  writer,
  number,
  firstChosen: 0,
  stored: [],
  parts: parts.map(encodePart),
});

const removal: Entry = { kind: 'delete', writer: 'a', number: 2, ids: ['x', 1, '1'] };

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function codeOf(run: () => unknown): string {
  const error = thrownBy(run);
  return error instanceof EdgeVecError ? error.code : String(error);
}

describe('Frames', () => {
  test.each([write(1), removal])('encoded entries are decoded ($kind)', (entry) => {
    expect(decodeFrame(encodeFrame(5, entry), 5)).toEqual(entry);
  });

  test('incomplete frames and frames in the wrong place are refused', () => {
    const frame = encodeFrame(5, write(1));
    expect(codeOf(() => decodeFrame(frame, 6))).toBe('DAMAGED');
    for (let length = 0; length < frame.length; length++) {
      expect(codeOf(() => decodeFrame(frame.subarray(0, length), 5))).toBe('DAMAGED');
    }
    for (let at = 0; at < frame.length; at++) {
      const changed = frame.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      const code = codeOf(() => decodeFrame(changed, 5));
      expect(code).toBe(at >= 4 && at < 8 ? 'UNSUPPORTED_FORMAT' : 'DAMAGED');
    }
  });
});

describe('Parts', () => {
  test.each(parts)('encoded parts are decoded (%#)', (part) => {
    expect(decodePart(encodePart(part), 2)).toEqual(part);
    expect(codeOf(() => decodePart(encodePart(part), 3))).toBe('DAMAGED');
  });

  test('several parts in a chunk are decoded in sequence', () => {
    const encoded = parts.map(encodePart);
    const chunk = new Uint8Array(encoded.flatMap((bytes) => [...bytes]));
    expect([...decodeParts(chunk, 2)]).toEqual(parts);
    const ends = encoded.map((_, i) => encoded.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0));
    for (let length = 1; length < chunk.length; length++) {
      if (ends.includes(length)) continue;
      expect(codeOf(() => [...decodeParts(chunk.subarray(0, length), 2)])).toBe('DAMAGED');
    }
  });

  test('bytes that are not a part are refused', () => {
    const bytes = encodePart(parts[0] as Part);
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(() => decodePart(bytes.subarray(0, length), 2))).toBe('DAMAGED');
    }
    const of = (text: string): Uint8Array => {
      const json = new TextEncoder().encode(text);
      const whole = new Uint8Array(8 + ((json.length + 3) & ~3));
      new DataView(whole.buffer).setUint32(0, json.length, true);
      whole.set(json, 8);
      return whole;
    };
    // A list with billions of places, in devalue's words.
    for (const text of [
      '',
      '[',
      '[1]',
      '[{"start":1},0]',
      '[{"start":1,"ids":2,"withVector":3},0,[-7,4294967295],[]]',
    ]) {
      expect(codeOf(() => decodePart(of(text), 2))).toBe('DAMAGED');
    }
  });
});

describe('Heads', () => {
  const head: Head = { epoch: 4_000_000_000, seq: 2 ** 40, checkpoint: 'ä/1', checkpointSeq: 12 };

  test('encoded heads are decoded, and other bytes are refused', () => {
    const bytes = encodeHead(head);
    expect(decodeHead(bytes)).toEqual(head);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      expect(codeOf(() => decodeHead(changed))).toBe(at >= 4 && at < 8 ? 'UNSUPPORTED_FORMAT' : 'DAMAGED');
      expect(codeOf(() => decodeHead(bytes.subarray(0, at)))).toBe('DAMAGED');
    }
  });
});

describe('Set-aside bytes', () => {
  const summary = ([seq, bytes]: readonly [number, Uint8Array]): unknown => [seq, bytes.length, crc32c(bytes)];
  const entries = Array.from({ length: 5 }, (_, i) => [i + 3, new Uint8Array(i * 300_000).fill(i)] as const);

  test('are stored in chunks of about a mebibyte, and read in order', async () => {
    const storage = await new MemorySite().open('db', () => {});
    const names = new Names(() => 36 ** 8 - 1);
    const put = [
      ...putsOf({ checkpoint: 'a', after: 2, entries }, (kind) => names.next(kind)),
      ...putsOf({ checkpoint: 'ä', after: 2, entries }, name),
    ];
    expect(put).toHaveLength(4);
    await storage.commit({ put });
    for (const checkpoint of ['a', 'ä']) {
      const found = (await readAside(storage, checkpoint)).flatMap((aside) => aside.entries);
      expect(found.map(summary)).toEqual(entries.map(summary));
    }
    expect(await readAside(storage, 'b')).toEqual([]);
    expect(encodeAside({ checkpoint: 'a', after: 2, entries: [] })).toEqual([]);
  });

  test('are read up to the first damage', () => {
    const [bytes] = encodeAside({ checkpoint: 'a', after: 2, entries: entries.slice(0, 3) });
    const chunk = bytes as Uint8Array;
    for (const [at, count] of [
      [4, undefined],
      [9, undefined],
      [24, undefined],
      [25, 0],
      [38, 0],
      [48, 1],
      [68, 3],
    ] as const) {
      const changed = chunk.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(decodeAside(changed)?.entries.length, `byte ${at}`).toBe(count);
    }
    expect(decodeAside(chunk.subarray(0, chunk.length - 1))?.entries).toHaveLength(2);
    expect(decodeAside(chunk.subarray(0, 8))).toBeUndefined();
  });
});

describe('The log', () => {
  async function begun(): Promise<{ log: Log; storage: StorageBackend; other: () => Promise<Log> }> {
    const site = new MemorySite();
    const storage = await site.open('db', () => {});
    const log = await Log.begin(storage, 'first', [['chunks', 'first', Uint8Array.of(1)]]);
    if (log === undefined) throw new Error('nobody else is there');
    const other = async (): Promise<Log> => (await Log.open(await site.open('db', () => {}))) as Log;
    return { log, storage, other };
  }

  async function read(log: Log): Promise<(number | Tail)[]> {
    const found: (number | Tail)[] = [];
    for await (const tail of log.tail()) found.push(tail.type === 'entry' ? tail.seq : tail);
    return found;
  }

  test('a log begins once', async () => {
    const { storage, log } = await begun();
    expect(await Log.begin(storage, 'second', [['chunks', 'second', Uint8Array.of(2)]])).toBeUndefined();
    expect(await storage.chunks()).toEqual(['first']);
    expect(log.head).toMatchObject({ seq: 0, checkpoint: 'first', checkpointSeq: 0 });
  });

  test('a log begins and is replaced although the storage repeats each commit', async () => {
    const site = repeating(new MemorySite(), () => true);
    const storage = await site.open('db', () => {});
    const log = (await Log.begin(storage, 'first', [['chunks', 'first', Uint8Array.of(1)]])) as Log;
    expect(log.head.checkpoint).toBe('first');
    const parts = [{ name: 'part', bytes: 1, crc: 0 }];
    await storage.commit({
      put: [
        ['chunks', 'part', Uint8Array.of(1)],
        ['log', 1, encodeFrame(1, { ...(write(1) as WriteEntry), stored: parts })],
      ],
    });
    expect(await Log.replace(storage, 'second', [['chunks', 'second', Uint8Array.of(2)]], [])).toEqual({
      head: { epoch: expect.any(Number), seq: 0, checkpoint: 'second', checkpointSeq: 0 },
      checkpoint: 'first',
      parts: ['part'],
    });
    expect(await log.storedCheckpoint()).toBe('second');
  });

  test.each([0, 1])('if two tabs repair a log with %i entries behind the gap, a tab succeeds', async (behind) => {
    const { log, storage, other } = await begun();
    for (let i = 1; i <= 2 + behind; i++) await log.append([write(i)], false);
    await storage.commit({ delete: [['log', 2]] });
    const [first, second] = [await other(), await other()];
    for (const tab of [first, second]) await read(tab);
    // Both tabs read the entries before either tab has repaired the log.
    expect(await Promise.all([first.mend(name), second.mend(name)])).toEqual([true, false]);
  });

  test('an empty storage has no log', async () => {
    expect(await Log.open(await new MemorySite().open('db', () => {}))).toBeUndefined();
  });

  test.each([
    ['an entry', ['log', 1, Uint8Array.of(1)]],
    ['a manifest', ['chunks', 'mc4x-w-1-manifest', Uint8Array.of(1)]],
    ['rows', ['chunks', 'mc4x-w-1-1-0', Uint8Array.of(1)]],
    ['a part', ['chunks', 'mc4x-w-1-part', Uint8Array.of(1)]],
  ] as const)('a log without its head is damaged: %s is left', async (_, put) => {
    const storage = await new MemorySite().open('db', () => {});
    await storage.commit({ put: [['chunks', 'mc4x-w-1-0', Uint8Array.of(1)]] });
    expect(await Log.open(storage)).toBeUndefined();
    await storage.commit({ put: [put as Put] });
    await expect(Log.open(storage)).rejects.toMatchObject({ code: 'DAMAGED' });
  });

  test('a log begun by another tab between two looks is found', async () => {
    const storage = await new MemorySite().open('db', () => {});
    const manifest = 'mc4x-w-1-manifest';
    const racing: StorageBackend = Object.assign(Object.create(storage), {
      chunks: async () => {
        await Log.begin(storage, manifest, [['chunks', manifest, Uint8Array.of(1)]]);
        return storage.chunks();
      },
      read: storage.read.bind(storage),
      scan: storage.scan.bind(storage),
    });
    expect((await Log.open(racing))?.head.checkpoint).toBe(manifest);
  });

  test('a writer is fenced until the writer has read every entry', async () => {
    const { log, other } = await begun();
    const second = await other();
    expect(await log.append([write(1), removal], false)).toBeGreaterThan(0);
    expect(await second.append([write(1, 'b')], false)).toBeUndefined();
    expect(await read(second)).toEqual([1, 2]);
    expect(await second.append([write(1, 'b')], true)).toBeGreaterThan(0);
    expect(second.head.seq).toBe(3);
    expect(await log.append([write(3)], false)).toBeUndefined();
    const found: Entry[] = [];
    for await (const tail of log.tail()) if (tail.type === 'entry') found.push(tail.entry);
    expect(found).toEqual([write(1, 'b')]);
    expect(await read(log)).toEqual([]);
  });

  test('a checkpoint drops its entries from the log, and a tab without these entries starts again', async () => {
    const { log, storage, other } = await begun();
    const [late, prompt] = [await other(), await other()];
    await log.append([write(1)], false);
    await log.append([removal], false);
    await read(prompt);
    expect(await prompt.append([write(1, 'b')], false)).toBeGreaterThan(0);
    const second = [['chunks', 'second', Uint8Array.of(2)]] as const;
    expect(await log.checkpoint('second', log.head, second, ['never'])).toBe(false);
    expect(await storage.chunks()).toEqual(['first']);
    // Entries written later by others stay in the log.
    expect(await log.checkpoint('second', log.head, second, ['first'])).toBe(true);
    expect(log.head).toMatchObject({ seq: 2, checkpoint: 'second', checkpointSeq: 2 });
    expect(await storage.read('log', 2)).toBeUndefined();
    expect(await storage.read('log', 3)).toBeDefined();
    expect(await log.append([write(2)], false)).toBeUndefined();
    expect(await read(log)).toEqual([3]);

    expect(await read(late)).toEqual([{ type: 'overtaken' }]);
    // A checkpoint based on a replaced checkpoint would name missing chunks.
    expect(await late.checkpoint('third', { ...late.head, seq: 3 }, [['chunks', 'third', Uint8Array.of(3)]], [])).toBe(
      false,
    );
    expect(await read(prompt)).toEqual([]);
    expect(await prompt.append([write(2, 'b')], false)).toBeGreaterThan(0);
    const anew = await other();
    expect(anew.head).toMatchObject({ seq: 2, checkpoint: 'second' });
    expect(await read(anew)).toEqual([3, 4]);
  });

  test('a checkpoint of a tab is refused if the tab has not read the stored checkpoint', async () => {
    const { log, storage, other } = await begun();
    const behind = await other();
    await log.append([write(1)], true);
    expect(await log.checkpoint('second', log.head, [['chunks', 'second', Uint8Array.of(2)]], [])).toBe(true);
    // The name of the stored checkpoint alone does not give the tab the rows of the checkpoint.
    const base = { ...behind.head, checkpoint: 'second' };
    expect(await behind.checkpoint('third', base, [['chunks', 'third', Uint8Array.of(3)]], [])).toBe(false);
    expect(await storage.chunks()).not.toContain('third');
    expect((await other()).head).toMatchObject({ seq: 1, checkpoint: 'second', checkpointSeq: 1 });
  });

  test.each([
    ['lost', async (storage: StorageBackend) => storage.commit({ delete: [['log', 3]] })],
    ['changed', async (storage: StorageBackend) => storage.commit({ put: [['log', 3, encodeFrame(4, removal)]] })],
    [
      'cut',
      async (storage: StorageBackend) => storage.commit({ put: [['log', 3, encodeFrame(3, removal).subarray(1)]] }),
    ],
  ])('an entry that is %s ends the log, and the log accepts further entries', async (_, break3) => {
    const { log, storage, other } = await begun();
    for (let i = 1; i <= 5; i++) await log.append([write(i)], false);
    await break3(storage);
    const cut: [number, Uint8Array][] = [];
    for await (const [seq, bytes] of storage.scan(2)) cut.push([seq, bytes]);
    const found = await other();
    expect(await read(found)).toEqual([1, 2, expect.objectContaining({ type: 'broken', lost: 3 })]);
    expect(await found.append([write(9, 'b')], false)).toBeUndefined();
    expect(await found.mend(name)).toBe(true);
    // The bytes behind the gap are kept unchanged.
    const stored = await readAside(storage, 'first');
    expect(stored.map(({ checkpoint, after }) => [checkpoint, after])).toEqual([['first', 2]]);
    expect(stored.flatMap(({ entries }) => entries)).toEqual(cut);
    expect(await found.append([write(9, 'b')], false)).toBeGreaterThan(0);
    expect(found.head.seq).toBe(3);
    expect(await read(await other())).toEqual([1, 2, 3]);
    // A tab that has read the lost entries has unique knowledge.
    expect(await read(log)).toEqual([{ type: 'overtaken' }]);
    expect(await log.append([write(6)], false)).toBeUndefined();
  });

  test('if two tabs repair a log, a single tab succeeds', async () => {
    const { log, storage, other } = await begun();
    for (let i = 1; i <= 3; i++) await log.append([write(i)], false);
    await storage.commit({ delete: [['log', 3]] });
    const [first, second] = [await other(), await other()];
    const broken = expect.objectContaining({ type: 'broken', lost: 1 });
    expect(await read(first)).toEqual([1, 2, broken]);
    expect(await read(second)).toEqual([1, 2, broken]);
    expect(await first.mend(name)).toBe(true);
    expect(await first.append([write(4, 'b')], true)).toBeGreaterThan(0);
    expect(await second.mend(name)).toBe(false);
    expect(await read(second)).toEqual([{ type: 'overtaken' }]);
    expect(await read(await other())).toEqual([1, 2, 3]);
  });

  test('an entry with missing stored parts is not written', async () => {
    const { log, storage } = await begun();
    const entry: Entry = { ...(write(1) as WriteEntry), stored: [{ name: 'part', bytes: 1, crc: 0 }] };
    await expect(log.append([entry], false)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await storage.commit({ put: [['chunks', 'part', Uint8Array.of(1)]] });
    expect(await log.append([entry], false)).toBeGreaterThan(0);
  });
});
