// Stored databases of a suite, closed and dropped after each test.

import { afterEach } from 'vitest';
import { EdgeVec, type EdgeVecEvent, type OpenOptions } from '../../src/index.js';

type Metadata = Record<string, unknown>;

/** @param defaults options of every database. `directory` says where the databases are */
export function openedIn<M extends object = Metadata>(defaults: Partial<OpenOptions>) {
  const where = defaults.directory === undefined ? {} : { directory: defaults.directory };
  /** A test may add databases that it has opened otherwise. */
  const opened = new Set<EdgeVec<M>>();
  /** A test may add names of databases that it has made otherwise. */
  const made = new Set<string>();
  const events: EdgeVecEvent[] = [];

  async function open(name: string, options: Partial<OpenOptions> = {}): Promise<EdgeVec<M>> {
    made.add(name);
    const onEvent = (event: EdgeVecEvent) => void events.push(event);
    const db = await EdgeVec.open<M>({ ...defaults, name, onEvent, ...options });
    opened.add(db);
    return db;
  }

  afterEach(async () => {
    for (const db of opened) await db.close();
    for (const name of made) await EdgeVec.drop(name, where);
    opened.clear();
    made.clear();
    events.length = 0;
  });

  return { where, opened, made, events, open };
}
