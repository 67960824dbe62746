// Whether a thread of this process has a file open. The system closes what a thread had open when
// the thread ends, however it ends, and after the last of its writes: so this tells a thread that
// has ended from a thread that is busy.

import type { FileHandle, Fs, Identity } from './node.js';

/** Folders with an entry for each file that a process has open: of Linux, and of macOS and BSD. */
const FOLDERS = ['/proc/self/fd', '/dev/fd'];

/**
 * @param ours a file that is open here and now, by which it is known that the platform tells the truth
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
      isOpen ||= isSame(found, file);
    }
    if (isKnown) return isOpen;
  }
  return undefined;
}

export function isSame(a: Identity, b: Identity): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}
