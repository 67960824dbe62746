/** The form that says what to index. */
import { droppedFiles, inspect } from '../data/drop';
import type { FolderSource, Source } from '../data/types';
import { byId } from '../dom';
import * as format from '../format';
import { clearProblem, showProblem } from '../problem';
import type { BuildOptions, Metric } from '../session';
import { building, measuring } from '../state';

const MAX_DIMENSIONS = 4096;
const MAX_SYNTHETIC_ROWS = 100_000;

const form = byId<HTMLFormElement>('setup');
const rows = byId<HTMLInputElement>('rows');
const dimensions = byId<HTMLInputElement>('dimensions');
const seed = byId<HTMLInputElement>('seed');
const metric = byId<HTMLSelectElement>('metric');
const host = byId<HTMLSelectElement>('host');
const error = byId('setup-error');
let folder: FolderSource | null = null;

const chosen = () => new FormData(form).get('source') as Source['kind'];

function readNumber(input: HTMLInputElement, name: string, low: number, high: number): number {
  const value = Number(input.value);
  const valid = input.value !== '' && Number.isInteger(value) && value >= low && value <= high;
  input.setAttribute('aria-invalid', String(!valid));
  if (valid) return value;
  input.focus();
  throw new Error(`${name} must be a whole number from ${format.count(low)} to ${format.count(high)}.`);
}

function readSource(): Source {
  if (chosen() === 'synthetic') {
    return {
      kind: 'synthetic',
      rows: readNumber(rows, 'Rows', 1, MAX_SYNTHETIC_ROWS),
      dimensions: readNumber(dimensions, 'Dimensions', 1, MAX_DIMENSIONS),
      seed: readNumber(seed, 'Seed', 0, 0xffff_ffff),
    };
  }
  if (!folder) throw new Error('Choose or drop a data set folder first.');
  return {
    ...folder,
    rows: readNumber(rows, 'Rows', 1, Number(rows.max)),
    dimensions: readNumber(dimensions, 'Dimensions', 1, Number(dimensions.max)),
  };
}

function showSize(): void {
  const size = Number(rows.value) * Number(dimensions.value) * 4;
  byId('size').textContent = Number.isFinite(size) && size > 0 ? `${format.bytes(size)} of vectors` : '';
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
  // The whole page takes the drop: a file let go beside the zone must not replace the page.
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

/** Settings travel in the address, so that a link shows others the same (seeded) index. */
function readAddress(): void {
  const given = new URLSearchParams(location.search);
  for (const input of [rows, dimensions, seed, metric, host]) {
    const value = given.get(input.id);
    if (value !== null) input.value = value;
  }
}

function writeAddress(): void {
  if (chosen() !== 'synthetic') return;
  const next = new URLSearchParams();
  for (const input of [rows, dimensions, seed, metric, host]) next.set(input.id, input.value);
  history.replaceState(null, '', `?${next}`);
}

export function mountSetup(
  onBuild: (source: Source, options: BuildOptions) => Promise<void>,
  onCancel: () => void,
): void {
  readAddress();
  mountDrop();
  form.addEventListener('change', showSource);
  form.addEventListener('input', showSize);
  form.addEventListener('click', ({ target }) => {
    if (!(target instanceof HTMLButtonElement) || !target.dataset['for']) return;
    byId<HTMLInputElement>(target.dataset['for']).value = target.value;
    showSize();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (building.value) return;
    clearProblem(error);
    try {
      const source = readSource();
      writeAddress();
      const worker = host.value === 'in-thread' ? false : 'auto';
      await onBuild(source, { metric: metric.value as Metric, worker });
    } catch (problem) {
      showProblem(error, problem);
    }
  });
  const build = byId<HTMLButtonElement>('build');
  const cancel = byId<HTMLButtonElement>('cancel');
  cancel.addEventListener('click', onCancel);
  building.watch((busy) => {
    const focused = document.activeElement === build || document.activeElement === cancel;
    build.hidden = busy;
    cancel.hidden = !busy;
    // A hidden button loses the focus; keyboard users find it on the one that took its place.
    if (focused) (busy ? cancel : build).focus();
  });
  measuring.watch((busy) => {
    build.disabled = busy;
  });
  showSource();
}
