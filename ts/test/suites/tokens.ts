// How texts are cut into tokens, in ten scripts. The tests run in every browser: the tokens of an
// index must not depend on the browser that made the index.

import { describe, expect, test } from 'vitest';
import { queryTokensOf, tokensOf } from '../../src/text/tokens.js';

const tokens = (text: string, cut = tokensOf): string[] => {
  const found: string[] = [];
  cut(text, (token) => found.push(token));
  return found;
};

const CASES: [script: string, text: string, tokens: string][] = [
  ['Latin', 'Call me Ishmael. Some years ago—never mind', 'call me ishmael some years ago never mind'],
  ['Latin with accents', 'Größe, GRÖSSE; naïve café l’été', 'grösse grösse naïve café l été'],
  ['Latin, in pieces', 'cafe\u0301 ﬁnal Ｆｕｌｌ', 'café final full'],
  ['Latin, sharp s', 'Straße STRASSE', 'strasse strasse'],
  ['Turkish', 'İstanbul Iğdır', 'i\u0307stanbul iğdir'],
  ['Vietnamese', 'Tiếng Việt', 'tiếng việt'],
  ['Greek', 'ΟΔΥΣΣΕΥΣ Οδυσσεύς ὁδός', 'οδυσσευσ οδυσσεύσ ὁδόσ'],
  ['Cyrillic', 'Война и МИР, ёлка', 'война и мир ёлка'],
  ['Armenian', 'Բարև ԱՇԽԱՐՀ', 'բարեւ աշխարհ'],
  ['Georgian', 'გამარჯობა Მსოფლიო', 'გამარჯობა მსოფლიო'],
  ['Hebrew', 'שלום עולם', 'שלום עולם'],
  ['Arabic', 'السلام عليكم ١٢٣', 'السلام عليكم ١٢٣'],
  ['Devanagari', 'नमस्ते दुनिया', 'नमस्ते दुनिया'],
  ['Tamil', 'வணக்கம் உலகம்', 'வணக்கம் உலகம்'],
  ['Ethiopic', 'ሰላም ዓለም', 'ሰላም ዓለም'],
  ['Chinese', '白鯨記，第1章', '白 白鯨 鯨 鯨記 記 第 1 章'],
  ['Japanese', '白いクジラ', '白 白い い いク ク クジ ジ ジラ ラ'],
  ['Japanese, narrow', 'ｸｼﾞﾗ', 'ク クジ ジ ジラ ラ'],
  ['Korean', '흰 고래', '흰 고 고래 래'],
  ['Thai', 'ไทยดี', 'ไ ไท ท ทย ย ยดี ดี'],
  ['Khmer', 'ខ្មែរ', 'ខ្ ខ្មែ មែ មែរ រ'],
  ['digits', '3.14 in 2024, GPT4 B52 ½', '3 14 in 2024 gpt4 b52 1 2'],
  ['camel case', 'parseHTTPResponse2 iPhone', 'parsehttpresponse2 parse http response2 iphone i phone'],
  ['snake case', '__max_block_size__ _ a_b', 'max_block_size max block size a_b a b'],
  ['camel case with accents', 'größteÄnderung', 'grössteänderung grösste änderung'],
  ['no compounds', 'Whale WHALE whale2 COVID19', 'whale whale whale2 covid19'],
  ['mixed', 'iOS版 v2', 'ios i os 版 v2'],
  ['emoji', 'whale 🐋 ship 👩‍🚀', 'whale ship'],
  ['nothing', ' ,.— ', ''],
];

export function tokenTests(): void {
  describe('tokens', () => {
    test.each(CASES)('%s', (_, text, expected) => {
      expect(tokens(text).join(' ')).toBe(expected);
    });

    test('a query has pairs of characters, and a single character alone', () => {
      expect(tokens('白鯨記 鯨 whale', queryTokensOf)).toEqual(['白鯨', '鯨記', '鯨', 'whale']);
    });

    test('each token tells its range', () => {
      const text = 'Die Größe von fooBar, 白鯨 ｸｼﾞ ½';
      const ranges: string[] = [];
      tokensOf(text, (_, start, end) => ranges.push(text.slice(start, end)));
      expect(ranges.join(' ')).toBe('Die Größe von fooBar foo Bar 白 白鯨 鯨 ｸ ｸｼﾞ ｼﾞ ½ ½');
    });

    test('the table of ASCII and the patterns of Unicode cut in the same way', () => {
      const words = 'Call_me fooBar HTTPServer x2 _a __ A aB A1b_C 9 whale. (ship) e-mail'.split(' ');
      for (const word of words) {
        // A letter that is not ASCII sends the whole run through the patterns.
        const plain = tokens(`${word} é`).slice(0, -1);
        const mixed = tokens(`${word}é`).map((token) => token.replace('é', ''));
        expect(
          mixed.filter((token) => token !== ''),
          word,
        ).toEqual(plain);
      }
    });

    test('long words are cut off, and never within a character', () => {
      expect(tokens('a'.repeat(100))).toEqual(['a'.repeat(64)]);
      const letter = String.fromCodePoint(0x1d4b3);
      expect(tokens(`a${'𐐨'.repeat(60)}`)).toEqual([`a${'𐐨'.repeat(31)}`]);
      expect(tokens(letter)).toEqual(['x']);
    });

    test('lone surrogates and odd strings are no tokens, and no error', () => {
      expect(tokens('\ud800 a\udc00b \0 \u{10ffff}')).toEqual(['a', 'b']);
    });
  });
}
