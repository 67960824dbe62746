/** The form for the data to be indexed. */

import type { Metric } from 'edgevec';
import { hasParameter, readParameter, writeParameters } from '../../shared/address';
import { byId } from '../../shared/dom';
import * as format from '../../shared/format';
import { clearProblem, showProblem } from '../../shared/problem';
import { droppedFiles, inspect } from '../data/drop';
import type { DataSet, FolderSource, Source } from '../data/types';
import { type BuildOptions, type Database, rowsToKeep } from '../session';
import { building, elsewhere, held, index, measuring } from '../state';

export type Wanted = Omit<BuildOptions, 'onEvent'>;

const MAX_DIMENSIONS = 4096;
const MAX_SYNTHETIC_ROWS = 100_000;

const form = byId<HTMLFormElement>('setup');
const rows = byId<HTMLInputElement>('rows');
const dimensions = byId<HTMLInputElement>('dimensions');
const seed = byId<HTMLInputElement>('seed');
const metric = byId<HTMLSelectElement>('metric');
const host = byId<HTMLSelectElement>('host');
const build = byId<HTMLButtonElement>('build');
const error = byId('setup-error');
/** The fields in the address. */
const linked = [rows, dimensions, seed, metric, host];
let folder: FolderSource | null = null;
/**
 * Whether the form has values that the user wants, entered by hand or by a link. After a reload,
 * the values came from the stored database.
 */
let wanted = hasParameter(linked.map(({ id }) => id)) && !isReload();

function isReload(): boolean {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return entry?.type === 'reload';
}

const chosen = () => new FormData(form).get('source') as Source['kind'];

function readNumber(input: HTMLInputElement, name: string, low: number, high: number): number {
  const value = Number(input.value);
  const valid = input.value !== '' && Number.isInteger(value) && value >= low && value <= high;
  input.setAttribute('aria-invalid', String(!valid));
  if (valid) return value;
  input.focus();
  throw new Error(`${name} must be a whole number from ${format.count(low)} to ${format.count(high)}.`);
}

/** The values of the form, valid or not. */
function sourceAsked(): Source | null {
  const size = { rows: Number(rows.value), dimensions: Number(dimensions.value) };
  if (chosen() === 'synthetic') return { kind: 'synthetic', ...size, seed: Number(seed.value) };
  return folder && { ...folder, ...size };
}

function readSource(): Source {
  const source = sourceAsked();
  if (!source) throw new Error('Choose or drop a data set folder first.');
  readNumber(rows, 'Rows', 1, Number(rows.max));
  readNumber(dimensions, 'Dimensions', 1, Number(dimensions.max));
  if (source.kind === 'synthetic') readNumber(seed, 'Seed', 0, 0xffff_ffff);
  return source;
}

/** Shows the size of the build, and the effect on the stored rows. */
function showSize(): void {
  const source = sourceAsked();
  const count = held.value?.count ?? 0;
  const kept =
    source && index.value && held.value ? rowsToKeep(index.value, held.value, source, metric.value as Metric) : 0;
  // The tab that is building adds these rows.
  const others = kept > 0 && elsewhere.value;
  const size = (Number(rows.value) - kept) * Number(dimensions.value) * 4;
  const parts = Number.isFinite(size) && size > 0 ? [`${format.bytes(size)} of vectors`] : [];
  if (kept > 0) parts.push(`added to the ${format.count(count)} rows that are there`);
  else if (count > 0) parts.push(`in place of the ${format.count(count)} rows that are there`);
  byId('size').textContent = others ? 'Another tab is building these rows.' : parts.join(', ');
  build.textContent = source && kept > 0 && !others ? `Add ${format.count(source.rows - kept)} rows` : 'Build index';
  build.disabled = measuring.value || others;
}

function showSource(): void {
  const synthetic = chosen() === 'synthetic';
  byId('folder').hidden = synthetic;
  byId('seed').closest<HTMLElement>('.field')?.toggleAttribute('hidden', !synthetic);
  rows.max = String(synthetic || !folder ? MAX_SYNTHETIC_ROWS : folder.rows);
  dimensions.max = String(synthetic || !folder ? MAX_DIMENSIONS : folder.columns);
  for (const chip of form.querySelectorAll<HTMLButtonElement>('.chips button')) {
    chip.disabled = Number(chip.value) > Number(byId<HTMLInputElement>(chip.dataset['for'] ?? '').max);
  }
  showSize();
}

