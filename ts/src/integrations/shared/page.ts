/**
 * Whether this is a page. On a server nothing opens and nothing is asked, since a server renders
 * once and would leave the database open. The server's HTML shows the state before the database is
 * open. A page that takes the HTML over begins with the same state.
 */
export const isPage = (): boolean => typeof window !== 'undefined' && typeof document !== 'undefined';
