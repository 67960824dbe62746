'use client';

import type { EdgeVec } from 'edgevec';
import { useEdgeVec, useLiveQuery, useSearch } from 'edgevec/react';
import { type SubmitEvent, useState } from 'react';
import type { Recipe } from '../lib/recipes';
import type { Answer } from '../lib/search';

/** All kept recipes. */
async function readKept(db: EdgeVec<Recipe>) {
  const kept = [];
  for await (const recipe of db.scan()) kept.push(recipe);
  return kept;
}

export function Kitchen() {
  const [answer, setAnswer] = useState<Answer>();
  const [error, setError] = useState<Error>();
  // On the server nothing opens: the HTML has the state before the database is open.
  const kitchen = useEdgeVec<Recipe>({ name: 'kept-recipes', dimensions: 256 });
  const { db } = kitchen;
  const near = useSearch(db, answer?.question);
  const all = useLiveQuery(db, readKept);
  const kept = answer === undefined ? (all.data ?? []) : near.hits;
  const failed = kitchen.error ?? error ?? near.error ?? all.error;

  async function search(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('q')).trim();
    setError(undefined);
    if (text === '') return setAnswer(undefined);
    try {
      const response = await fetch(`/api/search?q=${encodeURIComponent(text)}`);
      if (!response.ok) throw new Error(`The server answers ${response.status}`);
      setAnswer(await response.json());
    } catch (reason) {
      setError(reason as Error);
    }
  }

  return (
    <>
      <search>
        <form onSubmit={search}>
          <input type="search" name="q" aria-label="What to eat" placeholder="something warm for a winter morning" />
          <button type="submit">Search</button>
        </form>
      </search>
      {failed && <p role="alert">{failed.message}</p>}
      <div className="columns">
        <section aria-labelledby="found">
          <h2 id="found">Found on the server</h2>
          <ul>
            {answer?.found.map(({ id, vector, score, title, text }) => (
              <li key={id}>
                <Card title={title} text={text} score={score} />
                <button
                  type="button"
                  disabled={!db}
                  onClick={() => db?.upsert({ id, vector, metadata: { title, text } }).catch(setError)}
                >
                  Keep<span className="hidden"> {title}</span>
                </button>
              </li>
            ))}
          </ul>
          {answer === undefined && <p className="hint">Search for a dish, an ingredient or an occasion.</p>}
        </section>
        <section aria-labelledby="kept">
          <h2 id="kept">Kept on this device</h2>
          <ul className={near.isStale ? 'stale' : ''}>
            {kept.map((recipe) => (
              <li key={recipe.id}>
                <Card {...recipe.metadata} score={'score' in recipe ? recipe.score : undefined} />
                <button type="button" onClick={() => db?.delete(recipe.id).catch(setError)}>
                  Remove<span className="hidden"> {recipe.metadata.title}</span>
                </button>
              </li>
            ))}
          </ul>
          {kitchen.status === 'ready' && kept.length === 0 && <p className="hint">No recipe yet.</p>}
        </section>
      </div>
    </>
  );
}

function Card({ title, text, score }: Recipe & { score: number | undefined }) {
  return (
    <article>
      <h3>
        {title}
        {score !== undefined && <small> {score.toFixed(2)}</small>}
      </h3>
      <p>{text}</p>
    </article>
  );
}
