import type { Hit, ScannedRecord } from 'edgevec';
import { bodyOf, type Note } from '../notes';

/** A note, or a hit of a search. */
type Shown = ScannedRecord<Note> & Partial<Pick<Hit<Note>, 'score'>>;

interface Props {
  readonly notes: readonly Shown[];
  readonly onOpen: (note: Shown) => void;
}

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

export function NoteList({ notes, onOpen }: Props) {
  return (
    <ul className="notes">
      {notes.map((note) => (
        <li key={note.id}>
          <article>
            {note.score !== undefined && <Score score={note.score} />}
            <h2>
              <button type="button" onClick={() => onOpen(note)}>
                {note.metadata.title}
              </button>
            </h2>
            <p>{bodyOf(note.metadata)}</p>
            <footer>
              {note.metadata.tags.map((tag) => (
                <span key={tag} className="tag">
                  {tag}
                </span>
              ))}
              <time dateTime={note.metadata.edited.toISOString()}>{DAY.format(note.metadata.edited)}</time>
            </footer>
          </article>
        </li>
      ))}
    </ul>
  );
}

/** How like the query a note is: the cosine of the angle between the two vectors. */
function Score({ score }: { readonly score: number }) {
  return (
    <div className="score" title="How like the query: 1 is the same meaning, 0 is unrelated">
      <meter min={0} max={1} value={score} aria-label="Likeness to the query" />
      <span aria-hidden="true">{score.toFixed(2)}</span>
    </div>
  );
}
