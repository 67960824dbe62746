/** Searches from a stored row or a new vector, and compares the hits with exact search. */

import { byId, html } from '../../shared/dom';
import * as format from '../../shared/format';
import { clearProblem, showProblem } from '../../shared/problem';
import { theme } from '../../shared/theme';
import type { Query } from '../data/client';
import { EFS, how, type SearchSettings } from '../how';
import { fingerprint } from '../plot/fingerprint';
import type { Index } from '../session';
import { type Asked, building, held, index, measuring, searched, settings } from '../state';
import { hitItem, passage, type ShownHit, strip } from './hits';

interface Result {
  asked: Asked;
  vector: Float32Array;
  query: Query;
  hits: ShownHit[];
}

const form = byId<HTMLFormElement>('query');
const row = byId<HTMLInputElement>('row');
const error = byId('search-error');
const outcome = byId('outcome');
const asked = byId('asked');
const hits = byId<HTMLOListElement>('hits');
const back = byId<HTMLButtonElement>('back');
let trail: Asked[] = [];
let result: Result | null = null;
let queryNumber = 0;
/** The number of the latest search. The page drops the answer to an earlier search. */
let turn = 0;

const rowsHeld = () => held.value?.count ?? 0;

async function vectorOf(what: Asked, { db }: Index): Promise<Query> {
  if ('query' in what) return what.query;
  const record = await db.get(what.row);
  if (record) return { vector: record.vector, metadata: record.metadata };
  throw new Error(`There is no row ${what.row}. Rows go from 0 to ${format.count(rowsHeld() - 1)}.`);
}

async function search(what: Asked): Promise<void> {
  const current = index.value;
  if (!current) return;
  const mine = ++turn;
  clearProblem(error);
  try {
    const query = await vectorOf(what, current);
    const { k, exact, filter } = how(settings.value);
    const options = { ...how(settings.value), includeVectors: true } as const;
    const before = performance.now();
    const found = await current.db.search(query.vector, options);
    const took = performance.now() - before;
    const judge = { k, exact: true, ...(filter && { filter }) } as const;
    const truth = exact ? found : await current.db.search(query.vector, judge);
    if (mine !== turn) return;
    result = { asked: what, vector: query.vector, query, hits: found };
    show(result);
    const ids = new Set(found.map((hit) => hit.id));
    const right = truth.filter((hit) => ids.has(hit.id)).length;
    const time = took > 0 ? format.latency(took) : 'less than a clock tick';
    const hit = found.length === 1 ? 'hit' : 'hits';
    const all = filter !== undefined && truth.length < k;
    outcome.textContent = `${found.length} ${hit} in ${time}. ${verdict(right, truth.length, exact === true, all)}`;
  } catch (problem) {
    if (mine === turn) showProblem(error, problem);
  }
}

/** @param all whether fewer rows match the filter than hits were asked for */
function verdict(right: number, of: number, exact: boolean, all: boolean): string {
  if (all && of === 0) return 'No row matches the filters.';
  if (all && right === of) return `No other row matches the filters.`;
  if (exact) return 'Every row was compared.';
  return right === of ? `All ${of} are the true nearest.` : `${right} of the ${of} true nearest are among them.`;
}

function show({ asked: what, vector, query, hits: found }: Result): void {
  const name = 'row' in what ? `row ${what.row}` : `new query ${what.number}`;
  if ('row' in what) row.value = String(what.row);
  asked.replaceChildren(
    html('h3', {}, 'Nearest to ', html('b', {}, name)),
    strip(vector, vector),
    ...passage(query.metadata),
  );
  hits.classList.toggle('none', found.length === 0);
  hits.replaceChildren(...found.map((hit, i) => hitItem(hit, i + 1, vector)));
  fingerprint(byId<HTMLCanvasElement>('banner'), vector);
  back.disabled = trail.length < 2;
}

function go(what: Asked): void {
  trail = [...trail.slice(-49), what];
  searched.set(search(what));
}

function again(): void {
  const latest = trail.at(-1);
  if (latest && index.value && !building.value && !measuring.value) searched.set(search(latest));
}

async function newQuery(): Promise<void> {
  const current = index.value;
  if (!current) return;
  const [query] = (await current.data?.queries(queryNumber, 1)) ?? [];
  queryNumber++;
  if (query) go({ query, number: queryNumber });
  else if (current.data) showProblem(error, new Error('This data set has no queries.bf16. Search from a row instead.'));
  else showProblem(error, new Error('The rows are stored, the folder’s queries are not. Search from a row instead.'));
}

function mountDials(): void {
  const recall = byId<HTMLFieldSetElement>('recall');
  const useEf = byId<HTMLInputElement>('use-ef');
  const ef = byId<HTMLInputElement>('ef');
  const change = (changed: Partial<SearchSettings>) => settings.set({ ...settings.value, ...changed });
  const chosenEf = () => EFS[Number(ef.value)] ?? null;
  ef.max = String(EFS.length - 1);
  ef.value = String(EFS.indexOf(100));
  settings.watch(({ exact, ef: used }) => {
    const shown = String(chosenEf());
    byId('ef-value').textContent = shown;
    ef.setAttribute('aria-valuetext', shown);
    recall.disabled = exact || used !== null;
    useEf.disabled = exact;
    ef.disabled = exact || used === null;
  });
  recall.addEventListener('change', ({ target }) => change({ recall: Number((target as HTMLInputElement).value) }));
  useEf.addEventListener('change', () => change({ ef: useEf.checked ? chosenEf() : null }));
  ef.addEventListener('input', () => change({ ef: chosenEf() }));
  byId('k').addEventListener('change', ({ target }) => change({ k: Number((target as HTMLSelectElement).value) }));
  byId('exact').addEventListener('change', ({ target }) => change({ exact: (target as HTMLInputElement).checked }));
  settings.watch(({ k }) => {
    // Keeps room for the hits, so that hits do not move the rest of the page.
    hits.style.setProperty('--hits', String(k));
    again();
  });
}

export function mountSearch(): void {
  mountDials();
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const value = Number(row.value);
    if (row.value !== '' && Number.isInteger(value)) go({ row: value });
    else showProblem(error, new Error('A row is a whole number.'));
  });
  byId('random-row').addEventListener('click', () => {
    if (index.value) go({ row: Math.floor(Math.random() * rowsHeld()) });
  });
  byId('random-query').addEventListener('click', newQuery);
  back.addEventListener('click', () => {
    trail.pop();
    again();
  });
  hits.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLElement>('[data-row]');
    if (!button) return;
    go({ row: Number(button.dataset['row']) });
    // The list is replaced, and the focus would be lost with the list. The focus moves to the
    // search instead.
    byId('search').focus({ preventScroll: true });
    byId('search').scrollIntoView({ block: 'start' });
  });
  theme.watch(() => result && show(result));

  const enable = () => {
    const ready = index.value !== null && !building.value && !measuring.value;
    for (const control of form.querySelectorAll<HTMLButtonElement | HTMLInputElement>('button, input')) {
      control.disabled = !ready || (control === back && trail.length < 2);
    }
  };
  index.watch((current) => {
    trail = [];
    result = null;
    turn++;
    clearProblem(error);
    asked.replaceChildren(html('p', { class: 'note' }, 'The rows nearest to the one asked for will be here.'));
    outcome.textContent = '';
    hits.replaceChildren();
    hits.classList.remove('none');
    enable();
    if (!current) return;
    // Shows some hits before the first click.
    go({ row: 0 });
  });
  held.watch(() => {
    row.max = String(Math.max(0, rowsHeld() - 1));
  });
  building.watch(enable);
  measuring.watch(enable);
}
