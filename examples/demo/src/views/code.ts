/** Shows the code for the page's next build and search, with the values of the form. */
import { byId } from '../dom';
import { how } from '../how';
import { NAME } from '../session';
import { index, settings } from '../state';

/** An object literal with a property a line, since a phone has short lines. */
function literal(properties: Record<string, unknown>): string {
  const lines = Object.entries(properties).map(([name, value]) => {
    const text = typeof value === 'string' ? `'${value}'` : String(value);
    return `  ${name}: ${text},\n`;
  });
  return `{\n${lines.join('')}}`;
}

function source(): string {
  // An open database has its own values. Before, the values come from the form.
  const { dimensions, metric } = index.value?.db ?? {
    dimensions: Number(byId<HTMLInputElement>('dimensions').value),
    metric: byId<HTMLSelectElement>('metric').value,
  };
  const inThread = byId<HTMLSelectElement>('host').value === 'in-thread';
  const options = {
    name: NAME,
    dimensions,
    ...(metric !== 'cosine' && { metric }),
    ...(inThread && { worker: false }),
  };
  return `import { EdgeVec } from 'edgevec';

// Kept on the device under its name.
const db = await EdgeVec.open(${literal(options)});
await db.upsert(rows, { onProgress, signal });

const hits = await db.search(query, ${literal(how(settings.value) as Record<string, unknown>)});`;
}

export function mountCode(): void {
  const code = byId('code');
  const update = () => {
    code.textContent = source();
  };
  byId('setup').addEventListener('input', update);
  byId('setup').addEventListener('click', update);
  index.watch(update);
  settings.watch(update);
}
