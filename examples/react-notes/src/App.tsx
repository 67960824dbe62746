import type { StoredRecord } from 'edgevec';
import { useEdgeVec, useLiveQuery, useSearch } from 'edgevec/react';
import { useState } from 'react';
import { Failure } from './components/Failure';
import { type Edited, NoteEditor } from './components/NoteEditor';
import { NoteList } from './components/NoteList';
import { SearchBox } from './components/SearchBox';
import { TagFilter } from './components/TagFilter';
import { Undo } from './components/Undo';
import { Welcome } from './components/Welcome';
import { bodyOf, DATABASE, deleteNote, type Note, readNotes, saveNote, withTags } from './notes';

/** Notes less like the query are not shown. */
const LEAST_SCORE = 0.1;

export function App() {
  const notes = useEdgeVec<Note>(DATABASE);
  const { db } = notes;

  const [text, setText] = useState('');
  const [tags, setTags] = useState<readonly string[]>([]);
  const [edited, setEdited] = useState<Edited>();
  const [deleted, setDeleted] = useState<StoredRecord<Note>>();
  const [failed, setFailed] = useState<Error>();

  const query = text.trim() || undefined;
  const search = useSearch(db, query, { k: 30, filter: withTags(tags) });
  const all = useLiveQuery(db, (db) => readNotes(db, tags), [tags]);
  const facets = useLiveQuery(db, (db) => db.facets(['tags'], { filter: withTags(tags) }), [tags]);
  const count = useLiveQuery(db, (db) => db.count());

  const isSearch = query !== undefined;
  const found = search.hits.filter(({ score }) => score >= LEAST_SCORE);
  const shown = isSearch ? found : (all.data ?? []);
  const { isStale, isLoading } = isSearch ? search : all;
  const error = notes.error ?? failed ?? (isSearch ? search.error : all.error);

  function retry() {
    notes.retry();
    search.refresh();
    setFailed(undefined);
  }

  async function remove(id: string) {
    setEdited(undefined);
    if (db) await deleteNote(db, id).then(setDeleted, setFailed);
  }

  async function undo() {
    if (db && deleted) await db.upsert(deleted).catch(setFailed);
    setDeleted(undefined);
  }

  return (
    <div className="app">
      <header>
        <h1>Notes</h1>
        <SearchBox text={text} onChange={setText} />
        <button type="button" className="primary" disabled={!db} onClick={() => setEdited({ tags: [...tags] })}>
          New note
        </button>
      </header>

      <TagFilter facets={facets.data?.tags ?? []} chosen={tags} onChange={setTags} />

      <main aria-busy={isLoading} className={isStale ? 'stale' : ''}>
        {error && <Failure error={error} onRetry={retry} />}
        {db && count.data === 0 && <Welcome db={db} />}
        <p className="summary" role="status">
          {count.data ? summary(shown.length, text.trim(), isLoading && !isStale) : ''}
        </p>
        <NoteList
          notes={shown}
          onOpen={({ id, metadata }) => setEdited({ id: String(id), ...metadata, body: bodyOf(metadata) })}
        />
      </main>

      {edited && db && (
        <NoteEditor
          note={edited}
          knownTags={facets.data?.tags.map(({ value }) => String(value)) ?? []}
          onSave={(draft) => saveNote(db, draft, edited.id)}
          onDelete={remove}
          onClose={() => setEdited(undefined)}
        />
      )}
      {deleted && <Undo title={deleted.metadata.title} onUndo={undo} onDismiss={() => setDeleted(undefined)} />}
    </div>
  );
}

function summary(notes: number, asked: string, isFirst: boolean): string {
  if (isFirst) return 'Searching …';
  const some = notes === 1 ? '1 note' : `${notes} notes`;
  if (asked === '') return `${some}, the last edited first`;
  return notes === 0 ? `No note is like “${asked}”` : `${some} like “${asked}”, the nearest first`;
}
