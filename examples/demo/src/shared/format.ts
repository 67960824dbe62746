const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const digits = (n: number) => new Intl.NumberFormat('en', { maximumSignificantDigits: n });

export const count = (value: number): string => whole.format(value);

export function bytes(value: number): string {
  if (value < 1e6) return `${digits(3).format(value / 1e3)} kB`;
  if (value < 1e9) return `${digits(3).format(value / 1e6)} MB`;
  return `${digits(3).format(value / 1e9)} GB`;
}

/** Milliseconds in the unit of everyday use. */
export function latency(ms: number): string {
  if (ms < 0.9995) return `${digits(ms < 0.1 ? 2 : 3).format(ms * 1000)} µs`;
  if (ms < 999.5) return `${digits(3).format(ms)} ms`;
  return duration(ms / 1000);
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const rounded = Math.round(seconds);
  return `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
}

/** Rounds down, so a recall of 1 means no missed row. */
export function recall(value: number): string {
  return value >= 1 ? '1.000' : (Math.floor(value * 1000) / 1000).toFixed(3);
}

/** Without the minus sign of a zero after rounding. */
export const distance = (value: number): string => value.toFixed(4).replace(/^-(0\.0*)$/, '$1');

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** `the-voyage-of-the-beagle` as a title. */
export const title = (slug: string): string => capital(slug.replaceAll('-', ' '));

/** `charles-darwin` as a name. */
export const name = (slug: string): string => slug.split('-').map(capital).join(' ');
