// The record manager that LangChain's `index` needs, in memory.

import { type ListKeyOptions, RecordManager, type UpdateOptions } from '@langchain/core/indexing';

export class RecordsInMemory extends RecordManager {
  override lc_namespace = ['test'];
  readonly #records = new Map<string, { readonly at: number; readonly group: string | null }>();
  #time = 0;

  async createSchema(): Promise<void> {}

  /** Later at each call, so that no test depends on a clock. */
  async getTime(): Promise<number> {
    return ++this.#time;
  }

  async update(keys: string[], { groupIds = [] }: UpdateOptions = {}): Promise<void> {
    const at = await this.getTime();
    for (const [i, key] of keys.entries()) this.#records.set(key, { at, group: groupIds[i] ?? null });
  }

  async exists(keys: string[]): Promise<boolean[]> {
    return keys.map((key) => this.#records.has(key));
  }

  async listKeys({ before, after, groupIds, limit }: ListKeyOptions = {}): Promise<string[]> {
    return [...this.#records]
      .filter(([, { at }]) => at < (before ?? Infinity) && at > (after ?? -Infinity))
      .filter(([, { group }]) => groupIds === undefined || groupIds.includes(group))
      .map(([key]) => key)
      .slice(0, limit);
  }

  async deleteKeys(keys: string[]): Promise<void> {
    for (const key of keys) this.#records.delete(key);
  }
}
