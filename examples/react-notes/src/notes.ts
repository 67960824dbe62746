// The notes in the database. The metadata of a row is the note. The database embeds the text of the
// note, by the model.

import type { EdgeVec, Filter, StoredRecord } from 'edgevec';
import { model } from './model';

export interface Note {
  title: string;
  /** The embedded text: the title, and the body below. */
  text: string;
  tags: string[];
  edited: Date;
}

/** What a person writes. */
export type Draft = Pick<Note, 'title' | 'tags'> & { body: string };

/**
 * What a person has written below the title. Notes of the first version of this app have no title
 * in their text.
 */
export function bodyOf({ title, text }: Note): string {
  const start = startOf(title);
  return text.startsWith(start) ? text.slice(start.length) : text;
}

const startOf = (title: string): string => `${title}\n`;

/** The options of the database. With a name, the browser keeps the notes. */
export const DATABASE = { name: 'react-notes', embed: model, indexed: ['tags'] };

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

const recordOf = (id: string, { title, body, tags }: Draft) => ({
  id,
  text: `${startOf(title)}${body}`,
  metadata: { title, tags, edited: new Date() },
});

/** Adds a note, or replaces a note: the database makes the new vector. */
export async function saveNote(db: EdgeVec<Note>, draft: Draft, id: string = crypto.randomUUID()): Promise<void> {
  await db.upsert(recordOf(id, draft));
}

export async function addNotes(db: EdgeVec<Note>, drafts: readonly Draft[]): Promise<void> {
  await db.upsert(drafts.map((draft) => recordOf(crypto.randomUUID(), draft)));
}

/** Deletes a note. @returns the deleted record, with which `db.upsert` undoes the deletion */
export async function deleteNote(db: EdgeVec<Note>, id: string): Promise<StoredRecord<Note> | undefined> {
  const record = await db.get(id);
  await db.delete(id);
  return record;
}
