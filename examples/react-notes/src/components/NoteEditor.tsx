import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react';
import type { Draft } from '../notes';

/** A note to edit. Without an id, a new note. */
export type Edited = Partial<Draft> & { readonly id?: string };

interface Props {
  readonly note: Edited;
  readonly knownTags: readonly string[];
  readonly onSave: (draft: Draft) => Promise<void>;
  readonly onDelete: (id: string) => void;
  readonly onClose: () => void;
}

export function NoteEditor({ note, knownTags, onSave, onDelete, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<Error>();
  const ids = { title: useId(), tags: useId() };
  useEffect(() => dialog.current?.showModal(), []);

  async function save(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name)).trim();
    try {
      await onSave({ title: text('title'), body: text('body'), tags: tagsOf(text('tags')) });
      onClose();
    } catch (reason) {
      setError(reason as Error);
    }
  }

  return (
    <dialog ref={dialog} className="editor" aria-labelledby={ids.title} onClose={onClose}>
      <form onSubmit={save}>
        <h2 id={ids.title}>{note.id === undefined ? 'New note' : 'Edit note'}</h2>
        <label>
          Title
          <input name="title" defaultValue={note.title} required autoComplete="off" />
        </label>
        <label>
          Text
          <textarea name="body" rows={8} defaultValue={note.body} />
        </label>
        <label>
          Tags
          <input name="tags" defaultValue={note.tags?.join(', ')} aria-describedby={ids.tags} autoComplete="off" />
        </label>
        <p id={ids.tags} className="hint">
          Between commas{knownTags.length > 0 && `: ${knownTags.slice(0, 6).join(', ')} …`}
        </p>
        {error && (
          <p role="alert" className="error">
            {error.message}
          </p>
        )}
        <div className="actions">
          {note.id !== undefined && (
            <button type="button" className="danger" onClick={() => onDelete(note.id as string)}>
              Delete
            </button>
          )}
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" className="primary">
            Save
          </button>
        </div>
      </form>
    </dialog>
  );
}

function tagsOf(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim().toLowerCase()))].filter((tag) => tag !== '');
}
