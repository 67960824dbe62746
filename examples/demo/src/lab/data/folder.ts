import type { Batch, FolderSource, Reader, RowMetadata } from './types';

/** Reads bfloat16 numbers. A bfloat16 is the upper half of a float32. */
async function readRows(file: File, first: number, count: number, columns: number, dimensions: number) {
  const packed = new Uint16Array(await file.slice(first * columns * 2, (first + count) * columns * 2).arrayBuffer());
  const vectors = new Float32Array(count * dimensions);
  const bits = new Uint32Array(vectors.buffer);
  for (let row = 0; row < count; row++) {
    for (let d = 0; d < dimensions; d++) bits[row * dimensions + d] = (packed[row * columns + d] as number) << 16;
  }
  return vectors;
}

/**
 * Parses a gzipped jsonl file, an object a line. Only as much of the file is read as the caller
 * takes.
 */
async function* readLines(file: File): AsyncGenerator<RowMetadata> {
  const text = file.stream().pipeThrough(new DecompressionStream('gzip')).pipeThrough(new TextDecoderStream());
  const reader = text.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + (value ?? '')).split('\n');
      rest = done ? '' : (lines.pop() ?? '');
      for (const line of lines) if (line.trim() !== '') yield withLength(JSON.parse(line));
      if (done) return;
    }
  } finally {
    await reader.cancel();
  }
}

/** Adds the number of words, unless the file has a field of this name. */
function withLength(row: RowMetadata): RowMetadata {
  if (typeof row.text !== 'string' || row.words !== undefined) return row;
  return { ...row, words: row.text.match(/\S+/g)?.length ?? 0 };
}

async function take(lines: AsyncGenerator<RowMetadata> | null, count: number): Promise<(RowMetadata | null)[]> {
  const taken: (RowMetadata | null)[] = [];
  while (taken.length < count) {
    const next = await lines?.next();
    taken.push(next?.value ?? null);
  }
  return taken;
}

/** Reads a data set folder in slices. No file is in memory as a whole. */
export function folder(source: FolderSource, from: number): Reader {
  const { base, queries, texts, queryTexts, rows, columns, dimensions, queryCount } = source;
  const lines = texts ? readLines(texts) : null;
  let questions: Promise<(RowMetadata | null)[]> | null = null;
  let at = from;
  let skipped = false;

  return {
    async next(limit): Promise<Batch | null> {
      const count = Math.min(limit, rows - at);
      if (count <= 0) return null;
      const vectors = await readRows(base, at, count, columns, dimensions);
      if (!skipped) await take(lines, from);
      skipped = true;
      const metadata = await take(lines, count);
      at += count;
      return { rows: count, vectors, metadata };
    },
    async queries(skip, limit): Promise<Batch> {
      if (!queries) return { rows: 0, vectors: new Float32Array(0), metadata: [] };
      const first = skip % queryCount;
      const count = Math.min(limit, queryCount - first);
      const vectors = await readRows(queries, first, count, columns, dimensions);
      questions ??= take(queryTexts ? readLines(queryTexts) : null, queryCount);
      return { rows: count, vectors, metadata: (await questions).slice(first, first + count) };
    },
    close() {
      void lines?.return(undefined);
    },
  };
}
