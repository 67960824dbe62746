/** A filter of the benchmark in the language of each system. */
import type { Condition } from './condition';
import type { Fields } from './fields';

/** As `EdgeVec` takes filters. */
export type Filter =
  | { readonly bucket: { readonly $gte: number; readonly $lt: number } }
  | { readonly author: string }
  | { readonly work: string }
  | InCells
  | { readonly $or: readonly [{ readonly cell: { readonly $in: readonly number[] } }, InCells] };

interface InCells {
  readonly cell: number;
  readonly rank: { readonly $lt: number };
}

export function toFilter(condition: Condition): Filter {
  switch (condition.kind) {
    case 'buckets':
      return { bucket: { $gte: condition.from, $lt: condition.to } };
    case 'cells': {
      const { whole, last, below } = condition;
      const part = { cell: last, rank: { $lt: below } };
      return whole.length === 0 ? part : { $or: [{ cell: { $in: whole } }, part] };
    }
    case 'label':
      return condition.field === 'author' ? { author: condition.value } : { work: condition.value };
  }
}

/** As npm edgevec 0.9.0 takes filters. */
export function toExpression(condition: Condition): string {
  switch (condition.kind) {
    case 'buckets':
      return `bucket >= ${condition.from} AND bucket < ${condition.to}`;
    case 'cells': {
      const { whole, last, below } = condition;
      const part = `cell = ${last} AND rank < ${below}`;
      return whole.length === 0 ? part : `cell IN [${whole.join(', ')}] OR (${part})`;
    }
    case 'label':
      return `${condition.field} = ${JSON.stringify(condition.value)}`;
  }
}

/** As a condition of SQL. A label is compared by its code, so that a row has only numbers. */
export function toSql(condition: Condition, { labels }: Fields): string {
  switch (condition.kind) {
    case 'buckets':
      return `bucket >= ${condition.from} AND bucket < ${condition.to}`;
    case 'cells': {
      const { whole, last, below } = condition;
      const part = `cell = ${last} AND rank < ${below}`;
      return whole.length === 0 ? part : `(cell IN (${whole.join(', ')}) OR (${part}))`;
    }
    case 'label':
      return `${condition.field} = ${labels?.[condition.field].names.indexOf(condition.value) ?? -1}`;
  }
}
