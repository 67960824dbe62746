// Texts in place of vectors, by a model that `open` is given.

import { describe, expect, onTestFinished, test } from 'vitest';
import {
  EdgeVec,
  EdgeVecError,
  type EmbedRequest,
  type OpenOptions,
  type Progress,
  type TextModel,
} from '../../src/index.js';
import { failure } from '../support/open.js';

interface Doc {
  text: string;
  page?: number;
  source?: string;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** The letters of a text, so equal texts have equal vectors, and similar texts are near. */
const vectorOf = (text: string): number[] => [...LETTERS].map((letter) => text.split(letter).length - 0.9);

interface Call extends EmbedRequest {
  readonly texts: readonly string[];
}

/** A model that notes its calls. `before` runs ahead of each answer. */
function modelOf(
  before: (call: Call, number: number) => unknown = () => {},
  more: Partial<TextModel> = {},
): TextModel & { calls: Call[] } {
  const calls: Call[] = [];
  return {
    model: 'letters',
    dimensions: LETTERS.length,
    calls,
    async embed(texts, request) {
      calls.push({ texts, ...request });
      await before({ texts, ...request }, calls.length);
      return texts.map(vectorOf);
    },
    ...more,
  };
}

const loose = (value: unknown): never => value as never;

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const texts = (count: number): { text: string }[] => Array.from({ length: count }, (_, i) => ({ text: `text ${i}` }));

export function defineEmbedSuite(label: string, worker: boolean): void {
  const open = async (embed: TextModel, options: Partial<OpenOptions> = {}): Promise<EdgeVec<Doc>> => {
    const db = await EdgeVec.open<Doc>({ ...options, embed, worker });
    onTestFinished(() => db.close());
    return db;
  };

  describe(`A model for texts, ${label}`, () => {
    test('texts go in, and a question finds the right text', async () => {
      const model = modelOf();
      const db = await open(model);
      expect(db.dimensions).toBe(26);
      await db.insert({ text: 'how to brew tea', metadata: { page: 1 } });
      await db.upsert([
        { id: 'bike', text: 'mending a tyre' },
        { id: 'zoo', text: 'zebras and lizards', metadata: { text: 'zebras and lizards' } },
      ]);
      const [hit] = await db.search('how to brew a tea', 1);
      expect(hit?.metadata).toEqual({ text: 'how to brew tea', page: 1 });
      const found = await db.searchMany(['tyre', vectorOf('zebras'), 'brew tea'], { k: 1 });
      expect(found.map(([first]) => first?.metadata.text)).toEqual([
        'mending a tyre',
        'zebras and lizards',
        'how to brew tea',
      ]);
      await db.update({ id: 'bike', text: 'xylophone', metadata: { page: 2 } });
      expect((await db.search('xylophone', 1))[0]).toMatchObject({
        id: 'bike',
        metadata: { text: 'xylophone', page: 2 },
      });
      expect(model.calls.map(({ kind, texts: { length } }) => [kind, length])).toEqual([
        ['passage', 1],
        ['passage', 2],
        ['query', 1],
        ['query', 2],
        ['passage', 1],
        ['query', 1],
      ]);
      expect((await db.search({ like: 'zoo', k: 1 }))[0]?.id).not.toBe('zoo');
    });

    test('vectors go in as before, and a vector beside a text is taken', async () => {
      const model = modelOf();
      const db = await open(model);
      await db.insert(vectorOf('a') as never);
      await db.insert([
        { vector: vectorOf('b'), metadata: { text: 'b' } },
        { text: 'z', vector: vectorOf('c') },
      ]);
      await db.update({ id: 2, metadata: { page: 3 } });
      expect(model.calls).toEqual([]);
      expect((await db.search('ccc', 1))[0]).toMatchObject({ id: 3, metadata: { text: 'z' } });
    });

    test('batches have the size of the model, and a stream waits for its batches', async () => {
      const model = modelOf(undefined, { batchSize: 10 });
      const db = await open(model);
      const seen: Progress[] = [];
      await db.insert(texts(25), { onProgress: (progress) => void seen.push(progress) });
      expect(model.calls.map((call) => call.texts.length)).toEqual([10, 10, 5]);
      expect(seen.at(-1)).toEqual({ done: 25, total: 25 });
      let asked = 0;
      const slow = (async function* () {
        for (const record of texts(40)) {
          asked++;
          yield record;
          // Nobody asks for more than a batch before the batch has its vectors.
          expect(asked - model.calls.reduce((sum, call) => sum + call.texts.length, -25)).toBeLessThanOrEqual(10);
        }
      })();
      expect((await db.insert(slow)).length).toBe(40);
      expect(await db.count()).toBe(65);
    });

    test('a stream may use the same object again for each record', async () => {
      const db = await open(modelOf());
      const record = { id: 0, text: '', metadata: { page: 0 } };
      const reusing = (function* () {
        for (let i = 0; i < 5; i++) {
          record.id = i;
          record.text = LETTERS[i] as string;
          record.metadata.page = i;
          yield record;
        }
      })();
      await db.upsert(reusing);
      for (let i = 0; i < 5; i++) {
        expect((await db.search((LETTERS[i] as string).repeat(9), 1))[0]?.metadata).toEqual({
          text: LETTERS[i],
          page: i,
        });
      }
    });

    test('replace embeds only what has changed', async () => {
      const model = modelOf();
      const db = await open(model);
      await db.replace('a', [{ id: 1, text: 'one' }, { id: 2, text: 'two', metadata: { page: 1 } }, { text: 'three' }]);
      const next = [{ text: 'three' }, { id: 1, text: 'one' }, { id: 2, text: 'two', metadata: { page: 2 } }];
      const { added, changed, kept, removed } = await db.replace('a', stream(next));
      expect([added, changed, kept.length, removed]).toEqual([[], [2], 2, []]);
      expect(model.calls.map((call) => call.texts)).toEqual([['one', 'two', 'three'], ['two']]);
      expect((await db.get(2))?.metadata).toEqual({ text: 'two', page: 2, source: 'a' });
      await db.replace('a', [{ text: 'three' }, { vector: vectorOf('q'), metadata: { page: 1 } }, { text: 'four' }]);
      expect(model.calls.at(-1)?.texts).toEqual(['four']);
      expect((await db.search('four', 1))[0]?.metadata.text).toBe('four');
    });

    test('a call that fails is tried twice more, and then nothing is written', async () => {
      const oops = new Error('the service is down');
      const flaky = modelOf((_, number) => {
        if (number % 3 !== 0) throw oops;
      });
      const db = await open(flaky);
      await db.insert(texts(3));
      expect(flaky.calls.length).toBe(3);
      const down = await open(modelOf(() => Promise.reject(oops)));
      const error = await failure(() => down.insert(texts(3)), 'MODEL_FAILED');
      expect(error.cause).toBe(oops);
      await failure(() => down.search('question'), 'MODEL_FAILED');
      await failure(() => down.replace('a', texts(3)), 'MODEL_FAILED');
      expect(await down.count()).toBe(0);
      expect((await down.stats()).hidden).toBe(0);
    });

    test('an error of EdgeVec is not tried again', async () => {
      const closed = new EdgeVecError('CLOSED', 'The embedder was disposed');
      const model = modelOf(() => Promise.reject(closed));
      const db = await open(model);
      await failure(() => db.insert({ text: 'a' }), 'CLOSED');
      expect(model.calls.length).toBe(1);
    });

    test('of a stream, the finished batches stay', async () => {
      const model = modelOf((_, number) => {
        if (number > 17) throw new EdgeVecError('MODEL_FAILED', 'No more');
      });
      const db = await open(model);
      const error = await failure(() => db.insert(stream(texts(2_000))), 'MODEL_FAILED');
      expect(error.written).toBe(1_024);
      expect(await db.count()).toBe(1_024);
    });

    test.each([
      ['too few vectors', () => [vectorOf('a')]],
      ['no list', () => ({ embeddings: [] })],
      ['nothing', () => undefined],
      [
        'a vector of another length',
        () => [
          [1, 2],
          [3, 4],
        ],
      ],
      ['NaN', () => [vectorOf('a'), vectorOf('b').fill(Number.NaN)]],
      ['texts', () => ['a', 'b']],
      ['a tensor of other numbers of rows', () => ({ dims: [1, 26], data: new Float32Array(26).fill(1) })],
    ])('a model that gives %s fails, without another try', async (_, answer) => {
      let calls = 0;
      const embed = (): never => {
        calls++;
        return answer() as never;
      };
      const db = await open({ model: 'broken', dimensions: 26, embed });
      await failure(() => db.insert([{ text: 'a' }, { text: 'b' }]), 'MODEL_FAILED');
      expect(calls).toBe(1);
      expect(await db.count()).toBe(0);
    });

    test('a tensor, typed arrays and an answer at once are vectors too', async () => {
      const answers: readonly ((given: readonly string[]) => unknown)[] = [
        (given) => ({ dims: [given.length, 26], data: Float32Array.from(given.flatMap(vectorOf)) }),
        (given) => given.map((text) => Float64Array.from(vectorOf(text))),
      ];
      for (const answer of answers) {
        const db = await open({ model: 'm', dimensions: 26, embed: (given) => answer(given) as never });
        await db.insert([{ text: 'aaa' }, { text: 'bbb' }]);
        expect((await db.search('ab b', 1))[0]?.metadata.text).toBe('bbb');
      }
    });

    test('an abort ends the call at once, although the model hangs', async () => {
      let isStarted = (): void => {};
      const model = modelOf(() => {
        isStarted();
        return new Promise(() => {});
      });
      const db = await open(model);
      const writes = [
        (signal: AbortSignal) => db.insert(texts(3), { signal }),
        (signal: AbortSignal) => db.insert(stream(texts(3)), { signal }),
        (signal: AbortSignal) => db.upsert({ id: 1, text: 'a' }, { signal }),
        (signal: AbortSignal) => db.replace('a', texts(3), { signal }),
      ];
      const searches = [
        (signal: AbortSignal) => db.search('question', { signal }),
        (signal: AbortSignal) => db.searchMany(['question'], { signal }),
      ];
      const calls = [...writes, ...searches];
      for (const [i, call] of calls.entries()) {
        const what = i < writes.length ? 'The write was aborted' : 'The search was aborted';
        const controller = new AbortController();
        const started = new Promise<void>((resolve) => {
          isStarted = resolve;
        });
        const running = call(controller.signal);
        await started;
        controller.abort();
        expect((await failure(() => running, 'ABORTED')).message).toContain(what);
        expect(model.calls.at(-1)?.signal.aborted).toBe(true);
        expect((await failure(() => call(controller.signal), 'ABORTED')).message).toContain(what);
      }
      expect(await db.count()).toBe(0);
    });

    test('close ends calls that wait for the model', async () => {
      let isStarted = (): void => {};
      const started = new Promise<void>((resolve) => {
        isStarted = resolve;
      });
      const db = await open(
        modelOf(() => {
          isStarted();
          return new Promise(() => {});
        }),
      );
      const calls = [
        db.insert(texts(3)),
        db.insert(stream(texts(3))),
        db.search('question'),
        db.replace('a', texts(2)),
      ];
      const ended = Promise.all(calls.map((call) => failure(() => call, 'CLOSED')));
      await started;
      await db.close();
      await ended;
    });

    test('the field of the text may have another name', async () => {
      const db = await EdgeVec.open<{ body: string }>({ embed: modelOf(), fields: { text: 'body' }, worker });
      onTestFinished(() => db.close());
      await db.insert({ text: 'abc', metadata: { body: 'abc' } });
      expect((await db.search('abc'))[0]?.metadata).toEqual({ body: 'abc' });
    });

    test.each([
      ['a text of another kind', 'INVALID_RECORD', (db) => db.insert(loose({ text: 3 }))],
      ['neither text nor vector', 'INVALID_RECORD', (db) => db.insert(loose({ metadata: { page: 1 } }))],
      ['the text in the metadata alone', 'INVALID_RECORD', (db) => db.insert(loose([{ metadata: { text: 'a' } }]))],
      ['another text in the metadata', 'INVALID_RECORD', (db) => db.insert({ text: 'a', metadata: { text: 'b' } })],
      ['an update of the stored text alone', 'INVALID_RECORD', (db) => db.update({ id: 1, metadata: { text: 'b' } })],
      [
        'an update of texts by a filter',
        'INVALID_OPTIONS',
        (db) => db.update({ filter: { page: 1 }, metadata: { text: 'b', page: 2 } }),
      ],
      ['an unknown field', 'INVALID_RECORD', (db) => db.insert(loose({ text: 'a', txt: 'b' }))],
      ['an upsert without id', 'INVALID_ID', (db) => db.upsert(loose({ text: 'a' }))],
      [
        'a throwing text',
        'INVALID_RECORD',
        (db) =>
          db.insert(
            loose(
              Object.defineProperty({}, 'text', {
                enumerable: true,
                get: () => {
                  throw new Error('oops');
                },
              }),
            ),
          ),
      ],
      ['texts in place of records', 'INVALID_RECORD', (db) => db.insert(loose(['a', 'b']))],
      ['a number as query', 'INVALID_VECTOR', (db) => db.search(loose(3))],
      ['a wrong signal', 'INVALID_OPTIONS', (db) => db.search('a', loose({ signal: {} }))],
    ] as readonly [string, 'INVALID_RECORD', (db: EdgeVec<Doc>) => Promise<unknown>][])(
      '%s: %s',
      async (_, code, call) => {
        const db = await open(modelOf());
        await failure(() => call(db), code);
        expect(await db.count()).toBe(0);
      },
    );

    test('without a model, a text is refused with the remedy', async () => {
      const db = await EdgeVec.open({ dimensions: 3, worker });
      onTestFinished(() => db.close());
      expect((await failure(() => db.insert({ text: 'a' }), 'INVALID_OPTIONS')).expected).toContain('embed');
      await failure(() => db.replace('a', [{ text: 'a' }]), 'INVALID_OPTIONS');
      expect((await failure(() => db.search('a'), 'INVALID_VECTOR')).remedy).toMatch(/embed/i);
    });

    test.each([
      ['a string', 'all-MiniLM-L6-v2'],
      ['a function', () => []],
      ['no name', { ...modelOf(), model: '' }],
      ['no dimensions', { ...modelOf(), dimensions: undefined }],
      ['no function', { ...modelOf(), embed: 3 }],
      ['a wrong size of batches', { ...modelOf(), batchSize: 0 }],
      ['null', null],
    ])('the model is %s: refused', async (_, embed) => {
      await failure(() => EdgeVec.open({ embed: loose(embed), worker }), 'INVALID_OPTIONS');
    });

    test('dimensions beside a model must be the dimensions of the model', async () => {
      await failure(() => EdgeVec.open({ dimensions: 3, embed: modelOf(), worker }), 'INVALID_OPTIONS');
      expect((await open(modelOf(), { dimensions: 26 })).dimensions).toBe(26);
    });

    test('the method of a model keeps its object', async () => {
      class Counting implements TextModel {
        readonly model = 'counting';
        readonly dimensions = 26;
        calls = 0;
        embed(given: readonly string[]): number[][] {
          this.calls++;
          return given.map(vectorOf);
        }
      }
      const model = new Counting();
      const db = await open(model);
      await db.insert({ text: 'a' });
      expect(model.calls).toBe(1);
    });

    test('load never makes a database of the dimensions of a model', async () => {
      await failure(() => EdgeVec.load(`not there ${Math.random()}`, { embed: modelOf(), worker }), 'NOT_FOUND');
    });
  });
}
