/** Finds the processes of a browser, from Linux's list of processes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * The reason for running nothing on other systems. A package that lists processes everywhere is not
 * worth its weight.
 */
export const NEEDS_PROC = 'the processes of a browser are found in /proc, which only Linux has';

/** Whether this system lists its processes in /proc. */
export const canKill = () => existsSync('/proc/self/cmdline');

/**
 * The processes with `profile` in the command line, and their descendants, if their own command
 * line matches `kind`.
 *
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
      // The process has ended in the meantime.
    }
  }
  const isOurs = (/** @type {number} */ pid) => {
    for (let at = all.get(pid); at !== undefined; at = all.get(at.parent)) if (at.line.includes(profile)) return true;
    return false;
  };
  return [...all].filter(([pid, { line }]) => isOurs(pid) && kind.test(line)).map(([pid]) => pid);
}

/**
 * Kills processes, and resolves once all have ended. Until then, their files are locked.
 *
 * @param {number[]} pids
 */
export async function kill(pids) {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // The process has ended already.
    }
  }
  while (pids.some((pid) => existsSync(`/proc/${pid}`))) await new Promise((resolve) => setTimeout(resolve, 10));
}
