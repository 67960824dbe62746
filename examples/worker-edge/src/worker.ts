/** A worker of Cloudflare that searches an index, which comes with the worker as a file. */
import { EdgeVecError } from 'edgevec';
import { type Env, library } from './library.js';

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== '/search') return new Response('Not found', { status: 404 });
    const words = searchParams.get('q')?.trim();
    if (!words) return Response.json({ error: 'Pass words: /search?q=…' }, { status: 400 });
    const page = searchParams.get('page');
    try {
      const { db, embed } = await library(env);
      const [query] = await embed([words]);
      if (query === undefined) throw new Error('the model has given no vector');
      const filter = page === null ? {} : { page };
      const hits = await db.search(query, { k: Number(searchParams.get('k') ?? 5), filter });
      return Response.json(hits.map(({ score, metadata }) => ({ score, ...metadata })));
    } catch (error) {
      // A wrong `k` is the fault of the caller.
      if (!(error instanceof EdgeVecError) || error.code !== 'INVALID_K') throw error;
      return Response.json({ error: error.message }, { status: 400 });
    }
  },
};
