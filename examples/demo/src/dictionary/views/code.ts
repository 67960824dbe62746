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

/** The lines that load a model and embed texts: the imports, and the calls. */
const CODE_OF_MODEL = {
  small: {
    needs: 'edgevec-static-model, the small model of the examples',
    imports: `import { dimensions, embed } from 'edgevec-static-model';`,
    load: '',
    embed: (texts: string) => `await embed(${texts})`,
    query: (text: string) => `const [query] = await embed([${text}]);`,
    dimensions: 'dimensions',
  },
  better: {
    needs: '@huggingface/transformers',
    imports: `import { embedder } from 'edgevec/transformers';`,
    load: `\nconst model = await embedder('Xenova/all-MiniLM-L6-v2', { dtype: 'q8' });`,
    embed: (texts: string) => `await model.embed(${texts})`,
    query: (text: string) => `const query = await model.embedQuery(${text});`,
    dimensions: 'dimensions: model.dimensions',
  },
} as const;

/** @returns a module that needs `edgevec` and the package of the model */
export function codeOf(answer: Shown | null): string {
  const senses = answer?.hits.slice(0, ROWS).map(({ sense }) => sense) ?? [];
  const { parts } = answer?.question ?? SAMPLE;
  const text = answer?.question.text || SAMPLE.text;
  const model = CODE_OF_MODEL[answer?.model ?? 'small'];
  return `import { EdgeVec } from 'edgevec';
${model.imports}
${model.load}
const senses = [
${(senses.length > 0 ? senses : SAMPLE.senses).map(row).join('\n')}
];
const vectors = ${model.embed(`senses.map(({ word, gloss }) => \`\${word}: \${gloss}\`)`)};

// Kept on the device under its name. int8 takes a quarter of the memory.
const db = await EdgeVec.open({ name: 'my-dictionary', ${model.dimensions}, precision: 'int8' });
await db.upsert(senses.map((metadata, id) => ({ id, vector: vectors[id], metadata })));

${model.query(literal(text))}
const hits = await db.search(query, { k: 10${filter(parts)} });
for (const { score, metadata } of hits) console.log(score.toFixed(2), metadata.word);
`;
}

export function mountCode(): void {
  const code = byId('code');
  const copy = byId('copy');
  shown.watch((answer) => {
    code.textContent = codeOf(answer);
    byId('code-model').textContent = CODE_OF_MODEL[answer?.model ?? 'small'].needs;
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
