/** The fields of each row that the filters of the benchmark ask for. */

/** The fields of the data set itself. A synthetic set has none. */
export const LABELS = ['author', 'work'] as const;
export type Label = (typeof LABELS)[number];

/** The values of a text field: each row has the code of a name. */
interface Labelled {
  readonly names: readonly string[];
  readonly codes: Int32Array;
}

export interface Fields {
  /** The number of rows. */
  readonly count: number;
  /**
   * A number from 0 to `count - 1`, each once, in random order. A range of buckets is a random set.
   */
  readonly bucket: Int32Array;
  /** The cell of the row in a k-means. */
  readonly cell: Int32Array;
  /** The number of earlier rows in the same cell. */
  readonly rank: Int32Array;
  readonly labels: Readonly<Record<Label, Labelled>> | null;
}

/** The names of the codes, since the file of the fields has only numbers. */
export type Names = Readonly<Record<Label, readonly string[]>> | null;

export function namesOf({ labels }: Fields): Names {
  return labels && { author: labels.author.names, work: labels.work.names };
}

/** @param cell the cell of each row */
export function ranksOf(cell: Int32Array): Int32Array {
  const sizes = new Map<number, number>();
  return cell.map((number) => {
    const rank = sizes.get(number) ?? 0;
    sizes.set(number, rank + 1);
    return rank;
  });
}

/** Codes for names, in the order of their first row. */
export function label(values: readonly string[]): Labelled {
  const codes = new Map<string, number>();
  const coded = Int32Array.from(values, (value) => {
    const code = codes.get(value) ?? codes.size;
    codes.set(value, code);
    return code;
  });
  return { names: [...codes.keys()], codes: coded };
}

/** All columns as numbers: a label is a code. */
export function columnsOf({
  bucket,
  cell,
  rank,
  labels,
}: Fields): { readonly name: string; readonly values: Int32Array }[] {
  return [
    { name: 'bucket', values: bucket },
    { name: 'cell', values: cell },
    { name: 'rank', values: rank },
    ...(labels ? LABELS.map((name) => ({ name, values: labels[name].codes })) : []),
  ];
}

/** The columns one after the other, as `unpackFields` reads them. */
export function packFields(fields: Fields): Int32Array {
  const columns = columnsOf(fields);
  const packed = new Int32Array(columns.length * fields.count);
  for (const [i, { values }] of columns.entries()) packed.set(values, i * fields.count);
  return packed;
}

/** The number of columns in the file of the fields. */
export function columnCount(names: Names): number {
  return 3 + (names ? LABELS.length : 0);
}

export function unpackFields(packed: Int32Array, count: number, names: Names): Fields {
  const column = (i: number): Int32Array => packed.subarray(i * count, (i + 1) * count);
  const labels = names && {
    author: { names: names.author, codes: column(3) },
    work: { names: names.work, codes: column(4) },
  };
  return { count, bucket: column(0), cell: column(1), rank: column(2), labels };
}

/** The metadata of a row, as an app stores them. */
export type Metadata = {
  bucket: number;
  cell: number;
  rank: number;
} & Partial<Record<Label, string>>;

export function metadataAt({ bucket, cell, rank, labels }: Fields, row: number): Metadata {
  const metadata: Metadata = { bucket: bucket[row] as number, cell: cell[row] as number, rank: rank[row] as number };
  if (!labels) return metadata;
  for (const name of LABELS) metadata[name] = labels[name].names[labels[name].codes[row] as number] as string;
  return metadata;
}
