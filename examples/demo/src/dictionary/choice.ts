/** The choice between the small model and the better model. */
import { host, importBetter } from 'virtual:better';
import type { EdgeVecEvent } from 'edgevec';
import { notify, words } from '../shared/notices';
import { better } from './state';
import type { Index } from './store';
import { upgrade } from './upgrade';
import { mountModel } from './views/model';

const KEY = 'dictionary-model';

/** A page without storage forgets the choice. */
function remember(name: 'small' | 'better'): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {}
}

function isRemembered(): boolean {
  try {
    return localStorage.getItem(KEY) === 'better';
  } catch {
    return false;
  }
}

function onEvent(event: EdgeVecEvent): void {
  if (event.type !== 'changed') notify(`better ${event.type}`, words(event));
}

/**
 * Offers the better model, if the page has its code. A visitor who chose the better model before
 * gets the model again, without a question, if the browser has kept the model.
 *
 * @param onIndex called with the complete index of the better model, and with null when the small
 * model answers again
 */
export function mountBetter(wanted: number, onIndex: (index: Index | null) => void): void {
  if (!importBetter) return;
  const load = importBetter;
  let ending = new AbortController();
  let index: Index | null = null;

  const choose = async (): Promise<void> => {
    ending.abort();
    ending = new AbortController();
    const { signal } = ending;
    remember('better');
    try {
      const complete =
        index ?? (await upgrade(load, wanted, (now) => signal.aborted || better.set(now), signal, onEvent));
      index = complete;
      if (signal.aborted) return;
      better.set({ state: 'ready' });
      onIndex(complete);
    } catch (error) {
      if (signal.aborted) return;
      remember('small');
      better.set({ state: 'failed', error });
    }
  };
  const leave = (): void => {
    ending.abort();
    remember('small');
    better.set({ state: 'off' });
    onIndex(null);
  };
  // A page whose code is gone from its host asks, and the load then tells the error.
  const isKept = (): Promise<boolean> =>
    load().then(
      (code) => code.isKept(),
      () => false,
    );

  mountModel(new URL(host, document.baseURI).host, { choose, leave, isKept });
  if (isRemembered()) void isKept().then((kept) => (kept ? choose() : remember('small')));
}
