// The offscreen document: the owner of the database and of the model.

import { EdgeVec } from 'edgevec';
import { dimensions, embed } from 'edgevec-static-model';
import { answer, type FoundPage, type LibraryCalls, type Message } from '../messages';
import { siteOf } from '../settings';
import { passagesOf } from './passages';

/** The metadata of a passage. */
interface Passage {
  url: string;
  site: string;
  title: string;
  text: string;
  /** The number of the passage in the page, from 0. */
  position: number;
  readAt: Date;
}

const opening = EdgeVec.open<Passage>({ name: 'read-before', dimensions, indexed: ['url', 'site', 'position'] });

/** Passages of a search. A page may have several near passages, and is shown once. */
const NEAREST = 100;
const PAGES = 20;

/** With this model, texts of unlike meaning have a score near 0. */
const LEAST_SCORE = 0.15;

const calls: { [C in keyof LibraryCalls]: (request: LibraryCalls[C]['request']) => Promise<LibraryCalls[C]['reply']> } =
  {
    async remember({ page: { url, title, paragraphs } }) {
      const db = await opening;
      const texts = passagesOf(paragraphs);
      // The title says what the passages are about.
      const vectors = await embed(texts.map((text) => `${title}. ${text}`));
      const readAt = new Date();
      const site = siteOf(url);
      await db.upsert(
        texts.map((text, position) => ({
          id: `${url}#${position}`,
          vector: vectors[position] as Float32Array,
          metadata: { url, site, title, text, position, readAt },
        })),
      );
      // What is left of a longer page that was read before.
      await db.delete({ filter: { url, position: { $gte: texts.length } } });
      return { passages: texts.length };
    },

    async search({ text, site }) {
      const db = await opening;
      const [vector] = await embed([text]);
      const hits = await db.search(vector as Float32Array, {
        k: NEAREST,
        ...(site !== undefined && { filter: { site } }),
      });
      const near = hits.filter(({ score }) => score >= LEAST_SCORE);
      return firstOfEachPage(near.map(({ metadata, score }) => found(metadata, score)));
    },

    async recent({ site }) {
      const db = await opening;
      const pages: FoundPage[] = [];
      const first = { position: 0, ...(site !== undefined && { site }) };
      for await (const { metadata } of db.scan({ filter: first })) pages.push(found(metadata, 0));
      return pages.sort((a, b) => b.readAt - a.readAt).slice(0, PAGES);
    },

    async sites() {
      const db = await opening;
      const { site } = await db.facets(['site'], { filter: { position: 0 } });
      return site.map(({ value, count }) => ({ site: String(value), pages: count }));
    },

    async forget({ forgotten }) {
      const db = await opening;
      return { passages: await (forgotten === 'everything' ? db.clear() : db.delete({ filter: forgotten })) };
    },
  };

const found = ({ url, site, title, text, readAt }: Passage, score: number): FoundPage => ({
  url,
  site,
  title,
  passage: text,
  score,
  readAt: readAt.getTime(),
});

/** Hits are nearest first, so the first passage of each page is its nearest. */
function firstOfEachPage(passages: readonly FoundPage[]): FoundPage[] {
  const pages = new Map<string, FoundPage>();
  for (const passage of passages) if (!pages.has(passage.url)) pages.set(passage.url, passage);
  return [...pages.values()].slice(0, PAGES);
}

answer('library', async ({ call, request }: Message) => {
  if (call === 'read') throw new Error('Pages are read by the service worker.');
  return calls[call](request as never);
});
