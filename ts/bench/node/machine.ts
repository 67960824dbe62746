/** The machine and the browser, since every number depends on both. */
import { cpus, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown processor',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The share of all processors' time that other programs use, measured over the next seconds. */
export async function busyShare(milliseconds = 3000): Promise<number> {
  const times = (): { idle: number; all: number } => {
    const each = cpus().map(({ times }) => times);
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    return { idle: sum(each.map(({ idle }) => idle)), all: sum(each.flatMap((time) => Object.values(time))) };
  };
  const before = times();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const after = times();
  return 1 - (after.idle - before.idle) / (after.all - before.all);
}

/**
 * The browser's name and version from its user agent string.
 *
 * @param full a more exact version than in the user agent string
 */
export function browserVersion(userAgent: string, full: string | null): string {
  const engines: readonly [RegExp, string][] = [
    [/Firefox\/([\d.]+)/, 'Firefox'],
    [/Chrome\/([\d.]+)/, 'Chromium'],
    [/Version\/([\d.]+).*Safari/, 'WebKit'],
  ];
  for (const [pattern, name] of engines) {
    const match = pattern.exec(userAgent);
    if (match) return `${name} ${full ?? match[1]}`;
  }
  return userAgent;
}
