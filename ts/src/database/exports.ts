// The exports under way, by number: each is read piece by piece, and holds its snapshot until it
// ends.

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
    if (found === undefined) throw internal('A piece was asked for of an export that has ended');
    let next: ExportReply | undefined;
    try {
      next = await found.next();
      return next;
    } finally {
      // Also if it fails: nobody asks again, and the chunks that the export holds would stay.
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
