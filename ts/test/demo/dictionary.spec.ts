import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { serveFolder } from '../../../scripts/static.mjs';
import { Dictionary } from './dictionary';
import { runPasted } from './pasted';
import { expect, opened, test } from './support';

const DOCTOR = 'a person licensed to heal the sick';

test('the first visit answers before all senses are there, and the next visit at once', async ({ page }) => {
  await opened(page, '/?senses=6000&q=a+licensed+medical+practitioner', async () => {
    const dictionary = new Dictionary(page);
    // The page itself looks, because a call from outside may come too late.
    const early = await page.evaluate(
      () =>
        new Promise<string | null>((resolve) => {
          const results = document.getElementById('results') as HTMLElement;
          new MutationObserver(() => {
            if (results.childElementCount > 0) resolve(document.getElementById('progress-text')?.textContent ?? null);
          }).observe(results, { childList: true });
        }),
    );
    expect(early).toMatch(/^[1-5],000 of 6,000 senses are searchable$/);
    await dictionary.expectReady(6000);
    await dictionary.expectFirst('doctor');
    await expect(dictionary.fact('Memory')).toHaveText(/ MB$/);
    await expect(dictionary.fact('Stored')).toHaveText(/ MB$/);

    const workers = page.waitForEvent('worker', { predicate: (worker) => worker.url().includes('rows'), timeout: 0 });
    let built = false;
    workers.then(() => (built = true)).catch(() => {});
    await page.reload();
    await dictionary.expectFirst('doctor');
    await dictionary.expectReady(6000);
    expect(built).toBe(false);
  });
});

test('a dictionary that a reload has cut short goes on', async ({ page }) => {
  await opened(page, '/?senses=1500', async () => {
    const dictionary = new Dictionary(page);
    await dictionary.expectReady(1500);
    await page.goto('/?senses=4000&q=a+licensed+medical+practitioner');
    await dictionary.expectFirst('doctor');
    await dictionary.expectReady(4000);
    await expect(dictionary.results).toHaveCount(10);
  });
});

test('a second tab shows the senses that the first tab adds', async ({ page }) => {
  await opened(page, '/?senses=1000', async () => {
    await new Dictionary(page).expectReady(1000);
    const other = new Dictionary(await page.context().newPage());
    await other.page.goto('/?senses=1000&q=a+licensed+medical+practitioner');
    await other.expectFirst('doctor');
    await page.goto('/?senses=3000');
    await new Dictionary(page).expectReady(3000);
    await expect(other.progress).toHaveText('3,000 senses');
  });
});

test('answers on each key, and the address shows others the same', async ({ dictionary }) => {
  const { page } = dictionary;
  await dictionary.query.pressSequentially('adult male person');
  await dictionary.expectFirst('man');
  await expect(dictionary.results.first()).toContainText('noun');
  await expect(dictionary.results.first()).toContainText('an adult person who is male (as opposed to a woman)');
  await expect(dictionary.results.first()).toContainText('“there were two women and six men on the bus”');
  await expect(dictionary.results.first()).toContainText(/similarity 0\.\d\d/);
  expect(new URL(page.url()).searchParams.get('q')).toBe('adult male person');
  await expect(dictionary.fact('Key to screen')).toHaveText(/ (µs|ms|s)$/);
  await expect(dictionary.fact('Search')).toHaveText(/ (µs|ms|s)$/);
  await page.reload();
  await dictionary.expectFirst('man');
  await expect(dictionary.query).toHaveValue('adult male person');
});

test('a search sends nothing', async ({ dictionary }) => {
  const requests: string[] = [];
  dictionary.page.on('request', (request) => requests.push(request.url()));
  await dictionary.ask('a licensed medical practitioner', 'doctor');
  await dictionary.words.first().click();
  await expect(dictionary.page.getByRole('heading', { name: 'Like “doctor”' })).toBeVisible();
  await expect(dictionary.fact('Bytes sent')).toHaveText('0');
  expect(requests).toEqual([]);
  // The number counts, if there is something to count.
  await dictionary.page.evaluate(() => fetch('/empty'));
  await expect(dictionary.fact('Bytes sent')).toHaveText(/^1 request, at last http.*\/empty$/);
});

