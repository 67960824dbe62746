// Connects the page, the model and the database.

import { Library, type Listed, type Row } from './library.js';
import { CHOICES, type Choice } from './models.js';
import { readDocument, type SourceText } from './read-file.js';
import bicycle from './samples/bicycle.md?raw';
import coffee from './samples/coffee.md?raw';
import { showQuestion } from './view/conversation.js';
import { chosen, showDocuments } from './view/documents.js';
import { byId, element } from './view/dom.js';
import { showDocument } from './view/reader.js';

const progress = byId('progress');
const select = byId<HTMLSelectElement>('model');

let library: Library | undefined;
/** Settles when the model and the database are ready, or have failed. */
let opening: Promise<void> = Promise.resolve();
let documents: Listed[] = [];

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Shows how far a task is. An error stays until the next task. */
async function told<T>(
  name: string,
  task: (onProgress: (share: number) => void) => Promise<T>,
): Promise<T | undefined> {
  const bar = element('progress', { max: 1 });
  progress.replaceChildren(element('span', {}, name), bar);
  try {
    const result = await task((share) => (bar.value = share));
    progress.replaceChildren();
    return result;
  } catch (error) {
    progress.replaceChildren(element('p', { className: 'error' }, reasonOf(error)));
    return undefined;
  }
}

async function refresh(): Promise<void> {
  if (library === undefined) return;
  documents = await library.documents();
  showDocuments(documents, {
    open: (name) => void open({ document: name }),
    remove: async (name) => {
      await library?.remove(name);
      byId('reader').hidden = true;
      await refresh();
    },
  });
}

async function open({ document, ...passage }: Pick<Row, 'document'> & Partial<Row>): Promise<void> {
  const text = (await library?.textOf(document)) ?? '';
  const { start, end } = passage;
  showDocument(document, text, start === undefined || end === undefined ? undefined : { start, end });
}

/** Adds documents one after the other. */
async function addTo(into: Library, list: readonly SourceText[]): Promise<void> {
  for (const document of list) {
    await told(`Embedding ${document.name}`, (onProgress) => into.add(document, onProgress));
    await refresh();
  }
}

async function add(list: readonly SourceText[]): Promise<void> {
  await opening;
  if (library !== undefined) await addTo(library, list);
}

async function addFiles(files: readonly File[]): Promise<void> {
  for (const file of files) {
    const document = await told(`Reading ${file.name}`, () => readDocument(file));
    if (document !== undefined) await add([document]);
  }
}

/** Opens the library of a model. Documents of the former library are embedded again. */
async function choose(choice: Choice): Promise<void> {
  select.disabled = true;
  const model = await told(`Loading ${choice.label}`, (onProgress) => choice.load(onProgress));
  const next = model && (await told('Opening', () => Library.open(choice.id, model, () => void refresh())));
  select.disabled = false;
  if (next === undefined) return;
  const former = library;
  const known = new Set((await next.documents()).map(({ name }) => name));
  const missing = documents.filter(({ name }) => !known.has(name));
  const texts = await Promise.all(
    missing.map(async ({ name }) => ({ name, text: (await former?.textOf(name)) ?? '' })),
  );
  library = next;
  localStorage.setItem('model', choice.id);
  await refresh();
  await addTo(next, texts);
  await former?.close();
}

byId<HTMLFormElement>('ask').addEventListener('submit', async (event) => {
  event.preventDefault();
  const input = byId<HTMLInputElement>('question');
  const question = input.value.trim();
  await opening;
  if (question === '' || library === undefined) return;
  input.value = '';
  const show = showQuestion(question, (row) => void open(row));
  show(
    documents.length === 0 ? 'Add a document first.' : await library.ask(question, chosen(documents)).catch(reasonOf),
  );
});

byId<HTMLInputElement>('files').addEventListener('change', async ({ currentTarget }) => {
  const input = currentTarget as HTMLInputElement;
  await addFiles([...(input.files ?? [])]);
  input.value = '';
});

addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  void addFiles([...(event.dataTransfer?.files ?? [])]);
});

byId('samples').addEventListener('click', () => {
  void add([
    { name: 'bicycle.md', text: bicycle },
    { name: 'coffee.md', text: coffee },
  ]);
});

select.append(...CHOICES.map(({ id, label }) => element('option', { value: id }, label)));
const choiceOf = (id: string | null): Choice => CHOICES.find((choice) => choice.id === id) ?? (CHOICES[0] as Choice);
const first = choiceOf(localStorage.getItem('model'));
select.value = first.id;
select.addEventListener('change', () => (opening = choose(choiceOf(select.value))));
opening = choose(first);
