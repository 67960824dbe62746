/** The processes of a browser, as Linux lists them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * Why nothing can be killed elsewhere: no package that lists processes is worth its weight for
 * that.
 */
export const NEEDS_PROC = 'the processes of a browser are found in /proc, which only Linux has';

/** Whether processes can be found here. */
export const canKill = () => existsSync('/proc/self/cmdline');

/**
 * Processes whose command line has all of these words, and those they started.
 * @param {string} profile
 * @param {RegExp} [kind]
 */
export function processes(profile, kind = /(?:)/) {
  /** @type {Map<number, { parent: number, line: string }>} */
  const all = new Map();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]);
      all.set(Number(name), { parent, line });
    } catch {
      // It has ended meanwhile.
    }
  }
  const isOurs = (/** @type {number} */ pid) => {
    for (let at = all.get(pid); at !== undefined; at = all.get(at.parent)) if (at.line.includes(profile)) return true;
    return false;
  };
  return [...all].filter(([pid, { line }]) => isOurs(pid) && kind.test(line)).map(([pid]) => pid);
}

/** Resolves once they are gone: until then their files are locked. @param {number[]} pids */
export async function kill(pids) {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  while (pids.some((pid) => existsSync(`/proc/${pid}`))) await new Promise((resolve) => setTimeout(resolve, 10));
}
