/** The code that does what this page is about to do, with the values chosen in the form. */
import { byId, html } from '../dom';
import { NAME } from '../session';
import { settings } from '../state';

function source(): string {
  const dimensions = byId<HTMLInputElement>('dimensions').value;
  const metric = byId<HTMLSelectElement>('metric').value;
  const options =
    metric === 'cosine'
      ? `{ name: '${NAME}', dimensions: ${dimensions} }`
      : `{ name: '${NAME}', dimensions: ${dimensions}, metric: '${metric}' }`;
  const { k, ef, exact } = settings.value;
  return `import { EdgeVec } from 'edgevec';

// With a name, what was stored before is there again.
const db = await EdgeVec.open(${options});
await db.upsert(rows, { onProgress, signal });

const hits = await db.search(query, { k: ${k}, ${exact ? 'exact: true' : `ef: ${ef}`} });`;
}

export function mountCode(): void {
  const code = html('code');
  byId('code').append(
    html('p', { class: 'note' }, 'What this page does, in your code:'),
    html('pre', { tabindex: 0 }, code),
  );
  const update = () => {
    code.textContent = source();
  };
  byId('setup').addEventListener('input', update);
  byId('setup').addEventListener('click', update);
  settings.watch(update);
}
