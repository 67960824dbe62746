import type { EdgeVecEvent } from 'edgevec';
import type { Source } from './data/types';
import * as session from './session';
import { building, held, index, measuring } from './state';
import { mountBuild, showOpened, showOpening, showState, startBuild } from './views/build';
import { mountCode } from './views/code';
import { mountMeasure } from './views/measure';
import { dismiss, notify, words } from './views/notices';
import { mountSearch } from './views/search';
import { chosenHost, fillForm, mountSetup, type Wanted } from './views/setup';
import { mountStored } from './views/stored';
import { mountTheme } from './views/theme';

/** How often to look for what other tabs have written. Searches find it without: this is for the numbers on the page. */
const REFRESH = 2000;

let abort = new AbortController();
/** Set when the open database has ended, until the user opens it again. */
let gone = false;
let turns = 0;
let last: Promise<unknown> = Promise.resolve();

/** Opening, building, looking and deleting exclude each other. */
function inTurn<T>(run: () => Promise<T>): Promise<T> {
  turns++;
  const mine = last.then(() => run()).finally(() => turns--);
  last = mine.catch(() => {});
  return mine;
}

async function use(opened: session.Index | null): Promise<void> {
  const looked = opened && (await session.look(opened.db));
  // It may have ended meanwhile.
  const found = gone ? null : looked;
  index.set(found && opened);
  held.set(found);
  if (opened && !found) await session.close(opened);
}

async function letGo(): Promise<void> {
  const old = index.value;
  held.set(null);
  index.set(null);
  if (old) await session.close(old);
}

function onEvent(event: EdgeVecEvent): void {
  if (event.type !== 'storage-gone' && event.type !== 'worker-died') {
    notify(event.type, words(event));
    return;
  }
  gone = true;
  notify('gone', words(event), 'Open again', () => inTurn(openStored));
  void letGo();
}

async function openStored(quietly = false): Promise<void> {
  const start = performance.now();
  gone = false;
  dismiss('gone');
  if (!quietly) showOpening();
  try {
    await use(await session.openStored({ worker: chosenHost(), onEvent }));
    if (!index.value || !held.value) return;
    showOpened(held.value, (performance.now() - start) / 1000);
    fillForm(index.value.db, held.value.set);
  } catch (error) {
    if (!gone) fail(error, openStored);
  }
}

/** The next try is the user's, so that a failure is not repeated every two seconds. */
function fail(error: unknown, again: () => Promise<void>): void {
  gone = true;
  showState('No index is open.', 'failed');
  notify('gone', error instanceof Error ? error.message : String(error), 'Try again', () => inTurn(again));
}

async function buildIndex(source: Source, { metric, worker }: Wanted): Promise<void> {
  const old = index.value;
  const kept = old && held.value ? session.rowsToKeep(old, held.value, source, metric) : 0;
  abort = new AbortController();
  gone = false;
  dismiss('gone');
  building.set(true);
  const view = startBuild(source, kept);
  try {
    await letGo();
    const built = await session.build(source, { metric, worker, onEvent }, kept > 0, abort.signal, view.progress);
    await use(built);
    view.finish(held.value);
  } catch (error) {
    view.fail();
    // A notice has told why if the database has ended. Else what was written before is stored, and the next refresh opens it.
    if (!gone) throw error;
  } finally {
    building.set(false);
  }
}

async function startOver(): Promise<void> {
  gone = false;
  try {
    await letGo();
    showState('Deleting…');
    await session.drop();
    showState('No index yet.');
  } catch (error) {
    fail(error, startOver);
  }
}

/** Takes up what other tabs have written. */
async function refresh(): Promise<void> {
  const current = index.value;
  if (current) {
    const found = await session.look(current.db);
    if (index.value === current) held.set(found);
  } else if (!gone && (await session.isStored())) await openStored(true);
}

function considerRefresh(): void {
  if (document.hidden || measuring.value || turns > 0) return;
  // Should it fail, the database has ended, and an event tells.
  inTurn(refresh).catch(() => {});
}

mountTheme();
mountBuild();
mountStored(() => inTurn(startOver));
mountSearch();
mountMeasure();
mountSetup(
  (source, wanted) => inTurn(() => buildIndex(source, wanted)),
  () => abort.abort(),
);
mountCode();

await inTurn(openStored);
document.addEventListener('visibilitychange', considerRefresh);
setInterval(considerRefresh, REFRESH);
