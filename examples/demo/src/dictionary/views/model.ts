/** The choice of the model: two radio buttons, the question before a download, and the progress. */
import { runtimeBytes } from 'virtual:better';
import { byId } from '../../shared/dom';
import * as format from '../../shared/format';
import { clearProblem, showProblem } from '../../shared/problem';
import { type Better, better } from '../state';

/** Bytes of the files of all-MiniLM. */
const MODEL_BYTES = 23_340_000;

interface Acts {
  /** Loads the better model, and indexes the dictionary. */
  choose(): Promise<void>;
  /** Goes back to the small model. */
  leave(): void;
  /** Whether the browser has the model already. */
  isKept(): Promise<boolean>;
}

function words(now: Better): string {
  switch (now.state) {
    case 'loading':
      return now.loaded < MODEL_BYTES
        ? `Loading all-MiniLM: ${format.bytes(now.loaded)} of ${format.bytes(MODEL_BYTES)}. The small model answers meanwhile.`
        : 'Starting all-MiniLM. The small model answers meanwhile.';
    case 'indexing': {
      const left = now.seconds === null ? '' : `, about ${format.duration(now.seconds)} left`;
      return `The better index has ${format.count(now.rows)} of ${format.count(now.wanted)} senses${left}. The small model answers until the index is complete.`;
    }
    case 'ready':
      return 'all-MiniLM answers, on this device.';
    case 'failed':
      return 'The better model could not be had. Nothing is lost, and the small model answers. Choose “Better” to try again.';
    default:
      return '';
  }
}

/** @param host the host that sends the model */
export function mountModel(host: string, { choose, leave, isKept }: Acts): void {
  const place = byId('model');
  const small = byId<HTMLInputElement>('model-small');
  const large = byId<HTMLInputElement>('model-better');
  const dialog = byId<HTMLDialogElement>('model-ask');
  const bar = byId<HTMLProgressElement>('model-progress');
  const problem = byId('model-problem');
  place.hidden = false;
  byId('model-host').textContent = host;
  byId('model-bytes').textContent = format.bytes(MODEL_BYTES);
  byId('model-runtime').textContent = format.bytes(runtimeBytes);
  byId('model-sum').textContent = format.bytes(MODEL_BYTES + runtimeBytes);

  small.addEventListener('change', leave);
  large.addEventListener('change', async () => {
    if (await isKept()) return choose();
    dialog.returnValue = '';
    dialog.showModal();
  });
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'load') void choose();
    // Escape closes the dialog too.
    else small.checked = true;
  });
  better.watch((now) => {
    byId('model-text').textContent = words(now);
    large.checked = now.state !== 'off' && now.state !== 'failed';
    small.checked = !large.checked;
    bar.classList.toggle('idle', now.state !== 'loading' && now.state !== 'indexing');
    if (now.state === 'loading') bar.value = Math.min(now.loaded / MODEL_BYTES, 1);
    if (now.state === 'indexing') bar.value = now.rows / Math.max(now.wanted, 1);
    if (now.state === 'failed') showProblem(problem, now.error);
    else clearProblem(problem);
  });
}
