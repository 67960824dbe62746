// The stems of words in each language, against stems that Snowball itself gives (libstemmer 2.2.0).

import { describe, expect, test } from 'vitest';
import type { Language } from '../../src/index.js';
import { plainCutter } from '../../src/text/cutter.js';
import { stemmingCutter } from '../../src/text/stemming-cutter.js';

const CASES: readonly (readonly [language: Language, text: string, stems: string])[] = [
  [
    'en',
    'whales Connection connected HAPPILY generously skies dying',
    'whale connect connect happili generous sky die',
  ],
  ['de', 'Häuser laufenden aufeinander Bücher', 'haus laufend aufeinand buch'],
  ['fr', 'mangeons continuellement chevaux majestueusement', 'mangeon continuel cheval majestu'],
  ['es', 'corriendo canciones rápidamente', 'corr cancion rapid'],
  ['it', 'abbandonata pronunciamento bambini', 'abbandon pronunc bambin'],
  ['pt', 'boiando quilométricas livros', 'boi quilométr livr'],
  ['nl', 'lichamelijk opgenomen boeken', 'licham opgenom boek'],
  ['da', 'undersøgelser husene', 'undersøg hus'],
  ['no', 'havnemyndighetene hovedgaten', 'havnemynd hovedgat'],
  ['sv', 'jaktkarlarne klokheten', 'jaktkarl klok'],
  ['fi', 'edeltäneet taloissa', 'edeltän talo'],
  ['hu', 'alattomban babakocsijáért', 'alatt babakocs'],
  ['ro', 'abundente jucătorilor', 'abundent jucat'],
  ['ru', 'Важными подниматься книгами', 'важн поднима книг'],
  ['tr', 'kalemleri evlerimizden', 'kalem ev'],
  ['ar', 'والكتاب المدرسة', 'والكتاب مدرس'],
  ['hy', 'աղոթքներին բանաձևերից', 'աղոթ բանաձեւ'],
  ['el', 'Σπίτια γυναίκες', 'σπιτ γυναικ'],
  ['ga', 'bhfeirme leabhair', 'feirme leabhair'],
  ['hi', 'लड़कियों किताबें', 'लड़क किताब'],
  ['id', 'membacakan makanan', 'baca makan'],
  ['lt', 'knygomis namuose', 'knyg nam'],
  ['ne', 'किताबहरू घरमा', 'किताब घर'],
  ['sr', 'knjigama građanima', 'knjig građan'],
  ['ta', 'புத்தகங்கள் வீடுகளில்', 'புத்தகம் வீடு'],
];

export function stemTests(): void {
  describe('stems', () => {
    test.each(CASES)('%s', async (language, text, expected) => {
      const cutter = await stemmingCutter(plainCutter, language);
      const words: string[] = [];
      const stems: string[] = [];
      cutter.tokensOf(text, (token, start, end) => {
        stems.push(token);
        words.push(text.slice(start, end));
      });
      expect(stems.join(' ')).toBe(expected.normalize('NFKC'));
      // The range is of the whole word.
      expect(words.join(' ')).toBe(text);
      const queried: string[] = [];
      cutter.queryTokensOf(text, (token) => queried.push(token));
      expect(queried).toEqual(stems);
    });

    test('Turkish words with either letter I', async () => {
      const cutter = await stemmingCutter(plainCutter, 'tr');
      const stems = (text: string): string[] => {
        const found: string[] = [];
        cutter.tokensOf(text, (token) => found.push(token));
        return found;
      };
      expect(stems('yıl YIL yıllar YILLARINDA')).toEqual(Array(4).fill('yil'));
      expect(stems('kız kızlar KIZLARI kitabı KİTABI')).toEqual('kiz kiz kiz kitap kitap'.split(' '));
      // The second `İ` is written as a letter and a dot.
      expect(stems('İstanbul I\u0307stanbul ISTANBUL istanbul')).toEqual(Array(4).fill('istanbul'));
      // Tokens of other characters than the text.
      expect(stems('½ Straße')).toEqual(['1', '2', 'stras']);
      const typed: (string | undefined)[] = [];
      cutter.queryTokensOf('İst yılla', (_, __, ___, letters) => typed.push(letters));
      expect(typed).toEqual(['ist', 'yilla']);
    });

    test('many words, and words of other scripts', async () => {
      const cutter = await stemmingCutter(plainCutter, 'en');
      const stems = (text: string): string[] => {
        const found: string[] = [];
        cutter.tokensOf(text, (token) => found.push(token));
        return found;
      };
      // More words than the cutter remembers.
      const text = Array.from({ length: 50_000 }, (_, i) => `whales${i.toString(36)}s`).join(' ');
      expect(stems(text)).toEqual(stems(text));
      expect(stems('白鯨 книгами whales parseHTTPResponses')).toEqual(
        '白 白鯨 鯨 книгами whale parsehttprespons pars http respons'.split(' '),
      );
    });
  });
}
