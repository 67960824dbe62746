// The running exports, by number. A caller reads an export piece by piece. An export holds its
// snapshot until the end.

import type { ExportReply } from '../base/calls.js';
import { internal } from '../base/errors.js';
import { Export } from '../persistence/export/export.js';
import type { Snapshot } from '../persistence/export/snapshot.js';

export class Exports {
  readonly #open = new Map<number, Export>();
  #begun = 0;

  /** The number of a new export. */
  begin(snapshot: Snapshot): number {
    this.#open.set(++this.#begun, new Export(snapshot));
    return this.#begun;
  }

  /** The next piece of the file. */
  async next(number: number): Promise<ExportReply> {
    const found = this.#open.get(number);
    if (found === undefined) throw internal('The caller asks for a piece of an export that has ended');
    let next: ExportReply | undefined;
    try {
      next = await found.next();
      return next;
    } finally {
      // End the export also if a read fails. Nobody asks again, and the export would hold its
      // chunks for ever.
      if (next === undefined || next.done) this.end(number);
    }
  }

  end(number: number): void {
    this.#open.get(number)?.end();
    this.#open.delete(number);
  }

  endAll(): void {
    for (const number of [...this.#open.keys()]) this.end(number);
  }
}
