import type { EdgeVec } from 'edgevec';
import { useState } from 'react';
import { addNotes, type Note } from '../notes';
import { SAMPLES } from '../samples';
import { Failure } from './Failure';

/** What a person without notes sees. */
export function Welcome({ db }: { readonly db: EdgeVec<Note> }) {
  const [isAdding, setAdding] = useState(false);
  const [error, setError] = useState<Error>();

  async function add() {
    setAdding(true);
    setError(undefined);
    await addNotes(db, SAMPLES).catch(setError);
    setAdding(false);
  }

  return (
    <section className="welcome">
      <h2>Find notes by what they mean</h2>
      <p>
        Write a note, then search for it in other words. The notes, the model and the search stay on this device, and
        work offline.
      </p>
      <button type="button" className="primary" disabled={isAdding} onClick={add}>
        {isAdding ? 'Adding …' : `Add ${SAMPLES.length} sample notes`}
      </button>
      {error && <Failure error={error} onRetry={add} />}
    </section>
  );
}
