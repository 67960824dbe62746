import { mkdir, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { bfloat16 } from './bfloat16';
import { expect, test } from './support';

const ROWS = 300;
const QUERIES = 20;
const COLUMNS = 32;

const lines = (rows: number, word: string) =>
  gzipSync(
    Array.from({ length: rows }, (_, i) =>
      JSON.stringify({ work: 'a-book', author: 'some-one', text: `${word} ${i}` }),
    ).join('\n'),
  );

test('searches a data set folder and shows the texts of the hits', async ({ demo, page }, info) => {
  const folder = info.outputPath('small-set');
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/base.bf16`, bfloat16(ROWS, COLUMNS, 1));
  await writeFile(`${folder}/queries.bf16`, bfloat16(QUERIES, COLUMNS, 2));
  await writeFile(`${folder}/meta.json`, JSON.stringify({ n: ROWS, dim: COLUMNS, queries: QUERIES }));
  await writeFile(`${folder}/base.jsonl.gz`, lines(ROWS, 'Passage'));
  await writeFile(`${folder}/queries.jsonl.gz`, lines(QUERIES, 'Question'));

  await page.getByText('Your data set').click();
  await page.getByLabel('Choose a folder').setInputFiles(folder);
  await expect(page.getByText('small-set: 300 rows of 32, 20 queries, texts.')).toBeVisible();

  // The first 200 rows, with 24 columns each.
  await demo.build(200, 24);
  await expect(demo.hits.first()).toContainText('Passage 0');
  await expect(demo.hits.first()).toContainText('Some One, A book');
  await demo.search.getByRole('button', { name: 'New query' }).click();
  await expect(demo.search.getByText('Question 0')).toBeVisible();

  // The rows are stored, the folder is not.
  await page.reload();
  await demo.expectReady(200);
  await expect(page.getByText('The rows are of small-set.')).toBeVisible();
  await expect(demo.hits.first()).toContainText('Passage 0');
  await demo.search.getByRole('button', { name: 'New query' }).click();
  await expect(demo.search.getByRole('alert')).toContainText('Search from a row instead');

  // The folder, chosen again, gives the missing rows and their texts.
  await page.getByLabel('Choose a folder').setInputFiles(folder);
  await demo.fill(250, 24);
  await page.getByRole('button', { name: 'Add 50 rows' }).click();
  await demo.expectReady(250);
  await demo.search.getByLabel('More like row').fill('230');
  await demo.search.getByRole('button', { name: 'Search' }).click();
  await expect(demo.hits.first()).toContainText('Passage 230');
});

test('names the files missing from a folder', async ({ page, demo }, info) => {
  await demo.page.getByText('Your data set').click();
  const folder = info.outputPath('wrong');
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/base.bf16`, Buffer.alloc(8));
  await page.getByLabel('Choose a folder').setInputFiles(folder);
  await expect(page.getByRole('alert').filter({ hasText: 'meta.json' })).toHaveText(
    'No meta.json among the 1 files. Choose the folder that holds them.',
  );
});

test('takes dropped files', async ({ demo, page }) => {
  await demo.drop({
    'base.bf16': bfloat16(ROWS, COLUMNS, 1),
    'meta.json': JSON.stringify({ n: ROWS, dim: COLUMNS }),
  });
  await expect(page.getByText('300 rows of 32.')).toBeVisible();
  await demo.startBuild();
  await demo.expectReady(ROWS);
  await demo.search.getByRole('button', { name: 'New query' }).click();
  await expect(demo.search.getByRole('alert')).toHaveText(/^This data set has no queries\.bf16/);
  // Stored rows stand in for the queries this set does not have.
  await demo.measure.getByRole('button', { name: 'Measure' }).click();
  await expect(demo.fact('measure', 'Recall@10')).toHaveText('1.000');
});
