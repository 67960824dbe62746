// Every stored value, byte for byte: the written bytes do not change, and old bytes are read. A
// reader refuses unknown fields at every level.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/base/crc32c.js';
import type { EdgeVecError } from '../../../src/base/errors.js';
import { type Aside, decodeAside, encodeAside } from '../../../src/format/aside.js';
import { type ColumnChunk, decodeColumnChunk, encodeColumnChunk } from '../../../src/format/columns/chunk.js';
import { type DeleteEntry, decodeFrame, encodeFrame, type WriteEntry } from '../../../src/format/entry.js';
import { encodeStart } from '../../../src/format/export-file.js';
import { PortableReader } from '../../../src/format/export-reader.js';
import { decodeHead, encodeHead, type Head } from '../../../src/format/head.js';
import { decodeIds, encodeIds } from '../../../src/format/id-block.js';
import { decodeManifest, encodeManifest, type Manifest } from '../../../src/format/manifest.js';
import { decodePart, encodePart, type StoredPart } from '../../../src/format/part.js';
import { decodeWordsHead, encodeWordsHead, type WordsHead } from '../../../src/format/words/head.js';

const HEAD: Required<Head> = { epoch: 4_000_000_000, seq: 2 ** 40, checkpoint: 'ä-1-manifest', checkpointSeq: 12 };

const PART: Required<StoredPart> = {
  start: 3,
  ids: ['x', 5, undefined],
  vectors: Float32Array.of(5, -0, 1e-40, 3.4e38),
  withVector: [0, 2],
  metadata: [
    { when: new Date(5), tags: new Set(['a', '\ud800']), n: [-0, undefined, 10n] },
    undefined,
    { bytes: Uint8Array.of(1, 2) },
  ],
};

const WRITE: Required<Omit<WriteEntry, 'removed'>> = {
  writer: 'w',
  number: 3,
  kind: 'update',
  firstChosen: 9,
  stored: [{ name: 'lz-w-1-part', bytes: 1_048_576, crc: 4_294_967_295 }],
  parts: [PART, { start: 0, ids: [7], vectors: Float32Array.of(1, 2) }].map(encodePart),
};

const REPLACEMENT: Required<WriteEntry> = { ...WRITE, kind: 'replace', removed: ['ä', 1] };

const DELETION: Required<DeleteEntry> = { writer: 'w', number: 4, kind: 'delete', ids: ['ä', 1, '1', -0.5] };

const ref = (name: string) => ({ name, bytes: 12, crc: 34 });

const MANIFEST: Required<Omit<Manifest, 'stores' | 'columns' | 'words'>> = {
  options: { dimensions: 4, metric: 'dot', m: 16, efConstruction: 200, seed: 0, precision: 'int8' },
  nextId: 5,
  header: ref('header'),
  sections: {
    1: [ref('rows')],
    8: [ref('links'), ref('more')],
    10: [{ name: 'left-out-10-0', bytes: 40, crc: 0 }],
  },
  ids: [ref('ids')],
  metadata: [{ ...ref('metadata'), slots: 1024 }],
};

const EMPTY: Manifest = { ...MANIFEST, nextId: 1, header: null, sections: {}, ids: [], metadata: [] };

const WITH_STORES: Required<Omit<Manifest, 'columns' | 'words'>> = {
  ...MANIFEST,
  stores: { toy: [ref('toy-0'), ref('toy-1')] },
};

const WITH_MODEL: Manifest = { ...MANIFEST, options: { ...MANIFEST.options, model: 'mödel' } };

const WITH_ALL: Manifest = { ...WITH_STORES, options: WITH_MODEL.options };

const WITH_COLUMNS: Required<Omit<Manifest, 'stores' | 'words'>> = {
  ...MANIFEST,
  columns: [
    { path: ['author', 'n\ud800me'], chunks: [ref('column-0'), ref('column-1')] },
    { path: ['year'], chunks: [] },
  ],
};

const WITH_WORDS = {
  ...MANIFEST,
  columns: [{ path: ['year'], chunks: [ref('column-0')] }],
  words: {
    rules: '1-5',
    fields: [{ path: ['a', 'n\ud800me'], weight: 3 }],
    head: ref('words-head'),
    segments: [{ number: 7, parts: [ref('words-7-0'), ref('words-7-1')] }],
  },
} satisfies Manifest;

const WORDS_HEAD: Required<WordsHead> = { known: Uint32Array.of(0b1011, 1 << 31), segments: Uint8Array.of(1, 2, 3) };