test('everything can be done with the keyboard', async ({ dictionary }) => {
  const { page } = dictionary;
  await dictionary.query.focus();
  await page.keyboard.type('a licensed medical practitioner');
  await dictionary.expectFirst('doctor');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(dictionary.words.nth(1)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(dictionary.words.first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Like “doctor”' })).toBeVisible();
  await expect(dictionary.words.first()).toBeFocused();
  await expect(dictionary.words.first()).not.toHaveAccessibleName('More like doctor');
  await page.goBack();
  await dictionary.expectFirst('doctor');
  await expect(page.getByRole('heading', { name: 'By meaning' })).toBeVisible();

  // A letter goes on with the question, and Escape ends it.
  await dictionary.words.first().focus();
  await page.keyboard.type('s');
  await expect(dictionary.query).toHaveValue('a licensed medical practitioners');
  await page.keyboard.press('Escape');
  await expect(dictionary.query).toHaveValue('');
  await expect(dictionary.query).toBeFocused();
  await expect(page.getByRole('list', { name: 'Suggestions' })).toBeVisible();
  expect(new URL(page.url()).searchParams.has('q')).toBe(false);
});

test('a suggestion fills in a question', async ({ dictionary }) => {
  await dictionary.page.getByRole('button', { name: 'fear of closed spaces' }).click();
  await expect(dictionary.query).toHaveValue('fear of closed spaces');
  await expect(dictionary.query).toBeFocused();
  await expect(dictionary.results).toHaveCount(10);
});

test('chips choose parts of speech', async ({ dictionary }) => {
  await dictionary.query.fill('water');
  await expect(dictionary.results).toHaveCount(10);
  await dictionary.chip('verb').click();
  await expect(dictionary.chip('verb')).toHaveAttribute('aria-pressed', 'true');
  await expect(dictionary.results.filter({ has: dictionary.page.getByText('verb', { exact: true }) })).toHaveCount(10);
  await expect(dictionary.code).toContainText("filter: { part: 'verb' }");
  await dictionary.page.reload();
  await expect(dictionary.chip('verb')).toHaveAttribute('aria-pressed', 'true');
  await expect(dictionary.results.filter({ has: dictionary.page.getByText('verb', { exact: true }) })).toHaveCount(10);
  await dictionary.chip('noun').click();
  await expect(dictionary.results.filter({ has: dictionary.page.getByText('noun', { exact: true }) })).not.toHaveCount(
    0,
  );
  expect(new URL(dictionary.page.url()).searchParams.get('part')).toBe('verb,noun');
});

test('the senses of an exact word are beside the meanings, whatever its capitals', async ({ dictionary }) => {
  for (const text of ['doctor', 'DOCTOR ']) {
    await dictionary.query.fill(text);
    await expect(dictionary.exact).toContainText(`“${text.trim()}” has 2 senses.`);
    await expect(dictionary.exact.getByRole('listitem')).toHaveText([
      /a licensed medical practitioner/,
      /^More like doctor.*repair.*restore/,
    ]);
  }
  // A word is found from its first letters on.
  await dictionary.query.fill('phys');
  await expect(dictionary.exact).toContainText('Words that begin with “phys”:');
  await expect(dictionary.exact.getByRole('listitem').filter({ hasText: 'physician' })).toContainText(
    'a licensed medical practitioner',
  );
  await dictionary.query.fill('united sta');
  await expect(dictionary.exact).toContainText('North American republic');
  await dictionary.query.fill('united states');
  await expect(dictionary.exact).toContainText('“united states” has 2 senses.');
  await expect(dictionary.exact).toContainText('North American republic');
  await dictionary.query.fill('time');
  await expect(dictionary.exact).toContainText(/“time” has \d+ senses/);
  await dictionary.query.fill(DOCTOR);
  await expect(dictionary.exact).toContainText(`“${DOCTOR}” is not a word of the dictionary.`);
});

test('a text without a known word says so', async ({ dictionary }) => {
  await dictionary.query.fill('ｚ♯');
  await expect(dictionary.page.getByText('None of these words is known to the model.')).toBeVisible();
  await expect(dictionary.results).toHaveCount(0);
});

test('nothing moves while a visitor types', async ({ dictionary }) => {
  const { page } = dictionary;
  const places = () =>
    page
      .locator('#meanings-title, #exact-title, #device-title, #code-title')
      .evaluateAll((parts) => parts.map((part) => Math.round(part.getBoundingClientRect().top + scrollY)));
  const before = await places();
  for (const [text, word] of [
    ['a licensed medical practitioner', 'doctor'],
    ['adult male person', 'man'],
  ] as const) {
    await dictionary.ask(text, word);
    expect(await places()).toEqual(before);
  }
  await dictionary.query.fill('time');
  await expect(dictionary.exact.getByRole('listitem')).not.toHaveCount(0);
  expect(await places()).toEqual(before);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`has no fault that axe finds, ${colorScheme}`, async ({ dictionary }) => {
    const { page } = dictionary;
    // Without motion, the colours are there at once, and not after a transition.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(axe.source);
    const faults = () =>
      page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      });
    expect(await faults()).toEqual([]);
    await dictionary.ask('adult male person', 'man');
    expect(await faults()).toEqual([]);
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  });
}

