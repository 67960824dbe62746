// The decision of `npm run bench:regress`, on series of rounds made by a seed.

import { describe, expect, it } from 'vitest';
import { judge, type Series } from '../../../bench/node/regress/decision.js';
import { judgeRounds, parseOptions } from '../../../bench/node/regress/main.js';
import { random } from '../../support/random.mjs';

const LIMIT = 1.1;

/**
 * Rounds of a machine that gets slower by half, then faster again. `noise`: the width of a round's
 * own deviation.
 */
function rounds(slowdown: number, noise: number, count = 24, seed = 7): Series {
  const next = random(seed);
  const once = (i: number, factor: number) =>
    300 * factor * (1 + 0.5 * Math.sin((i / count) * Math.PI)) * (1 + noise * (next() - 0.5));
  const series = (factor: number) => Array.from({ length: count }, (_, i) => once(i, factor));
  return { base: series(1), head: series(slowdown), again: series(1) };
}

describe('the decision', () => {
  it.each([0.01, 0.1, 0.3])('passes the same build, at a noise of %d', (noise) => {
    for (let seed = 1; seed <= 15; seed++) {
      expect(judge(rounds(1, noise, 24, seed), LIMIT)).toMatchObject({ isSlower: false });
    }
  });

  it('fails a build that takes 1.3 times as long, on a noisy machine too', () => {
    for (let seed = 1; seed <= 15; seed++) {
      expect(judge(rounds(1.3, 0.2, 24, seed), LIMIT)).toMatchObject({ isSlower: true });
    }
  });

  it('fails a build that takes 1.15 times as long, on a quiet machine', () => {
    const { ratio, noise, isSlower } = judge(rounds(1.15, 0.02), LIMIT);
    expect(isSlower).toBe(true);
    expect(ratio).toBeCloseTo(1.15, 2);
    expect(noise).toBeLessThan(0.01);
  });

  it('passes a ratio above the limit if the noise may explain the ratio', () => {
    const { ratio, noise, isSlower } = judge(rounds(1.12, 0.6), LIMIT);
    expect(isSlower).toBe(false);
    expect(ratio - noise).toBeLessThanOrEqual(LIMIT);
  });

  it('passes a faster build, and a few rounds in which the machine stalls', () => {
    expect(judge(rounds(0.8, 0.05), LIMIT).isSlower).toBe(false);
    const { base, head, again } = rounds(1, 0.05);
    const stalled = head.map((value, i) => (i % 5 === 0 ? value * 10 : value));
    expect(judge({ base, head: stalled, again }, LIMIT).isSlower).toBe(false);
  });

  it('gives the same noise for the same rounds', () => {
    expect(judge(rounds(1, 0.1), LIMIT)).toEqual(judge(rounds(1, 0.1), LIMIT));
  });

  it('refuses series of different lengths, and no rounds', () => {
    expect(() => judge({ base: [1], head: [1, 2], again: [1] }, LIMIT)).toThrow('The rounds differ');
    expect(() => judge({ base: [], head: [], again: [] }, LIMIT)).toThrow('at least one round');
  });
});

describe('the rounds', () => {
  const searches = (us: number, slowest: number) => [...Array.from({ length: 98 }, () => us), slowest, slowest];
  const of = (head: readonly number[]) => ({ base: searches(100, 200), head, again: searches(100, 200) });

  it('are judged by the mean and by P99, for each host', () => {
    const slowTail = Array.from({ length: 10 }, () => ({
      'in a worker': of(searches(100, 400)),
      "in the page's thread": of(searches(100, 200)),
    }));
    const slower = judgeRounds(slowTail, LIMIT).filter(({ verdict }) => verdict.isSlower);
    expect(slower.map(({ host, measure }) => `${measure} ${host}`)).toEqual(['p99 in a worker']);
    expect(judgeRounds(slowTail, LIMIT)).toHaveLength(4);
  });
});

describe('the command line', () => {
  it('needs a base, and takes a limit above 1', () => {
    expect(() => parseOptions([])).toThrow('--base is missing');
    expect(() => parseOptions(['--base', 'main', '--limit', '1'])).toThrow('--limit takes a number above 1');
    expect(parseOptions(['--base', 'main'])).toMatchObject({ base: 'main', rounds: 24, limit: 1.1, n: 20_000 });
    expect(parseOptions(['--help'])).toBeNull();
  });
});
