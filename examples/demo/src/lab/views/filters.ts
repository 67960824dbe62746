/** Chooses the rows that may be hits, by check boxes and ranges of the fields of the rows. */
import { readParameter, writeParameters } from '../../shared/address';
import { byId } from '../../shared/dom';
import * as format from '../../shared/format';
import { notify } from '../../shared/notices';
import { clearProblem, showProblem } from '../../shared/problem';
import { type Counts, countAll, countMatching } from '../filter/counts';
import { type Field, findFields } from '../filter/fields';
import { type Choice, type Choices, choose, filterOf, fitting, NOTHING, selectionOf } from '../filter/selection';
import type { Index } from '../session';
import { building, held, index, measuring, searched, settings } from '../state';
import { facet } from './facet';
import { range } from './range';

const PARAMETER = 'filter';
/** From this width on, the filters are beside other sections, and push no section away. */
const wide = matchMedia('(min-width: 75rem)');

const panel = byId<HTMLDetailsElement>('filters');
const place = byId<HTMLFieldSetElement>('facets');
const matching = byId('matching');
const clear = byId<HTMLButtonElement>('clear-filters');
const error = byId('filters-error');

/** A field on the page. */
interface Control {
  readonly element: HTMLElement;
  show(counts: Counts, choice: Choice | undefined): void;
}

/** The fields of an index, and how many rows the index had then. */
interface Known {
  index: Index;
  count: number;
  fields: Field[];
  controls: Map<string, Control>;
}

let known: Known | null = null;
/** The number of the latest count. The page drops the numbers of an earlier count. */
let turn = 0;

const selection = () => settings.value.selection;

function select(next: Choices): void {
  settings.set({ ...settings.value, selection: next });
}

function control(field: Field): Control {
  const { path } = field;
  const change = (choice: Choice) => select(choose(selection(), path, choice));
  if (field.kind === 'range') {
    const { element, show } = range(field, (ends) => change({ kind: 'range', ...ends }));
    return { element, show: ({ bars }, choice) => show(bars.get(path) ?? [], choice?.kind === 'range' ? choice : {}) };
  }
  const { kind } = field;
  const { element, show } = facet(field, (values) => change({ kind, values }));
  const chosen = (choice: Choice | undefined) => (choice && choice.kind !== 'range' ? choice.values : []);
  return { element, show: ({ values }, choice) => show(values.get(path) ?? [], chosen(choice)) };
}

/** Reads the fields again for another index, and after many more rows. */
async function know(current: Index): Promise<Known> {
  const count = held.value?.count ?? 0;
  if (known?.index === current && count < 2 * known.count) return known;
  const fields = await findFields(current.db, count);
  if (index.value !== current) throw new Error('The index was closed.');
  const controls = new Map(fields.map((field) => [field.path, control(field)]));
  known = { index: current, count, fields, controls };
  place.replaceChildren(...[...controls.values()].map(({ element }) => element));
  const none = fields.length === 0;
  place.classList.toggle('none', none);
  if (none) place.textContent = 'These rows have no fields to filter by.';
  const left = fitting(selection(), fields);
  if (left.size < selection().size) {
    const lost = [...selection().keys()].filter((path) => !left.has(path)).join(', ');
    notify('filter', `These rows have no such field to filter by, so the page has left it out: ${lost}.`);
    select(left);
  }
  return known;
}

/** Counts after the search, so that counting does not lengthen the time of the search. */
async function refresh(): Promise<void> {
  const current = index.value;
  const mine = ++turn;
  if (!current || measuring.value || building.value) return;
  try {
    await searched.value;
    if (mine !== turn) return;
    const { fields, controls } = await know(current);
    if (mine !== turn) return;
    const chosen = selection();
    const counts = panel.open ? await countAll(current.db, fields, chosen) : null;
    const rows = counts?.matching ?? (await countMatching(current.db, chosen));
    if (mine !== turn) return;
    clearProblem(error);
    showMatching(rows, held.value?.count ?? rows);
    if (counts) for (const [path, { show }] of controls) show(counts, chosen.get(path));
  } catch (problem) {
    // A closed index fails, and the page tells so elsewhere.
    if (mine === turn && index.value === current) showProblem(error, problem);
  }
}

function showMatching(rows: number, total: number): void {
  const all = selection().size === 0;
  const text = all
    ? `All ${format.count(total)} rows are searched.`
    : `${format.count(rows)} of ${format.count(total)} rows match.`;
  if (matching.textContent !== text) matching.textContent = text;
}

/** The filter of the address. A link may come from anywhere, so the page checks the filter. */
function readAddress(): Choices {
  const text = readParameter(PARAMETER);
  if (text === null) return NOTHING;
  let filter: unknown;
  try {
    filter = JSON.parse(text);
  } catch {}
  const found = selectionOf(filter);
  if (found) return found;
  notify('filter', 'The address has a filter that this page cannot show. Every row is searched.');
  return NOTHING;
}

function writeAddress(): void {
  const filter = filterOf(selection());
  const text = filter ? JSON.stringify(filter) : null;
  if (text !== readParameter(PARAMETER)) writeParameters({ [PARAMETER]: text });
}

export function mountFilters(): void {
  panel.open = wide.matches;
  select(readAddress());
  let shown: Choices | null = null;
  settings.watch(({ selection }) => {
    if (shown === selection) return;
    shown = selection;
    writeAddress();
    byId('filters-chosen').textContent = selection.size > 0 ? ` (${selection.size})` : '';
    clear.hidden = selection.size === 0;
    void refresh();
  });
  clear.addEventListener('click', () => {
    // The button is about to disappear, so the focus moves to the filters.
    panel.querySelector('summary')?.focus();
    select(NOTHING);
  });
  panel.addEventListener('toggle', () => panel.open && refresh());
  index.watch((current) => {
    known = null;
    clearProblem(error);
    if (current) return;
    turn++;
    matching.textContent = '';
    place.classList.remove('none');
    place.textContent = 'The fields of the rows will be here.';
  });
  let count: number | undefined;
  held.watch((now) => {
    if (now?.count === count) return;
    count = now?.count;
    void refresh();
  });
  const enable = () => {
    const busy = building.value || measuring.value || index.value === null;
    place.disabled = busy;
    clear.disabled = busy;
  };
  for (const cell of [index, building, measuring]) cell.watch(enable);
  for (const cell of [building, measuring]) cell.watch((busy) => !busy && refresh());
}
