// The messages between the parts. Every part sends to the service worker, and the service worker
// passes on to the offscreen document what concerns the library.

/** A page as the content script has read the page. */
export interface ReadPage {
  readonly url: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
}

/** A page that was found, with its passage nearest to the question. */
export interface FoundPage {
  readonly url: string;
  readonly site: string;
  readonly title: string;
  readonly passage: string;
  readonly score: number;
  /** Milliseconds since 1970, since messages of extensions are JSON and carry no dates. */
  readonly readAt: number;
}

export interface SiteCount {
  readonly site: string;
  readonly pages: number;
}

/** Which pages to forget. */
export type Forgotten = { readonly url: string } | { readonly site: string } | 'everything';

/** Calls to the library, by name. Requests and replies are JSON. */
export interface LibraryCalls {
  remember: { request: { page: ReadPage }; reply: { passages: number } };
  search: { request: { text: string; site: string | undefined }; reply: FoundPage[] };
  recent: { request: { site: string | undefined }; reply: FoundPage[] };
  sites: { request: Record<string, never>; reply: SiteCount[] };
  forget: { request: { forgotten: Forgotten }; reply: { passages: number } };
}

/** Calls to the service worker alone. */
export interface WorkerCalls {
  /** A page was read on a site whose pages are remembered. */
  read: { request: { page: ReadPage }; reply: { passages: number } | undefined };
}

export type Calls = LibraryCalls & WorkerCalls;
export type Call = keyof Calls;

export interface Message<C extends Call = Call> {
  readonly to: 'background' | 'library';
  readonly call: C;
  readonly request: Calls[C]['request'];
}

/** Errors do not travel in messages, so a reply has the text of the error. */
export type Reply<C extends Call = Call> = { readonly value: Calls[C]['reply'] } | { readonly error: string };

/** Sends a call, and waits for the reply. */
export async function send<C extends Call>(
  to: Message['to'],
  call: C,
  request: Calls[C]['request'],
): Promise<Calls[C]['reply']> {
  const message: Message<C> = { to, call, request };
  const reply = await chrome.runtime.sendMessage<Message<C>, Reply<C> | undefined>(message);
  if (reply === undefined) throw new Error('The extension did not answer. Reload the page, and try again.');
  if ('error' in reply) throw new Error(reply.error);
  return reply.value;
}

/** A website may take over its own process, and then send what a content script can send. */
function isWebsite({ tab, url }: chrome.runtime.MessageSender): boolean {
  return tab !== undefined && url?.startsWith(chrome.runtime.getURL('')) !== true;
}

/** Answers the calls to this part. Websites may only tell of pages that were read. */
export function answer(
  part: Message['to'],
  reply: (message: Message, sender: chrome.runtime.MessageSender) => Promise<unknown>,
): void {
  chrome.runtime.onMessage.addListener((message: Message, sender, respond) => {
    if (message.to !== part || (isWebsite(sender) && message.call !== 'read')) return undefined;
    reply(message, sender).then(
      (value) => respond({ value }),
      (error: unknown) => respond({ error: error instanceof Error ? error.message : String(error) }),
    );
    // Keeps the channel open for the reply.
    return true;
  });
}