async function openFolder(files: readonly File[], name?: string): Promise<void> {
  clearProblem(error);
  try {
    folder = await inspect(files, name);
  } catch (problem) {
    showProblem(error, problem);
    return;
  }
  rows.value = String(folder.rows);
  dimensions.value = String(folder.columns);
  const parts = [`${format.count(folder.rows)} rows of ${folder.columns}`];
  if (folder.queryCount > 0) parts.push(`${format.count(folder.queryCount)} queries`);
  if (folder.texts) parts.push('texts');
  byId('folder-found').textContent = `${folder.name}: ${parts.join(', ')}.`;
  showSource();
}

function mountDrop(): void {
  byId<HTMLInputElement>('files').addEventListener('change', ({ target }) => {
    void openFolder([...((target as HTMLInputElement).files ?? [])]);
  });
  // The whole page accepts a drop. If a file falls beside the zone, the browser must not replace
  // the page by the file.
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    byId('folder').classList.add('over');
  });
  document.addEventListener('dragleave', () => byId('folder').classList.remove('over'));
  document.addEventListener('drop', async (event) => {
    event.preventDefault();
    byId('folder').classList.remove('over');
    if (!event.dataTransfer || building.value) return;
    const name = [...event.dataTransfer.items][0]?.webkitGetAsEntry()?.name;
    const files = droppedFiles(event.dataTransfer);
    form.querySelector<HTMLInputElement>('[value=folder]')?.click();
    await openFolder(await files, name);
  });
}

/** The address holds the settings, so that a link shows others the same seeded index. */
function readAddress(): void {
  for (const input of linked) {
    const value = readParameter(input.id);
    if (value !== null) input.value = value;
  }
}

function writeAddress(): void {
  // A link cannot hold a folder.
  const none = chosen() !== 'synthetic';
  writeParameters(Object.fromEntries(linked.map(({ id, value }) => [id, none ? null : value])));
}

export const chosenHost = (): Wanted['worker'] => (host.value === 'in-thread' ? false : 'auto');

/**
 * Fills the form with the values of the stored database. If `need` is false, the form keeps values
 * that the user has entered or is entering.
 */
export function fillForm(db: Database, set: DataSet, need: boolean): void {
  if (!need && (wanted || form.matches(':focus-within'))) return;
  form.querySelector<HTMLInputElement>(`[value=${set.kind}]`)?.click();
  rows.value = String(set.rows);
  dimensions.value = String(db.dimensions);
  metric.value = db.metric;
  if (set.kind === 'synthetic') seed.value = String(set.seed);
  else byId('folder-found').textContent = `The rows are of ${set.name}. Choose that folder again to add more.`;
  showSource();
  wanted = false;
  if (location.search !== '') writeAddress();
}

export function mountSetup(onBuild: (source: Source, wanted: Wanted) => Promise<void>, onCancel: () => void): void {
  readAddress();
  mountDrop();
  form.addEventListener('change', showSource);
  form.addEventListener('input', () => {
    wanted = true;
    showSize();
  });
  form.addEventListener('click', ({ target }) => {
    if (!(target instanceof HTMLButtonElement) || !target.dataset['for']) return;
    byId<HTMLInputElement>(target.dataset['for']).value = target.value;
    wanted = true;
    showSize();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (building.value) return;
    clearProblem(error);
    try {
      await onBuild(readSource(), { metric: metric.value as Metric, worker: chosenHost() });
    } catch (problem) {
      showProblem(error, problem);
    }
  });
  const cancel = byId<HTMLButtonElement>('cancel');
  cancel.addEventListener('click', onCancel);
  building.watch((busy) => {
    if (busy) {
      wanted = true;
      writeAddress();
    }
    const focused = document.activeElement === build || document.activeElement === cancel;
    build.hidden = busy;
    cancel.hidden = !busy;
    // A hidden button loses the focus. The focus moves to the button in its place, for keyboard
    // users.
    if (focused) (busy ? cancel : build).focus({ preventScroll: true });
  });
  for (const cell of [index, held, elsewhere, measuring]) cell.watch(showSize);
  showSource();
}
