// The words of a large database: no step looks at all slots.

import { expect, test } from 'vitest';
import { Bits } from '../../../../src/base/bits.js';
import type { Slots } from '../../../../src/collection/slot-store.js';
import { RestoredWords } from '../../../../src/collection/words/restored-words.js';
import { StorableWords } from '../../../../src/collection/words/storable-words.js';
import type { Texts } from '../../../../src/engine/texts.js';
import { refOf } from '../../../../src/format/chunk.js';
import { decodeWordsHead, encodeWordsHead } from '../../../../src/format/words/head.js';
import { plainCutter } from '../../../../src/text/cutter.js';
import { rulesOfTokens } from '../../../../src/text/rules.js';

const COUNT = 100_000;
const FIELDS = [{ name: 'title', path: ['title'], weight: 3 }];

/** Slots that count the looks. Every third slot has no row. */
function countingSlots() {
  const looks = { now: 0 };
  const slots: Slots = {
    count: COUNT,
    now: 1,
    has(slot) {
      looks.now++;
      return slot % 3 !== 0;
    },
    haveChanged: (_, first) => first % 5 === 0,
  };
  return { slots, looks };
}

/** An index that reads and has nothing. */
const nothing = { readHead: () => {}, unstored: () => Uint32Array.of(7), copyHead: () => Uint8Array.of(1) };
const texts = nothing as unknown as Texts;

function rules(): string {
  for (const steps = rulesOfTokens(); ; ) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

test('the head of words for a checkpoint is made of whole words of bits', () => {
  const { slots, looks } = countingSlots();
  const storable = new StorableWords(texts, '1-5', FIELDS, slots, Bits.of([3, COUNT - 1]), [64]);
  const { known } = decodeWordsHead(storable.head());
  expect(looks.now).toBe(0);
  const missing = new Bits().complement(COUNT).andNot(new Bits(known));
  expect([...missing]).toEqual([3, 7, 64, COUNT - 1]);
});

test('stored words look at no more than 4,096 slots between two steps', async () => {
  const { slots, looks } = countingSlots();
  const head = encodeWordsHead({ known: new Bits().complement(COUNT).words, segments: Uint8Array.of(1) });
  const stored = { rules: rules(), fields: [{ path: ['title'], weight: 3 }], head: refOf('head', head), segments: [] };
  const restored = new RestoredWords(texts, stored, FIELDS, plainCutter, async () => head, slots);
  let most = 0;
  let steps = 0;
  while (!restored.isOver) {
    if (restored.awaits) await restored.read();
    looks.now = 0;
    restored.step();
    most = Math.max(most, looks.now);
    steps++;
  }
  expect(most).toBe(4_096);
  expect(steps).toBeGreaterThan(COUNT / 4_096);
  const rows = Array.from({ length: COUNT }, (_, slot) => slot).filter((slot) => slot % 3 !== 0 && slot % 5 !== 0);
  expect([...restored.known]).toEqual(rows);
});

test.each([
  ['other rules', { rules: 'later' }, ''],
  ['other fields', { fields: [{ path: ['body'], weight: 3 }] }, ''],
  ['the rules of no language', {}, 'en-1'],
  ['the rules of EdgeVec', {}, undefined],
])('stored words with %s are over without a look at their chunks', (_, change, own) => {
  const { slots } = countingSlots();
  const ref = refOf('head', new Uint8Array());
  const stored = { rules: rules(), fields: [{ path: ['title'], weight: 3 }], head: ref, segments: [], ...change };
  const read = () => Promise.reject(new Error('read'));
  const restored = new RestoredWords(texts, stored, FIELDS, { ...plainCutter, rules: own }, read, slots);
  expect(restored.awaits).toBe(false);
  restored.step();
  expect([restored.isOver, restored.known.isEmpty()]).toEqual([true, true]);
});
