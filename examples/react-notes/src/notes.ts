// The notes in the database. The metadata of a row is the note, and the vector is the meaning of
// the note's text.

import type { EdgeVec, Filter, StoredRecord } from 'edgevec';
import { dimensions, embed } from './model';

export interface Note {
  title: string;
  text: string;
  tags: string[];
  edited: Date;
}

/** What a person writes. */
export type Draft = Omit<Note, 'edited'>;

/** The options of the database. With a name, the browser keeps the notes. */
export const DATABASE = { name: 'react-notes', dimensions, indexed: ['tags'] };

/** Only notes with all of these tags. */
export function withTags(tags: readonly string[]): Filter<Note> {
  return tags.length === 0 ? {} : { tags: { $containsAll: tags } };
}

/** All notes with these tags, the last edited note first. */
export async function readNotes(db: EdgeVec<Note>, tags: readonly string[]) {
  const notes = [];
  for await (const note of db.scan({ filter: withTags(tags) })) notes.push(note);
  return notes.sort((a, b) => b.metadata.edited.getTime() - a.metadata.edited.getTime());
}

async function recordOf(id: string, draft: Draft) {
  const vector = await embed(`${draft.title}. ${draft.text}`);
  return { id, vector, metadata: { ...draft, edited: new Date() } };
}

/** Adds notes, or replaces a note: the new vector takes the place of the old one. */
export async function saveNote(db: EdgeVec<Note>, draft: Draft, id: string = crypto.randomUUID()): Promise<void> {
  await db.upsert(await recordOf(id, draft));
}

export async function addNotes(db: EdgeVec<Note>, drafts: readonly Draft[]): Promise<void> {
  await db.upsert(await Promise.all(drafts.map((draft) => recordOf(crypto.randomUUID(), draft))));
}

/** Deletes a note. @returns the deleted record, with which `db.upsert` undoes the deletion */
export async function deleteNote(db: EdgeVec<Note>, id: string): Promise<StoredRecord<Note> | undefined> {
  const record = await db.get(id);
  await db.delete(id);
  return record;
}
