/** Code that does what the page does, on the first hits. It runs as it stands. */
import { announce, byId } from '../../shared/dom';
import type { PartOfSpeech, Sense } from '../sense';
import { type Shown, shown } from '../state';

/** A question with its answers, until the visitor asks. */
const SAMPLE: { text: string; parts: readonly PartOfSpeech[]; senses: readonly Sense[] } = {
  text: 'doctor for animals',
  parts: [],
  senses: [
    { words: ['veterinarian', 'vet'], part: 'noun', gloss: 'a doctor who practices veterinary medicine' },
    { words: ['oarsman', 'rower'], part: 'noun', gloss: 'someone who rows a boat' },
    { words: ['heal', 'cure'], part: 'verb', gloss: 'provide a cure for, make healthy again' },
  ],
};
const ROWS = 3;

const literal = (text: string) => `'${text.replace(/['\\]/g, '\\$&').replace(/\s+/g, ' ')}'`;

const row = ({ words, part, gloss }: Sense) =>
  `  { word: ${literal(words[0] ?? '')}, part: ${literal(part)}, gloss: ${literal(gloss)} },`;

function filter(parts: readonly PartOfSpeech[]): string {
  const [only = ''] = parts;
  if (parts.length === 0) return '';
  return `, filter: { part: ${parts.length === 1 ? literal(only) : `{ $in: [${parts.map(literal).join(', ')}] }`} }`;
}

/** @returns a module that needs `edgevec` and `edgevec-static-model` */
export function codeOf(answer: Shown | null): string {
  const senses = answer?.hits.slice(0, ROWS).map(({ metadata }) => metadata) ?? [];
  const { parts } = answer?.question ?? SAMPLE;
  const text = answer?.question.text || SAMPLE.text;
  return `import { EdgeVec } from 'edgevec';
import { dimensions, embed } from 'edgevec-static-model';

const senses = [
${(senses.length > 0 ? senses : SAMPLE.senses).map(row).join('\n')}
];
const vectors = await embed(senses.map(({ word, gloss }) => \`\${word}: \${gloss}\`));

// Kept on the device under its name. int8 takes a quarter of the memory.
const db = await EdgeVec.open({ name: 'my-dictionary', dimensions, precision: 'int8' });
await db.upsert(senses.map((metadata, id) => ({ id, vector: vectors[id], metadata })));

const [query] = await embed([${literal(text)}]);
const hits = await db.search(query, { k: 10${filter(parts)} });
for (const { score, metadata } of hits) console.log(score.toFixed(2), metadata.word);
`;
}

export function mountCode(): void {
  const code = byId('code');
  const copy = byId('copy');
  shown.watch((answer) => {
    code.textContent = codeOf(answer);
  });
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code.textContent ?? '');
      announce('The code is copied.');
      copy.textContent = 'Copied';
    } catch {
      // The page may not write to the clipboard here. The selected code is one key away.
      getSelection()?.selectAllChildren(code);
      copy.textContent = 'Selected';
    }
    setTimeout(() => {
      copy.textContent = 'Copy';
    }, 2000);
  });
}
