/** Shows the code for the page's next build and search, with the values of the form. */
import { byId } from '../../shared/dom';
import { how } from '../how';
import { NAME } from '../session';
import { index, settings } from '../state';

/** A short object fits on a line of a phone. */
const LINE = 36;

/** An object literal. Without `indent`, each property has a line, since a phone has short lines. */
function literal(value: unknown, indent?: string): string {
  if (typeof value === 'string') return `'${value.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`;
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, '')).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const inside = `${indent ?? ''}  `;
  const parts = Object.entries(value).map(([name, part]) => `${key(name)}: ${literal(part, inside)}`);
  const line = `{ ${parts.join(', ')} }`;
  if (indent !== undefined && line.length <= LINE) return line;
  return `{\n${parts.map((part) => `${inside}${part},\n`).join('')}${indent ?? ''}}`;
}

const key = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name));

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

// Random rows. In your app, a model makes a vector of each text.
const vector = () => Float32Array.from({ length: ${dimensions} }, Math.random);
const rows = Array.from({ length: 1000 }, (_, id) => ({
  id,
  vector: vector(),
  metadata: { cluster: id % 8 },
}));

// Kept on the device under its name.
const db = await EdgeVec.open(${literal(options)});
await db.upsert(rows, {
  onProgress: ({ done }) => console.log(done, 'rows'),
});

const query = vector();
const hits = await db.search(query, ${literal(how(settings.value))});
for (const { id, score } of hits) console.log(id, score);`;
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
