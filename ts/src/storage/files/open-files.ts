// Tells whether a thread of this process has a file open for writing. When a thread ends in any
// way, the system closes the files of the thread, after the thread's last write. An open file
// therefore separates a busy thread from a thread that has ended. Threads that only look at the
// file have the file open for reading, and do not count.

import type { FileHandle, Fs, Identity } from './node.js';

/** Folders with an entry for each open file of the process: on Linux, and on macOS and BSD. */
const FOLDERS = ['/proc/self/fd', '/dev/fd'];

/** Linux tells here how a file is open. */
const MODES = '/proc/self/fdinfo';
/** The two lowest bits of the flags of an open file. 0 is for reading. */
const ACCESS = 3;

/**
 * If the platform does not tell how a file is open, any open file counts.
 *
 * @param ours a file that is certainly open now: if the folder lists the file, the folder tells the
 * truth
 * @returns undefined if the platform does not tell
 */
export async function isOpenHere(fs: Fs, file: Identity, ours: FileHandle): Promise<boolean | undefined> {
  const known = await ours.stat({ bigint: true });
  for (const folder of FOLDERS) {
    const names = await fs.readdir(folder).catch(() => []);
    let isKnown = false;
    let isOpen = false;
    for (const name of names) {
      const found = await fs.stat(`${folder}/${name}`, { bigint: true }).catch(() => undefined);
      if (found === undefined) continue;
      isKnown ||= isSame(found, known);
      isOpen ||= isSame(found, file) && !(await isForReading(fs, name));
    }
    if (isKnown) return isOpen;
  }
  return undefined;
}

async function isForReading(fs: Fs, name: string): Promise<boolean> {
  const text = await fs.readFile(`${MODES}/${name}`).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => '',
  );
  const [, flags] = /^flags:\s*([0-7]+)$/m.exec(text) ?? [];
  return flags !== undefined && (Number.parseInt(flags, 8) & ACCESS) === 0;
}

export function isSame(a: Identity, b: Identity): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}
