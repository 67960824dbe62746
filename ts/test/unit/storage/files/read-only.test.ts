// A folder that is read while another process writes to the folder.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Fs } from '../../../../src/storage/files/node.js';
import { ReadOnlyFiles } from '../../../../src/storage/files/read-only.js';
import { FilesSite } from '../../../../src/storage/files/site.js';
import type { StorageBackend } from '../../../../src/storage/storage.js';
import { node, temporaryFolders } from '../../../support/folders.js';

const makeFolder = temporaryFolders('read-only');

const entry = (seq: number): Uint8Array => new Uint8Array(1_000).fill(seq);

/** A writer with three entries, a reader of the same folder, and a count of the reader's files. */
async function reading(): Promise<{
  write: (seq: number) => Promise<boolean>;
  writer: StorageBackend;
  reader: ReadOnlyFiles;
  held: () => number;
  hold: (opening: Promise<void>) => void;
}> {
  const root = makeFolder();
  const writer = await new FilesSite(node, root).open('db');
  const write = (seq: number): Promise<boolean> =>
    writer.commit({
      put: [
        ['head', 0, Uint8Array.of(seq)],
        ['log', seq, entry(seq)],
      ],
    });
  for (const seq of [1, 2, 3]) await write(seq);
  let held = 0;
  let opening = Promise.resolve();
  const fs: Fs = {
    ...node.fs,
    open: async (path, flags) => {
      await opening;
      const handle = await node.fs.open(path, flags);
      held++;
      let isOpen = true;
      return new Proxy(handle, {
        get(target, key: keyof typeof handle) {
          const method: unknown = target[key];
          if (typeof method !== 'function') return method;
          return (...args: unknown[]) => {
            if (key === 'close' && isOpen) {
              isOpen = false;
              held--;
            }
            return method.apply(target, args);
          };
        },
      });
    },
  };
  const reader = (await ReadOnlyFiles.open(fs, 'db', join(root, 'db-db'))) as ReadOnlyFiles;
  const hold = (until: Promise<void>): void => {
    opening = until;
  };
  return { write, writer, reader, held: () => held, hold };
}

test('A scan goes on however often the journal is read again meanwhile', async () => {
  const { write, writer, reader, held } = await reading();
  const scans = [reader.scan(0), reader.scan(1)] as const;
  const found: (readonly [number, Uint8Array])[][] = [[], []];
  const step = async (): Promise<void> => {
    for (const [i, scan] of scans.entries()) {
      const { done, value } = await scan.next();
      if (!done) found[i]?.push(value);
    }
  };
  await step();
  for (let seq = 4; seq < 8; seq++) {
    await write(seq);
    expect(await reader.read('head', 0)).toEqual(Uint8Array.of(seq));
  }
  for (let more = 0; more < 3; more++) await step();
  expect(found).toEqual(
    [
      [1, 2, 3],
      [2, 3],
    ].map((seqs) => seqs.map((seq) => [seq, entry(seq)])),
  );
  // Nobody reads the earlier journals any more.
  expect(held()).toBe(1);
  // A scan that is given up holds nothing.
  for await (const [seq] of reader.scan(3)) {
    expect(seq).toBe(4);
    await write(8);
    await reader.read('head', 0);
    expect(held()).toBe(2);
    break;
  }
  expect(held()).toBe(1);
  await reader.close();
  expect(held()).toBe(0);
  await writer.close();
});

test('Closing ends a scan, and closes every journal', async () => {
  const { write, writer, reader, held } = await reading();
  const scan = reader.scan(0);
  await scan.next();
  await write(4);
  await reader.read('head', 0);
  expect(held()).toBe(2);
  await reader.close();
  expect(held()).toBe(0);
  await expect(scan.next()).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(reader.read('head', 0)).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(reader.scan(0).next()).rejects.toMatchObject({ code: 'CLOSED' });
  await writer.close();
});

test('Closing while the journal is read again leaves no file open', async () => {
  const { write, writer, reader, held, hold } = await reading();
  await write(4);
  let goOn = (): void => {};
  hold(
    new Promise((resolve) => {
      goOn = resolve;
    }),
  );
  const looking = expect(reader.read('head', 0)).rejects.toMatchObject({ code: 'CLOSED' });
  const closing = reader.close();
  goOn();
  await Promise.all([looking, closing]);
  expect(held()).toBe(0);
  await writer.close();
});
