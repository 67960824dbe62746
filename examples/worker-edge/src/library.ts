/** The index and the model, loaded once for each instance of the worker. */
import { EdgeVec } from 'edgevec';
import { embed, load } from 'edgevec-static-model';

/** What wrangler.jsonc gives to the worker. */
export interface Env {
  readonly ASSETS: { fetch(url: URL): Promise<Response> };
}

/** The metadata of a passage. */
export interface Passage {
  page: string;
  heading: string;
  text: string;
}

export interface Library {
  readonly db: EdgeVec<Passage>;
  readonly embed: typeof embed;
}

let loading: Promise<Library> | undefined;

/** The library. If loading fails, the next request loads again. */
export function library(env: Env): Promise<Library> {
  loading ??= open(env).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function open({ ASSETS }: Env): Promise<Library> {
  // Only the path counts: the request never leaves the worker.
  const asset = (name: string) => ASSETS.fetch(new URL(`https://assets.local/${name}`));
  const model = await asset('static-en-256.bin');
  await load({ bytes: await model.arrayBuffer() });
  const db = await EdgeVec.import<Passage>(await asset('library.edgevec'));
  return { db, embed };
}
