// The reserve in IndexedDB: random values among the chunks, in pieces. Some browsers compress
// stored values, and random values do not shrink.
//
// Chromium counts the additions of a transaction before its deletions. A piece is therefore given
// back in a separate transaction, before the transaction that needs the room.

const PREFIX = 'reserve:';
/** Smaller than the values that Chromium keeps in separate files and syncs. */
export const PIECE_BYTES = 60 << 10;
/** Pieces that one transaction adds. */
export const PIECES_AT_ONCE = 16;

/** The range of the keys of all pieces. No name of a chunk lies in the range. */
export const pieceRange = (): IDBKeyRange => IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`);

export function isPiece(name: string): boolean {
  return name.startsWith(PREFIX);
}

export function newPiece(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(PIECE_BYTES));
}

/** The keys of all pieces of a reserve of `bytes` bytes. */
export function piecesOf(bytes: number): string[] {
  return Array.from({ length: Math.ceil(bytes / PIECE_BYTES) }, (_, i) => PREFIX + i);
}
