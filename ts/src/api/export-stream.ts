// An export as a stream: a read of the stream asks for the next piece.

import { onceForgotten } from '../base/finalizer.js';
import type { Host } from '../host/host.js';

/**
 * A call of the database. The function keeps the database from being collected while somebody
 * reads.
 */
export type Call = Host['call'];

/** The stream of an export. The export begins with the first read. */
export function exportStream(call: Call, host: Host): ReadableStream<Uint8Array> {
  const begun = new Begun(host);
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    begun.handle ??= call('exportBegin', undefined);
    const next = await call('exportNext', await begun.handle);
    if (next.done) controller.close();
    else controller.enqueue(next.piece);
  };
  endWithReader(pull, begun);
  return new ReadableStream<Uint8Array>({ pull, cancel: () => begun.end() }, { highWaterMark: 0 });
}

/** An export, perhaps begun. The object refers neither to its stream nor to its database. */
class Begun {
  handle: Promise<number> | undefined;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async end(): Promise<void> {
    // The end may come while the first piece is made. If the host is gone, or could not begin the
    // export, nothing is left to end.
    const handle = await this.handle?.catch(() => undefined);
    if (handle !== undefined) await this.#host.call('exportEnd', handle).catch(() => {});
  }
}

/**
 * Ends an export once nobody can read on. The owner is the function that every reader must call,
 * and not the stream: WebKit collects the object of a stream while a `Response` or a reader still
 * reads from the stream.
 */
function endWithReader(pull: object, begun: Begun): void {
  onceForgotten(pull, () => begun.end());
}
