import { describe, expect, test } from 'vitest';
import { passagesOf, sentencesOf } from '../../../../examples/rag-chat/src/passages.js';

const paragraph = (word: string, sentences: number): string =>
  Array.from({ length: sentences }, (_, i) => `The ${word} number ${i} is described here.`).join(' ');

describe('the passages of a document', () => {
  const long = paragraph('river', 40);
  const document = `Before.\n\n# Trees\n\n${paragraph('oak', 3)}\n\n${paragraph('elm', 9)}\n\n## Water\n${long}\n\nLast.\n`;
  const passages = passagesOf(document);

  test('have the text at their places, in order, and are short', () => {
    for (const { text, start, end } of passages) {
      expect(document.slice(start, end).trim()).toBe(text);
      expect(text.length).toBeLessThan(1_000);
    }
    const starts = passages.map(({ start }) => start);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  test('have the nearest heading above', () => {
    expect(passages[0]).toMatchObject({ heading: '', text: 'Before.' });
    expect(passages.filter(({ text }) => text.includes('oak')).map(({ heading }) => heading)).toEqual(['Trees']);
    expect(passages.at(-1)).toMatchObject({ heading: 'Water' });
  });

  test('leave out nothing but headings', () => {
    const isCovered = (at: number): boolean => passages.some(({ start, end }) => at >= start && at < end);
    const missing = [...document].filter((sign, at) => sign.trim() !== '' && !isCovered(at)).join('');
    expect(missing).toBe('#Trees##Water');
  });

  test('repeat a short paragraph at the beginning of the next passage', () => {
    const parts = passagesOf(`${paragraph('oak', 12)}\n\nA short end.\n\n${paragraph('elm', 15)}`);
    expect(parts.map(({ text }) => text.includes('A short end.'))).toEqual([true, true]);
  });

  test('are none for a text without words', () => {
    expect(passagesOf('\n \n# Only a heading\n')).toEqual([]);
  });
});

test('sentences end at marks before a space', () => {
  expect(sentencesOf('Version 1.5 is here. Is it? Yes!\nNo mark')).toEqual([
    'Version 1.5 is here.',
    'Is it?',
    'Yes!',
    'No mark',
  ]);
});
