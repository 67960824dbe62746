// A worker thread of Node with its own storage in files.

import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build, type Rollup } from 'vite';

/** How a thread ends without closing its storage. */
export const ENDS = ['is terminated', 'throws', 'exits', 'ends'] as const;
export type End = (typeof ENDS)[number];

export interface Order {
  /** The folder of a site. The thread opens the database `db` of the site. */
  readonly open?: string;
  /** The head to write. */
  readonly put?: number;
  readonly close?: boolean;
  /** Blocks the thread while `flag[0]` is 1. */
  readonly busy?: { readonly flag: Int32Array };
  /** Writes log entries without a pause until the thread ends. */
  readonly writes?: boolean;
  readonly end?: End;
}

interface Answer {
  readonly done?: boolean;
  readonly error?: string;
  readonly written?: number;
}

let code: Promise<string> | undefined;

/** Bundles the script, because Node does not run TypeScript. */
async function script(): Promise<string> {
  const entry = fileURLToPath(new URL('thread-script.ts', import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, target: 'es2022', lib: { entry, formats: ['es'] } },
  });
  const { output } = (result as Rollup.RollupOutput[])[0] as Rollup.RollupOutput;
  if (output.length !== 1) throw new Error(`the script has ${output.length} files`);
  return output[0].code;
}

export class Thread {
  readonly #worker: Worker;
  readonly #exit: Promise<unknown>;
  /** The last entry that the thread has reported as written. */
  written = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
    this.#exit = new Promise((resolve) => worker.once('exit', resolve));
    worker.on('error', () => {});
    worker.on('message', ({ written }: Answer) => {
      this.written = written ?? this.written;
    });
  }

  /** Starts a thread, and waits until the first order is done. */
  static async start(order: Order): Promise<Thread> {
    code ??= script();
    const url = new URL(`data:text/javascript,${encodeURIComponent(await code)}`);
    const thread = new Thread(new Worker(url));
    await thread.do(order);
    return thread;
  }

  /** @throws the error of the order, with its code */
  async do(order: Order): Promise<void> {
    this.#worker.postMessage(order);
    const { error } = await new Promise<Answer>((resolve) => {
      const heard = (answer: Answer): void => {
        if (answer.done !== true) return;
        this.#worker.off('message', heard);
        resolve(answer);
      };
      this.#worker.on('message', heard);
    });
    if (error !== undefined) throw new Error(error);
  }

  tell(order: Order): void {
    this.#worker.postMessage(order);
  }

  async end(how: End): Promise<void> {
    if (how === 'is terminated') await this.#worker.terminate();
    else this.tell({ end: how });
    await this.#exit;
  }
}
