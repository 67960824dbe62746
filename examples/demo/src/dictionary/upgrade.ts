/** The way to the better model: loads the model, and makes an index beside the old index. */
import type { EdgeVecEvent } from 'edgevec';
import type { Better } from './state';
import { fill, type Index, openIndex } from './store';

/** Batches before the page tells how long the rest takes. The first batches are slower. */
const TRIED = 3;

/**
 * @param tell takes the progress
 * @returns the complete index of the better model
 * @throws the error of the model or the database, or the reason of `signal`. Stored rows stay, and
 * the next call goes on
 */
export async function upgrade(
  importBetter: () => Promise<typeof import('./better')>,
  wanted: number,
  tell: (progress: Better) => void,
  signal: AbortSignal,
  onEvent: (event: EdgeVecEvent) => void,
): Promise<Index> {
  tell({ state: 'loading', loaded: 0 });
  const { loadBetter } = await importBetter();
  const model = await loadBetter((loaded) => tell({ state: 'loading', loaded }), signal);
  let index: Index | undefined;
  try {
    index = await openIndex(model, onEvent);
    const rows = await index.db.count();
    tell({ state: 'indexing', rows, wanted, seconds: null });
    await fill(index, wanted, secondsLeft(wanted, tell), signal);
    tell({ state: 'ready' });
    return index;
  } catch (error) {
    await index?.db.close().catch(() => {});
    await model.dispose();
    throw error;
  }
}

/** Tells the rows, with the time that the rest takes at the speed until now. */
function secondsLeft(wanted: number, tell: (progress: Better) => void): (rows: number) => void {
  const seen: { at: number; rows: number }[] = [];
  return (rows) => {
    const now = { at: performance.now(), rows };
    seen.push(now);
    const [first = now] = seen;
    const speed = (now.rows - first.rows) / (now.at - first.at);
    const seconds = seen.length > TRIED ? (wanted - rows) / speed / 1000 : null;
    tell({ state: 'indexing', rows, wanted, seconds });
  };
}
