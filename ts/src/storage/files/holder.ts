// The holder of a lock, as the lock's file names the holder.

import type { Fs, NodePlatform } from './node.js';

export interface Holder {
  readonly pid: number;
  readonly hostname: string;
  /** The namespace of processes in which `pid` is valid. */
  readonly namespace: string;
  readonly token: string;
  /** The holder keeps the lock's file open for as long as it holds the lock. */
  readonly keepsOpen?: boolean;
}

/** Undefined if the text names no holder. */
export function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    return Number.isInteger(holder.pid) && typeof holder.hostname === 'string' ? holder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Identifies the boot and the container, since several of them may share one hostname. Empty if the
 * system does not tell.
 */
export async function namespaceOf(fs: Fs): Promise<string> {
  const boot = await fs.readFile('/proc/sys/kernel/random/boot_id').catch(() => new Uint8Array());
  const pids = await fs.readlink('/proc/self/ns/pid').catch(() => '');
  return `${new TextDecoder().decode(boot).trim()} ${pids}`.trim();
}

/** Whether this process can ask the system about the holder's process. */
export function isHere({ hostname, namespace }: Holder, node: NodePlatform, ours: string): boolean {
  // Two machines without a known name may be two machines.
  return hostname !== '' && hostname === node.hostname && namespace === ours;
}

/** The holder, for people. */
export function nameOfHolder(holder: Holder, node: NodePlatform, ours: string): string {
  const { pid, hostname } = holder;
  if (hostname === '') return `process ${pid} on a machine that does not tell its name`;
  if (hostname !== node.hostname) return `process ${pid} on the machine ${hostname}`;
  if (!isHere(holder, node, ours))
    return `process ${pid} in another container of the machine ${hostname}, or before the machine was started again`;
  return pid === node.pid ? `another thread of this process (${pid})` : `process ${pid} on this machine`;
}
