import type { FolderSource } from './types';

/** The first reason why a set of files is not a data set, as a sentence for the user. */
class FolderError extends Error {}

interface Meta {
  n: number;
  dim: number;
  queries?: number;
}

/**
 * Finds a data set among files: base.bf16 and meta.json. The files queries.bf16, base.jsonl.gz and
 * queries.jsonl.gz are optional.
 */
export async function inspect(files: readonly File[], name?: string): Promise<FolderSource> {
  const named = (name: string) => files.find((file) => file.name === name) ?? null;
  const base = named('base.bf16');
  const metaFile = named('meta.json');
  if (!base || !metaFile) {
    const missing = [base ? '' : 'base.bf16', metaFile ? '' : 'meta.json'].filter(Boolean).join(' and ');
    throw new FolderError(`No ${missing} among the ${files.length} files. Choose the folder that holds them.`);
  }
  const meta = parseMeta(await metaFile.text());
  expectBytes(base, meta.n, meta.dim);
  const queries = named('queries.bf16');
  const queryCount = queries ? (meta.queries ?? 0) : 0;
  if (queries) expectBytes(queries, queryCount, meta.dim);
  return {
    kind: 'folder',
    name: name ?? base.webkitRelativePath.split('/').at(-2) ?? 'data set',
    rows: meta.n,
    dimensions: meta.dim,
    columns: meta.dim,
    queryCount,
    base,
    queries: queryCount > 0 ? queries : null,
    texts: named('base.jsonl.gz'),
    queryTexts: named('queries.jsonl.gz'),
  };
}

function parseMeta(text: string): Meta {
  const hint = 'It should read like {"n": 100000, "dim": 768, "queries": 2000}.';
  let meta: Partial<Meta>;
  try {
    meta = JSON.parse(text);
  } catch {
    throw new FolderError(`meta.json is not JSON. ${hint}`);
  }
  const positive = (value: unknown) => Number.isInteger(value) && (value as number) > 0;
  if (!positive(meta.n) || !positive(meta.dim)) throw new FolderError(`meta.json lacks "n" or "dim". ${hint}`);
  return meta as Meta;
}

function expectBytes(file: File, rows: number, columns: number): void {
  const expected = rows * columns * 2;
  if (file.size === expected) return;
  throw new FolderError(
    `${file.name} has ${file.size} bytes, but ${rows} rows of ${columns} bfloat16 numbers make ${expected}. Correct meta.json or the file.`,
  );
}

/** All files of a drop, from a folder or as single files. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // Before the first await, since the browser empties the transfer when the event ends.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const files = await Promise.all(
    entries.map((entry) => (entry instanceof File ? [entry] : entry ? filesOf(entry) : [])),
  );
  return files.flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: FileSystemEntry[] = [];
  // A reader gives out a part of the folder at a time, and an empty list at the end.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (part.length === 0) break;
    files.push(...part.filter((child) => child.isFile));
  }
  return (await Promise.all(files.map(filesOf))).flat();
}