/** A slot of every kind. */
const COLUMN: Required<ColumnChunk> = {
  kinds: Uint8Array.of(4, 0, 1, 6, 2, 3, 5, 8, 4, 6, 7, 8, 9, 10, 8, 6, 5),
  numbers: Float64Array.of(2.5, Number.NaN),
  dates: Float64Array.of(5, Number.NaN),
  textCodes: Uint32Array.of(0, 1, 0),
  lists: Uint32Array.of(3, 0, 2, 7, 0, 8, 0, 1, 3, 4, 5, 6, 8, 9),
  texts: ['ä', '\ud800'],
  bigints: [-10n],
  elements: [
    'a',
    '1',
    1,
    true,
    null,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    2n ** 70n,
    new Date(1),
    new Date(Number.NaN),
  ],
};

const CUT_OFF: Required<Aside> = {
  checkpoint: 'ä-1-manifest',
  after: 2,
  entries: [
    [3, Uint8Array.of(1, 2, 3)],
    [4, new Uint8Array()],
  ],
};

const IDS = [
  [0, 'ä', 1],
  [3, 7, 2],
] as const;

/** How each stored thing is written and read. */
const THINGS: Readonly<
  Record<string, readonly [written: Uint8Array, read: (bytes: Uint8Array) => unknown, value: unknown]>
> = {
  head: [encodeHead(HEAD), decodeHead, HEAD],
  part: [encodePart(PART), (bytes) => decodePart(bytes, 2), PART],
  write: [encodeFrame(2 ** 40, WRITE), (bytes) => decodeFrame(bytes, 2 ** 40), WRITE],
  replacement: [encodeFrame(6, REPLACEMENT), (bytes) => decodeFrame(bytes, 6), REPLACEMENT],
  deletion: [encodeFrame(5, DELETION), (bytes) => decodeFrame(bytes, 5), DELETION],
  manifest: [encodeManifest(MANIFEST), decodeManifest, MANIFEST],
  'manifest with a further store': [encodeManifest(WITH_STORES), decodeManifest, WITH_STORES],
  'manifest with columns': [encodeManifest(WITH_COLUMNS), decodeManifest, WITH_COLUMNS],
  'manifest with words': [encodeManifest(WITH_WORDS), decodeManifest, WITH_WORDS],
  'manifest with a model': [encodeManifest(WITH_MODEL), decodeManifest, WITH_MODEL],
  'manifest with a model and a further store': [encodeManifest(WITH_ALL), decodeManifest, WITH_ALL],
  'manifest of nothing': [encodeManifest(EMPTY), decodeManifest, EMPTY],
  'start of a file': [encodeStart(encodeManifest(EMPTY)), manifestOf, EMPTY],
  'what was cut off': [encodeAside(CUT_OFF)[0] as Uint8Array, decodeAside, CUT_OFF],
  ids: [encodeIds(IDS), decodeIds, IDS],
  column: [encodeColumnChunk(COLUMN), decodeColumnChunk, COLUMN],
  'head of words': [encodeWordsHead(WORDS_HEAD), decodeWordsHead, WORDS_HEAD],
};

async function manifestOf(file: Uint8Array): Promise<Manifest> {
  const reader = await PortableReader.open(
    (async function* () {
      yield file;
    })(),
  );
  return reader.manifest;
}

const stored: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../golden/1-stored.json', import.meta.url)), 'utf8'),
);

describe('the list of stored bytes', () => {
  test('is of every kind', () => expect(Object.keys(stored)).toEqual(Object.keys(THINGS)));

  test.each(Object.entries(THINGS))('%s is written unchanged, and read', async (name, [written, read, value]) => {
    expect(Buffer.from(written).toString('hex')).toBe(stored[name]);
    expect(await read(Uint8Array.from(Buffer.from(stored[name] as string, 'hex')))).toEqual(value);
  });
});

async function errorOf(read: () => unknown): Promise<EdgeVecError | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    return error as EdgeVecError;
  }
}

/**
 * Replaces the text of a header, and repairs the checksums. `place` is the place of the text's
 * length and checksum.
 */
function withText(bytes: Uint8Array, header: number, place: number, text: string, rest = new Uint8Array()): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const changed = Uint8Array.of(...bytes.subarray(0, header), ...encoded, ...rest);
  const view = new DataView(changed.buffer);
  view.setUint32(place, encoded.length, true);
  view.setUint32(place + 4, crc32c(changed.subarray(place + 8), crc32c(changed.subarray(0, place + 4))), true);
  return changed;
}

/** Copies of the value, each with an additional field in another object. */
function* withFields(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const changed of withFields(inner)) {
      const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
      yield Object.assign(copy, { [key]: changed });
    }
  }
  if (!Array.isArray(value)) yield { ...value, later: 1 };
}

/** Objects in a value, itself counted. */
function objectsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, each) => sum + objectsIn(each), 0);
  return inner + (Array.isArray(value) ? 0 : 1);
}

