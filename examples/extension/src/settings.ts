// What the user has allowed.

export interface Settings {
  /** Nothing is remembered while this is set. */
  readonly isPaused: boolean;
  /** Pages of these sites are remembered when they are read. */
  readonly sites: readonly string[];
}

const DEFAULTS: Settings = { isPaused: false, sites: [] };

export async function settings(): Promise<Settings> {
  return { ...DEFAULTS, ...(await chrome.storage.local.get(['isPaused', 'sites'])) };
}

export async function change(changes: Partial<Settings>): Promise<void> {
  await chrome.storage.local.set(changes);
}

/** The site of an address: its host, without the port. */
export const siteOf = (url: string): string => new URL(url).hostname;

/** The addresses of a site, as permissions and scripts name addresses. */
export const patternOf = (site: string): string => `*://${site}/*`;
