// Cuts texts into batches.

/** Texts to embed at once, with the place of each text. */
export interface Batch {
  readonly places: readonly number[];
  readonly texts: readonly string[];
}

/**
 * Batches of texts of similar length, the longest first. The library pads all texts of a batch to
 * the longest, so a short text beside a long text would cost as much as the long text.
 */
export function batchesOf(texts: readonly string[], size: number): Batch[] {
  const order = [...texts.keys()].sort((a, b) => (texts[b]?.length ?? 0) - (texts[a]?.length ?? 0) || a - b);
  return Array.from({ length: Math.ceil(order.length / size) }, (_, i) => {
    const places = order.slice(i * size, (i + 1) * size);
    return { places, texts: places.map((place) => texts[place] ?? '') };
  });
}