test('nothing sticks out of a narrow phone, and each control is large enough', async ({ dictionary }) => {
  const { page } = dictionary;
  await page.setViewportSize({ width: 360, height: 740 });
  await dictionary.ask('adult male person', 'man');
  const [scroll, client] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  expect(scroll).toBe(client);
  const small = await page
    .locator('main button:visible:not(.word)')
    .evaluateAll((parts) =>
      parts.filter((part) => part.getBoundingClientRect().height < 32).map((part) => part.textContent),
    );
  expect(small).toEqual([]);
});

test('without storage, the dictionary is in memory and says so', async ({ page }) => {
  // The engine's worker would have storage of its own.
  const script = await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', { value: undefined });
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        if (String(url).startsWith('blob:')) throw new Error('No worker of the engine in this test.');
        super(url, options);
      }
    };
  });
  await opened(page, '/?senses=1000&q=a+licensed+medical+practitioner', async () => {
    const dictionary = new Dictionary(page);
    await expect(dictionary.notices).toContainText('This browser lets the page store nothing');
    await dictionary.expectReady(1000);
    await dictionary.expectFirst('doctor');
    await expect(dictionary.fact('Stored')).toHaveText('nothing');
  });
  await script.dispose();
});

test('works without a network after the first visit', async ({ browser }) => {
  // A host that ends. Playwright takes the network away from the service workers of Chromium alone.
  const { url, server } = await serveFolder(fileURLToPath(new URL('../../../examples/demo/dist', import.meta.url)));
  const context = await browser.newContext();
  const page = await context.newPage();
  const dictionary = new Dictionary(page);
  await page.goto(`${url}?senses=1000`);
  await expect(dictionary.fact('Without network')).toHaveText('ready');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(page.request.get(url)).rejects.toThrow();
  await page.goto(`${url}?senses=1000&q=a+licensed+medical+practitioner`);
  await dictionary.expectFirst('doctor');
  await dictionary.expectReady(1000);
  // The dictionary's files are kept too: the rest is added without a network.
  await page.goto(`${url}?senses=2000`);
  await dictionary.expectReady(2000);
  await page.getByRole('navigation').getByRole('link', { name: 'Lab' }).click();
  await expect(page.getByText('No index yet.')).toBeVisible();
  await context.close();
});

test('the code on the page runs as it stands', async ({ dictionary, page }) => {
  await dictionary.chip('noun').click();
  await dictionary.ask('a licensed medical practitioner', 'doctor');
  await expect(dictionary.code).toContainText('a licensed medical practitioner');
  await expect(dictionary.code).toContainText("filter: { part: 'noun' }");
  const code = (await dictionary.code.textContent()) ?? '';
  expect(code.split('\n').length).toBeLessThanOrEqual(20);

  const lines = await runPasted(page, code, /^0\.\d\d /, 3);
  expect(lines[0]).toMatch(/^0\.\d\d doctor$/);
});

test('licences of the words and of the model are beside the page', async ({ page, baseURL }) => {
  const notices = await (await page.request.get(`${baseURL}notices.txt`)).text();
  const own = readFileSync(new URL('../../../examples/demo/notices.txt', import.meta.url), 'utf8');
  expect(notices).toContain(own);
  expect(notices).toContain('WordNet 3.0 Copyright 2006 by Princeton University.');
});
