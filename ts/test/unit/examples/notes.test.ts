import { expect, onTestFinished, test, vi } from 'vitest';
import { bodyOf, DATABASE, type Note, readNotes, saveNote } from '../../../../examples/react-notes/src/notes.js';
import { EdgeVec } from '../../../src/index.js';

vi.mock('../../../../examples/react-notes/src/model.js', () => ({
  model: {
    model: 'test',
    dimensions: 2,
    embed: async (texts: readonly string[]) => texts.map(({ length }) => [length, 1]),
  },
}));

test('notes keep what a person has written, and so do notes of the first version of the app', async () => {
  const { name: _, ...options } = DATABASE;
  const db = await EdgeVec.open<Note>({ ...options, worker: false });
  onTestFinished(() => db.close());
  // The first version stored the text without the title, and made the vector itself.
  const first = { title: 'Tea', text: 'Boil the water first.', tags: ['kitchen'], edited: new Date(0) };
  await db.upsert({ id: 'first', vector: [1, 1], metadata: first });
  await saveNote(db, { title: 'Tea', body: 'Two spoons for the pot.', tags: ['kitchen'] });
  await saveNote(db, { title: 'Empty', body: '', tags: [] });
  const read = await readNotes(db, ['kitchen']);
  expect(read.map(({ metadata }) => bodyOf(metadata))).toEqual(['Two spoons for the pot.', 'Boil the water first.']);
  expect((await readNotes(db, [])).map(({ metadata }) => bodyOf(metadata))).toContain('');

  // An edit brings a note of the first version into the present form.
  await saveNote(db, { title: 'Tea', body: bodyOf(first), tags: first.tags }, 'first');
  const edited = await db.get('first');
  expect(edited?.metadata.text).toBe('Tea\nBoil the water first.');
  expect(bodyOf(edited?.metadata as Note)).toBe('Boil the water first.');
});
