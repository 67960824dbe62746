import type { EdgeVecEvent } from 'edgevec';
import * as format from '../shared/format';
import { dismiss, notify, words } from '../shared/notices';
import { mountTheme, theme } from '../shared/theme';
import type { Source } from './data/types';
import { resetPalette } from './plot/fingerprint';
import * as session from './session';
import { building, elsewhere, held, index, measuring, opening } from './state';
import { mountBuild, showNoneOpen, showOpened, showOpening, showState, startBuild } from './views/build';
import { mountCode } from './views/code';
import { mountFilters } from './views/filters';
import { mountMeasure } from './views/measure';
import { mountOrder } from './views/order';
import { mountSearch } from './views/search';
import { chosenHost, fillForm, mountSetup, type Wanted } from './views/setup';
import { mountStored } from './views/stored';

/**
 * How often to look for rows of other tabs, in milliseconds. Searches find these rows anyway. The
 * look only updates the numbers on the page.
 */
const REFRESH = 2000;

let abort = new AbortController();
/** Set when the open database has ended. Cleared when the user opens a database again. */
let gone = false;
let turns = 0;
let last: Promise<unknown> = Promise.resolve();

/** Opening, building, looking and deleting run one after the other. */
function inTurn<T>(run: () => Promise<T>): Promise<T> {
  turns++;
  const mine = last.then(() => run()).finally(() => turns--);
  last = mine.catch(() => {});
  return mine;
}

async function use(opened: session.Index | null): Promise<void> {
  const looked = opened && (await session.look(opened.db));
  // The database may have ended in the meantime.
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
  if (event.type === 'changed') {
    considerRefresh();
    return;
  }
  if (event.type !== 'storage-gone' && event.type !== 'worker-died') {
    notify(event.type, words(event));
    return;
  }
  gone = true;
  notify('gone', words(event), 'Open again', () => inTurn(() => openStored('asked for')));
  void letGo();
  // A build under way fails too, and shows the failure itself.
  if (!building.value) showNoneOpen();
}

async function openStored(why: 'at first' | 'by itself' | 'asked for'): Promise<void> {
  const start = performance.now();
  gone = false;
  dismiss('gone');
  if (why !== 'by itself') showOpening();
  try {
    opening.set((await session.isStored()) === true);
    await lookAround();
    await use(await session.openStored({ worker: chosenHost(), onEvent }));
    if (!index.value || !held.value) return;
    showOpened(held.value, (performance.now() - start) / 1000);
    fillForm(index.value.db, held.value.set, why === 'asked for');
  } catch (error) {
    if (!gone) fail(error, () => openStored('asked for'));
  } finally {
    opening.set(false);
  }
}

/**
 * Only the user starts the next try, since otherwise the page would repeat the failure every two
 * seconds.
 */
function fail(error: unknown, again: () => Promise<void>): void {
  gone = true;
  showNoneOpen();
  notify('gone', error instanceof Error ? error.message : String(error), 'Try again', () => inTurn(again));
}

/** Asks the user before the page deletes stored rows, since all tabs lose the rows. */
async function mayReplace(): Promise<boolean> {
  const now = held.value;
  if (now?.stats.storage.persistence === 'ephemeral') return true;
  if (!now && !elsewhere.value && !(gone && (await session.isStored()))) return true;
  const rows = now ? `the ${format.count(now.count)} stored rows` : 'the stored rows';
  const whose = elsewhere.value ? ', to which another tab is adding,' : '';
  return confirm(`Replace ${rows}${whose} with new ones? Other tabs with this page lose them too.`);
}

async function buildIndex(source: Source, { metric, worker }: Wanted): Promise<void> {
  // Looks again, since another tab may have written since the last look. If the look fails, later
  // steps fail too and show the error.
  await refresh().catch(() => {});
  const old = index.value;
  const kept = old && held.value ? session.rowsToKeep(old, held.value, source, metric) : 0;
  if (kept > 0 && elsewhere.value)
    throw new Error('Another tab is building these rows. They come here as it writes them.');
  if (kept === 0 && !(await mayReplace())) return;
  abort = new AbortController();
  gone = false;
  dismiss('gone');
  building.set(true);
  const view = startBuild(source, kept);
  try {
    await letGo();
    const built = await session.asBuilder(() =>
      session.build(source, { metric, worker, onEvent }, kept > 0, abort.signal, view.progress),
    );
    await use(built);
    view.finish(held.value);
  } catch (error) {
    view.fail();
    // If the database has ended, a notice has told the reason. Otherwise the rows written before
    // the failure are stored, and the next refresh opens the database.
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

async function lookAround(): Promise<void> {
  const now = await session.isBuiltElsewhere();
  if (now !== elsewhere.value) elsewhere.set(now);
}

/** Shows the rows that other tabs have written. */
async function refresh(): Promise<void> {
  await lookAround();
  const current = index.value;
  if (current) {
    const found = await session.look(current.db);
    if (index.value === current) held.set(found);
  } else if (!gone && (await session.isStored())) await openStored('by itself');
}

function considerRefresh(): void {
  if (document.hidden || measuring.value || turns > 0) return;
  // If the refresh fails, the database has ended, and an event tells the reason.
  inTurn(refresh).catch(() => {});
}

// The first watcher, so that each drawing reads the new colours.
theme.watch(resetPalette);
mountTheme();
mountBuild();
mountStored(() => inTurn(startOver));
mountSearch();
mountFilters();
mountOrder();
mountMeasure();
mountSetup(
  (source, wanted) => inTurn(() => buildIndex(source, wanted)),
  () => abort.abort(),
);
mountCode();

await inTurn(() => openStored('at first'));
document.addEventListener('visibilitychange', considerRefresh);
setInterval(considerRefresh, REFRESH);