describe('a field of a newer version is refused', () => {
  const NEWER = { code: 'UNSUPPORTED_FORMAT' };

  test('in the head', async () => {
    const head = encodeHead(HEAD);
    const longer = Uint8Array.of(...head.subarray(0, -4), 7, 0, 0, 0, 0);
    new DataView(longer.buffer).setUint32(longer.length - 4, crc32c(longer.subarray(0, -4)), true);
    expect(await errorOf(() => decodeHead(longer))).toMatchObject(NEWER);
  });

  test('in the text of a write, a deletion and a manifest, at every level', async () => {
    const parts = WRITE.parts.flatMap((part) => [...part]);
    const write = { ...WRITE, parts: WRITE.parts.map(({ length }) => length) };
    const replacement = { ...REPLACEMENT, parts: write.parts };
    const kinds = [
      [write, (text: string) => decodeFrame(withText(encodeFrame(5, WRITE), 24, 16, text, Uint8Array.from(parts)), 5)],
      [
        replacement,
        (text: string) => decodeFrame(withText(encodeFrame(5, REPLACEMENT), 24, 16, text, Uint8Array.from(parts)), 5),
      ],
      [DELETION, (text: string) => decodeFrame(withText(encodeFrame(5, DELETION), 24, 16, text), 5)],
      [MANIFEST, (text: string) => decodeManifest(withText(encodeManifest(MANIFEST), 16, 8, text))],
      [WITH_STORES, (text: string) => decodeManifest(withText(encodeManifest(WITH_STORES), 16, 8, text))],
      [WITH_MODEL, (text: string) => decodeManifest(withText(encodeManifest(WITH_MODEL), 16, 8, text))],
    ] as const;
    // Whether the store is known is checked when the checkpoint is read.
    const isStore = (changed: unknown): boolean => 'later' in ((changed as Manifest).stores ?? {});
    for (const [value, read] of kinds) {
      expect(await errorOf(() => read(JSON.stringify(value)))).toBeUndefined();
      let tried = 0;
      for (const changed of withFields(value)) {
        tried++;
        if (isStore(changed)) continue;
        const text = JSON.stringify(changed);
        expect(await errorOf(() => read(text)), text).toMatchObject(NEWER);
      }
      expect(tried).toBe(objectsIn(value));
    }
  });

  test('behind the text of a deletion and of a manifest, and behind the parts of a write', async () => {
    const more = Uint8Array.of(1);
    const text = JSON.stringify(MANIFEST);
    const manifest = withText(encodeManifest(MANIFEST), 16, 8, text, more);
    expect(await errorOf(() => decodeManifest(manifest))).toMatchObject(NEWER);
    const deletion = withText(encodeFrame(5, DELETION), 24, 16, JSON.stringify(DELETION), more);
    expect(await errorOf(() => decodeFrame(deletion, 5))).toMatchObject(NEWER);
    const write = withText(encodeFrame(5, WRITE), 24, 16, JSON.stringify({ ...WRITE, parts: [] }), more);
    expect(await errorOf(() => decodeFrame(write, 5))).toMatchObject(NEWER);
  });

  test('among the sections of a manifest: an unknown section', async () => {
    const text = JSON.stringify({ ...MANIFEST, sections: { ...MANIFEST.sections, 11: [ref('later')] } });
    const manifest = withText(encodeManifest(MANIFEST), 16, 8, text);
    expect(await errorOf(() => decodeManifest(manifest))).toMatchObject(NEWER);
  });

  test('further stores in a manifest of version 1; another version', async () => {
    const manifest = encodeManifest(WITH_STORES);
    const view = new DataView(manifest.buffer);
    expect(view.getUint32(4, true)).toBe(2);
    expect(new DataView(encodeManifest(MANIFEST).buffer).getUint32(4, true)).toBe(1);
    for (const version of [1, 4]) {
      view.setUint32(4, version, true);
      const text = JSON.stringify(WITH_STORES);
      expect(await errorOf(() => decodeManifest(withText(manifest, 16, 8, text)))).toMatchObject(NEWER);
    }
  });

  test('in the manifest of a file', async () => {
    const manifest = withText(encodeManifest(EMPTY), 16, 8, JSON.stringify({ ...EMPTY, later: 1 }));
    expect(await errorOf(() => manifestOf(encodeStart(manifest)))).toMatchObject(NEWER);
  });

  test('among the columns of a part', async () => {
    const part = (text: string): Uint8Array => {
      const encoded = new TextEncoder().encode(text.padEnd(4 * Math.ceil(text.length / 4)));
      const bytes = Uint8Array.of(...new Uint8Array(8), ...encoded);
      new DataView(bytes.buffer).setUint32(0, encoded.length, true);
      return bytes;
    };
    expect(await errorOf(() => decodePart(part('[{"start":1,"ids":2},0,[]]'), 2))).toBeUndefined();
    expect(await errorOf(() => decodePart(part('[{"start":1,"ids":2,"later":1},0,[]]'), 2))).toMatchObject(NEWER);
  });

  test('in the ids of a row', async () => {
    const ids = new TextEncoder().encode(JSON.stringify([[0, 'a', 1, 'later']]));
    expect(await errorOf(() => decodeIds(ids))).toMatchObject(NEWER);
  });
});

