// Who holds a lock, as the lock's file says it.

import type { Fs, NodePlatform } from './node.js';

export interface Holder {
  readonly pid: number;
  readonly hostname: string;
  /** Where `pid` means what it says. */
  readonly namespace: string;
  readonly token: string;
  /** The holder keeps the lock's file open for as long as it holds the lock. */
  readonly keepsOpen?: boolean;
}

/** Undefined if the text names nobody. */
export function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    return Number.isInteger(holder.pid) && typeof holder.hostname === 'string' ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** Tells boots and containers apart, which may have one hostname; empty where that cannot be known. */
export async function namespaceOf(fs: Fs): Promise<string> {
  const boot = await fs.readFile('/proc/sys/kernel/random/boot_id').catch(() => new Uint8Array());
  const pids = await fs.readlink('/proc/self/ns/pid').catch(() => '');
  return `${new TextDecoder().decode(boot).trim()} ${pids}`.trim();
}

/** Whether the process of a holder can be asked for. */
export function isHere({ hostname, namespace }: Holder, node: NodePlatform, ours: string): boolean {
  return hostname === node.hostname && namespace === ours;
}

/** The holder, for people. */
export function sayHolder(holder: Holder, node: NodePlatform, ours: string): string {
  const { pid, hostname } = holder;
  if (hostname !== node.hostname) return `process ${pid} on the machine ${hostname}`;
  if (!isHere(holder, node, ours))
    return `process ${pid} in another container of the machine ${hostname}, or before it was started anew`;
  return pid === node.pid ? `another thread of this process (${pid})` : `process ${pid} on this machine`;
}
