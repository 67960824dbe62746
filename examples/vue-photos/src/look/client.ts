import type { Picture, Seen } from './worker';

type Reply = { readonly call: number } & ({ readonly seen: Seen } | { readonly error: string });

let worker: Worker | undefined;
let calls = 0;
const waiting = new Map<number, (reply: Reply) => void>();

function started(): Worker {
  const made = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  made.onmessage = ({ data }: MessageEvent<Reply>) => {
    waiting.get(data.call)?.(data);
    waiting.delete(data.call);
  };
  return made;
}

/** Looks at a picture in the worker. Rejects if the browser cannot decode the picture. */
export function see(picture: Picture): Promise<Seen> {
  worker ??= started();
  const call = ++calls;
  worker.postMessage({ call, picture });
  return new Promise((resolve, reject) => {
    waiting.set(call, (reply) => ('seen' in reply ? resolve(reply.seen) : reject(new Error(reply.error))));
  });
}
