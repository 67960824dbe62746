// Passages in, a question in, and the right passage comes first: with real models, in Node and in
// Chromium, with the built package. A new process, or a new load of the page, runs each stage.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findBrowser, launchBrowser } from '../../../scripts/browsers.mjs';
import { serveFolder } from '../../../scripts/static.mjs';
import { root } from '../support/package.js';
import type { Stage, Told } from '../support/real-models/story.mjs';

/** Models that the repository does not have. */
const MODELS = join(root, '../shared/models/');
const SMALL = 'static-en-256';
const LARGE = 'all-MiniLM-L6-v2';
const HAS_LARGE = existsSync(join(MODELS, LARGE));

const folder = mkdtempSync(join(tmpdir(), 'edgevec-real-models-'));
/** The built page. */
const app = join(folder, 'app');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The paragraphs of a sample document of the example rag-chat, each behind its heading. */
function passagesIn(name: string): string[] {
  let heading = '';
  const passages: string[] = [];
  for (const block of readFileSync(join(root, 'examples/rag-chat/src/samples', name), 'utf8').split(/\n{2,}/)) {
    if (block.startsWith('#')) heading = block.replace(/^#+ /, '');
    else passages.push(`${heading}\n${block.trim()}`);
  }
  return passages;
}

const bicycle = passagesIn('bicycle.md');
const coffee = passagesIn('coffee.md');
const sources = { 'bicycle.md': bicycle, 'coffee.md': coffee };
const passages = [...bicycle, ...coffee];

/** Questions with the beginning of the right passage. */
const QUESTIONS = {
  'how hot should the water be?': 'Water\nWater that has just boiled',
  'what does road salt do to my bike?': 'Winter\nSalt is worse than snow',
  'how much air does a tyre need?': 'Tyres\nPress a tyre',
  'the brakes squeal': 'Brakes\nSquealing often means',
  'how fine should I grind the beans?': 'Grinding\nGrind just before you brew',
};
/** The small model finds another passage. */
const PUNCTURE = { 'how do I repair a puncture?': 'Tyres\nTo mend a puncture' };

/** The changed source: a passage is gone, and two passages are new. */
const TEA = 'Tea\nLeaves of black tea brew for three to five minutes. Green tea needs cooler water.';
const CLEANING = 'Cleaning\nRinse the pot and the filter holder after each use, without soap.';
const changed = [...coffee.slice(1), TEA, CLEANING];
const ON_TEA = { 'how long do tea leaves brew?': TEA };

/** Where the story is told. */
interface Place {
  readonly name: string;
  /** Why nothing can be told here. */
  readonly missing: string | undefined;
  /** Begins with empty storage. Each call of the result tells a stage. */
  begin(): Promise<(stage: Stage) => Promise<Told>>;
}

const node: Place = {
  name: 'Node',
  missing: undefined,
  async begin() {
    const directory = mkdtempSync(join(folder, 'node-'));
    return async (stage) => {
      const script = join(root, 'ts/test/support/real-models/in-node.mjs');
      const child = fork(script, [JSON.stringify(stage), directory, MODELS], { execArgv: [] });
      const ended = once(child, 'exit');
      // All messages come before this event, and not always before `exit`.
      const silent = once(child, 'disconnect').then(() => undefined);
      const told = await Promise.race([once(child, 'message').then(([told]) => told as Told), silent]);
      const [code] = await ended;
      if (told === undefined) throw new Error(`The process has told nothing, and has ended with ${code}.`);
      return told;
    };
  },
};

const chromium: Place = {
  name: 'Chromium',
  missing: (await findBrowser('chromium'))
    ? undefined
    : 'Chromium is not here: "npm run setup -- --browsers" installs it',
  async begin() {
    const { url, server } = await serveFolder(app);
    const browser = await launchBrowser('chromium', { profile: mkdtempSync(join(folder, 'profile-')) });
    onTestFinished(async () => {
      await browser.close();
      server.close();
    });
    return async (stage) => {
      const errors: string[] = [];
      const onConsole = (type: string, text: string): void => void (type === 'error' && errors.push(text));
      const page = await browser.open(url, { onConsole });
      const told = await page.evaluate<Told>(`tell(${JSON.stringify(stage)})`);
      await page.close();
      expect(errors).toEqual([]);
      return told;
    };
  },
};

beforeAll(async () => {
  if (chromium.missing !== undefined) return;
  await build({
    root: join(root, 'ts/test/support/real-models'),
    configFile: false,
    logLevel: 'error',
    // Without the code for WebGPU, the runtime of the model is half as large.
    resolve: { alias: [{ find: /^onnxruntime-web\/webgpu$/, replacement: 'onnxruntime-web/wasm' }] },
    worker: { format: 'es' },
    build: { outDir: app, target: 'esnext', minify: false },
  });
  if (HAS_LARGE) symlinkSync(MODELS, join(app, 'models'), 'junction');
});

describe.each([node, chromium])('$name', ({ missing, begin }) => {
  /** The right passages of questions come first. */
  const expectRight = (asked: Record<string, string>, { answers }: Told): void => {
    const beginnings = Object.values(asked);
    expect(answers.map((answer, i) => answer.slice(0, beginnings[i]?.length))).toEqual(beginnings);
  };

  test(`the right passage comes first, also after a reload (${SMALL})`, async ({ skip }) => {
    if (missing !== undefined) return skip(missing);
    const tell = await begin();
    const model = SMALL;
    const first = await tell({ model, sources, questions: Object.keys(QUESTIONS) });
    expectRight(QUESTIONS, first);
    expect([...first.embedded].sort()).toEqual([...passages].sort());
    const asked = { ...QUESTIONS, ...ON_TEA };
    const second = await tell({ model, sources: { 'coffee.md': changed }, questions: Object.keys(asked) });
    expectRight(asked, second);
    expect(second.embedded).toEqual([TEA, CLEANING]);
    const third = await tell({ model, sources: { 'coffee.md': changed }, questions: Object.keys(asked) });
    expect([third.answers, third.embedded]).toEqual([second.answers, []]);
  });

  test(`another model makes the vectors again (${LARGE})`, async ({ skip }) => {
    if (missing !== undefined) return skip(missing);
    if (!HAS_LARGE) return skip(`the model is not at ${join(MODELS, LARGE)}`);
    const tell = await begin();
    const asked = { ...QUESTIONS, ...PUNCTURE };
    const questions = Object.keys(asked);
    const first = await tell({ model: SMALL, sources, questions });
    expectRight(QUESTIONS, { ...first, answers: first.answers.slice(0, -1) });
    const second = await tell({ model: LARGE, reembeds: true, sources: {}, questions });
    expect(second).toMatchObject({ refused: 'MODEL_DIFFERS', model: LARGE, names: ['passages'] });
    expect([...second.embedded].sort()).toEqual([...passages].sort());
    expectRight(asked, second);
    // The vectors of the small model did not know the answer to the last question.
    expect(second.answers).not.toEqual(first.answers);
    const more = { ...asked, ...ON_TEA };
    const third = await tell({
      model: LARGE,
      sources: { 'bicycle.md': bicycle, 'coffee.md': changed },
      questions: Object.keys(more),
    });
    expect(third.embedded).toEqual([TEA, CLEANING]);
    expectRight(more, third);
  });
});