describe('a column that a newer version has listed in another form is passed over', () => {
  const known = WITH_COLUMNS.columns[0];

  test.each([
    ['a field of the column', [{ ...known, later: 1 }]],
    ['a field of a chunk', [{ path: ['a'], chunks: [{ ...ref('column-0'), later: 1 }] }]],
    ['no path', [{ path: [], chunks: [] }]],
    ['a path of another kind', [{ path: 'a', chunks: [] }]],
    ['no chunks', [{ path: ['a'] }]],
    ['no object', [7, null, 'a', []]],
  ])('%s', (_, columns) => {
    const text = (value: unknown): string => JSON.stringify({ ...MANIFEST, columns: value });
    const read = (value: unknown): Manifest => decodeManifest(withText(encodeManifest(MANIFEST), 16, 8, text(value)));
    expect(read(columns)).toEqual({ ...MANIFEST, columns: [] });
    expect(read([...columns, known])).toEqual({ ...MANIFEST, columns: [known] });
    expect(read({ later: columns })).toEqual({ ...MANIFEST, columns: [] });
  });
});

describe('words that a newer version has listed in another form are passed over', () => {
  const { words } = WITH_WORDS;

  test.each([
    ['another field', { ...words, later: 1 }],
    ['a field of a segment', { ...words, segments: [{ ...words.segments[0], later: 1 }] }],
    ['a field of the head', { ...words, head: { ...words.head, later: 1 } }],
    ['no head', { ...words, head: undefined }],
    ['no object', 7],
    ['null', null],
  ])('%s', (_, changed) => {
    const text = JSON.stringify({ ...MANIFEST, words: changed });
    const read = decodeManifest(withText(encodeManifest(MANIFEST), 16, 8, text));
    expect(read).toEqual(MANIFEST);
    expect(encodeManifest(read)).toEqual(encodeManifest(MANIFEST));
  });
});

test('a head of words of another layout, or cut short, is refused', async () => {
  const bytes = encodeWordsHead(WORDS_HEAD);
  expect(await errorOf(() => decodeWordsHead(bytes.map((byte, i) => (i === 4 ? 2 : byte))))).toMatchObject({
    code: 'UNSUPPORTED_FORMAT',
  });
  for (const length of [0, 7, 11, 19]) {
    expect(await errorOf(() => decodeWordsHead(bytes.subarray(0, length)))).toMatchObject({ code: 'DAMAGED' });
  }
});

describe('a field used only in memory is not written', () => {
  const later = { later: 1 };

  test.each([
    ['the head', encodeHead({ ...HEAD, ...later } as Head), encodeHead(HEAD)],
    ['a part', encodePart({ ...PART, ...later } as StoredPart), encodePart(PART)],
    ['a write', encodeFrame(5, { ...WRITE, ...later } as WriteEntry), encodeFrame(5, WRITE)],
    ['a replacement', encodeFrame(5, { ...REPLACEMENT, ...later } as WriteEntry), encodeFrame(5, REPLACEMENT)],
    ['a deletion', encodeFrame(5, { ...DELETION, ...later } as DeleteEntry), encodeFrame(5, DELETION)],
    [
      'a manifest',
      encodeManifest({ ...MANIFEST, ...later, options: { ...MANIFEST.options, ...later } } as Manifest),
      encodeManifest(MANIFEST),
    ],
  ])('in %s', (_, written, expected) => expect(written).toEqual(expected));
});

test('a manifest has a model exactly in version 3', async () => {
  const model = encodeManifest(WITH_MODEL);
  expect(new DataView(model.buffer).getUint32(4, true)).toBe(3);
  const read = (value: object): Manifest => decodeManifest(withText(model, 16, 8, JSON.stringify(value)));
  for (const wrong of [MANIFEST, { ...WITH_MODEL, options: { ...MANIFEST.options, model: '' } }]) {
    expect(await errorOf(() => read(wrong))).toMatchObject({ code: 'DAMAGED' });
  }
  const older = withText(encodeManifest(MANIFEST), 16, 8, JSON.stringify(WITH_MODEL));
  expect(await errorOf(() => decodeManifest(older))).toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
});
