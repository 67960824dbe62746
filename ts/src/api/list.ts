// The stored databases of a site, with what is stored under each name.

import { asEdgeVecError } from '../base/errors.js';
import type { StoredDatabase } from '../base/options.js';
import { isDamage } from '../persistence/open.js';
import { type Summary, summarize } from '../persistence/summary.js';
import { withoutShadows } from '../storage/shadow.js';
import type { StorageSite } from '../storage/storage.js';

/** How often to look again if another tab makes checkpoints meanwhile, or if data is damaged. */
const LOOKS = 3;

/** All databases of the site. A database that is dropped meanwhile is left out. */
export async function describeStored(site: StorageSite): Promise<StoredDatabase[]> {
  const described: StoredDatabase[] = [];
  for (const name of withoutShadows(await site.list())) {
    try {
      const summary = await look(site, name);
      if (summary === undefined) continue;
      const { rows, bytes, savedAt } = summary;
      described.push({ name, rows, bytes, ...(savedAt && { savedAt }) });
    } catch (error) {
      described.push({ name, error: asEdgeVecError(error) });
    }
  }
  return described;
}

async function look(site: StorageSite, name: string): Promise<Summary | undefined> {
  for (let looks = 1; ; looks++) {
    const storage = await site.inspect(name);
    if (storage === undefined) return undefined;
    try {
      return await summarize(storage);
    } catch (error) {
      // Another tab's checkpoint may have replaced chunks between two reads.
      if (!isDamage(error) || looks === LOOKS) throw error;
    } finally {
      await storage.close();
    }
  }
}
