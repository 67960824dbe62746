// StorageEstimate that is kept back in IndexedDB: values that mean nothing, among the chunks, in pieces. They
// are random, since some browsers compress what they store.
//
// Chromium counts what a transaction adds before what it deletes. So a piece is given back in a
// transaction of its own, before the one that needs the room.

const PREFIX = 'reserve:';
/** Less than what Chromium keeps in a file of its own, which it syncs. */
export const PIECE_BYTES = 60 << 10;
/** Put in one transaction. */
export const PIECES_AT_ONCE = 16;

/** All keys of pieces, and no names of chunks. */
export const pieceRange = (): IDBKeyRange => IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`);

export function isPiece(name: string): boolean {
  return name.startsWith(PREFIX);
}

export function newPiece(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(PIECE_BYTES));
}

/** The keys of all pieces, if so many bytes are to be kept back. */
export function piecesOf(bytes: number): string[] {
  return Array.from({ length: Math.ceil(bytes / PIECE_BYTES) }, (_, i) => PREFIX + i);
}
