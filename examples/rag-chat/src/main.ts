// Connects the page, the model and the database.

import { Library, type Listed, passageOf, type Row } from './library.js';
import { CHOICES, type Choice, type Model } from './models.js';
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
    open: (name) => void open(name),
    remove: async (name) => {
      await library?.remove(name);
      byId('reader').hidden = true;
      await refresh();
    },
  });
}

async function open(name: string, row?: Row): Promise<void> {
  const text = (await library?.textOf(name)) ?? '';
  const passage = row && passageOf(row);
  const start = passage === undefined ? -1 : text.indexOf(passage);
  showDocument(name, text, passage === undefined ? undefined : { start, end: start + passage.length });
}

/** Adds documents one after the other. */
async function add(list: readonly SourceText[]): Promise<void> {
  await opening;
  for (const document of list) {
    await told(`Embedding ${document.name}`, async (onProgress) => library?.add(document, onProgress));
    await refresh();
  }
}

async function addFiles(files: readonly File[]): Promise<void> {
  for (const file of files) {
    const document = await told(`Reading ${file.name}`, () => readDocument(file));
    if (document !== undefined) await add([document]);
  }
}

/** Opens the library with a model, or gives the open library another model. */
async function choose(choice: Choice): Promise<void> {
  select.disabled = true;
  const former = choiceOf(localStorage.getItem('model'));
  const model = await told(`Loading ${choice.label}`, (onProgress) => choice.load(onProgress));
  const next = model && (await told('Embedding', (onProgress) => give(model, choice, onProgress)));
  if (next === undefined) localStorage.setItem('model', former.id);
  library = next ?? library;
  select.value = choiceOf(localStorage.getItem('model')).id;
  select.disabled = false;
  await refresh();
}

async function give(model: Model, { id }: Choice, onProgress: (share: number) => void): Promise<Library> {
  // Noted before the change: if the page ends meanwhile, the next visit goes on.
  localStorage.setItem('model', id);
  if (library === undefined) {
    return Library.open(model, { onChange: () => void refresh(), onGone: () => location.reload(), onProgress });
  }
  await library.change(model, onProgress);
  return library;
}

byId<HTMLFormElement>('ask').addEventListener('submit', async (event) => {
  event.preventDefault();
  const input = byId<HTMLInputElement>('question');
  const question = input.value.trim();
  if (library === undefined) await opening;
  if (question === '' || library === undefined) return;
  input.value = '';
  const show = showQuestion(question, (row) => void open(row.source, row));
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
