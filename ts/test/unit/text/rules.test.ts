// The rules of tokens name the characters that the platform knows, and are made in short steps.

import { beforeEach, expect, test, vi } from 'vitest';

/** As loaded for the first time: the rules are kept. */
async function loaded(): Promise<typeof import('../../../src/text/rules.js')> {
  return import('../../../src/text/rules.js');
}

beforeEach(() => vi.resetModules());

/** The number of steps, and the result. */
function taken(steps: Generator<undefined, string>): readonly [steps: number, rules: string] {
  for (let count = 0; ; count++) {
    const { done, value } = steps.next();
    if (done === true) return [count, value];
  }
}

test('the rules name the number of known characters', async () => {
  const { rulesOfTokens } = await loaded();
  // U+DBFF and U+DC00 stand side by side, and make a private character.
  let known = 1;
  for (let code = 0; code <= 0x3_3fff; code++) if (!/[\p{Cn}\p{Cs}]/u.test(String.fromCodePoint(code))) known++;
  expect(taken(rulesOfTokens())[1]).toBe(`1-${known}`);
});

test('a step looks at no more than 4,096 characters, and only the first call takes steps', async () => {
  const { rulesOfTokens } = await loaded();
  const joined = vi.spyOn(String, 'fromCodePoint');
  const steps = rulesOfTokens();
  let most = 0;
  for (let isOver = false; !isOver; ) {
    joined.mockClear();
    isOver = steps.next().done === true;
    most = Math.max(most, joined.mock.calls.flat().length);
  }
  joined.mockRestore();
  expect(most).toBe(4_096);
  expect(taken(rulesOfTokens())[0]).toBe(0);
});
