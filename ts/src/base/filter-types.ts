// The types of filters. Types only.

/**
 * A condition on the metadata of rows. `M` is the type of the metadata.
 *
 * Each key is a field, or `$and`, `$or` or `$not`. A row matches if every condition of the object
 * holds, so `{}` matches every row. The value of a field is either a value that the field equals,
 * or an object of {@link FieldOperators}.
 *
 * - A dot leads into a nested object: `'author.name'`. In a key of the metadata, write `\.` for a
 *   dot, `\\` for a backslash, and `\$` for a dollar at the beginning.
 * - A field is missing if the metadata does not have the field, or the field is `undefined`. A
 *   missing field matches only `$ne`, `$nin`, `$exists: false` and `$not`. `null` is a value.
 * - Values of different types are never equal, and have no order. `1`, `'1'` and `1n` differ.
 *   Strings compare by code unit, and Dates compare by time.
 *
 * Calls reject a wrong filter with `INVALID_FILTER`. A filter may come from JSON: operators are
 * checked, only own keys are read, and no code is made. The operand `undefined` is refused, and so
 * are more than 16 levels of filters, and more than 10,000 conditions and operands in all.
 *
 * @example
 * import type { Filter } from 'edgevec';
 * interface Doc {
 *   title: string;
 *   year?: number;
 *   tags: string[];
 *   author: { name: string };
 * }
 * const filter: Filter<Doc> = {
 *   year: { $gte: 1990, $lt: 2000 },
 *   tags: { $contains: 'novel' },
 *   $or: [{ 'author.name': 'Ursula K. Le Guin' }, { title: { $startsWith: 'The ' } }],
 * };
 */
export type Filter<M extends object = Record<string, unknown>> = FieldFilters<M> & FilterLogic<M>;

/** A value that a filter compares with. */
export type FilterValue = string | number | boolean | bigint | null | Date;

/** The operators that join filters. */
export interface FilterLogic<M extends object> {
  /** Every filter matches. At least one filter. */
  readonly $and?: readonly Filter<M>[];
  /** At least one filter matches. At least one filter. */
  readonly $or?: readonly Filter<M>[];
  /** The filter does not match. */
  readonly $not?: Filter<M>;
}

/** The conditions on the fields of `M`, also on the fields of nested objects. */
export type FieldFilters<M extends object> = {
  readonly [F in FieldOf<M> as OneName<NameIn<F>>]?: Condition<TypeIn<F>>;
} & {
  readonly [F in FieldOf<M> as ManyNames<NameIn<F>>]: Condition<TypeIn<F>>;
} & (string extends KeyOf<M> ? OpenFilter : unknown);

/** A condition on a field of type `T`: a value, or an object of operators. */
export type Condition<T> = Comparable<T> | FieldOperators<T>;

/** The names of the fields of `M`, as filters write the names. */
export type FieldName<M extends object = Record<string, unknown>> = NameIn<FieldOf<M>>;

/** The names of the fields of `M` that may hold a string, as filters write the names. */
export type TextFieldName<M extends object = Record<string, unknown>> = TextNameIn<FieldOf<M>>;

type TextNameIn<F> =
  F extends Field<infer Name, infer T> ? ([Extract<Known<T>, string>] extends [never] ? never : Name) : never;

/** The operators for a field of type `T`. Each operator must hold. */
export type FieldOperators<T> = {
  readonly [Name in keyof Operands<T> as [Operands<T>[Name]] extends [never] ? never : Name]?: Operands<T>[Name];
};

/** The operands of every operator. `never`: not for fields of this type. */
interface Operands<T> {
  /** The field equals the value. */
  $eq: Comparable<T>;
  /** The field does not equal the value, or is missing. */
  $ne: Comparable<T>;
  /** The field is above the value. */
  $gt: Ordered<T>;
  /** The field is above the value, or equals the value. */
  $gte: Ordered<T>;
  /** The field is below the value. */
  $lt: Ordered<T>;
  /** The field is below the value, or equals the value. */
  $lte: Ordered<T>;
  /** The field equals one of the values. */
  $in: ListOf<Comparable<T>>;
  /** The field equals none of the values, or is missing. */
  $nin: ListOf<Comparable<T>>;
  /** Whether the field is there. A field of `null` is there. */
  $exists: boolean;
  /** The field is an array or a Set, and has the value. */
  $contains: ElementOf<T>;
  /** The field is an array or a Set, and has at least one of the values. */
  $containsAny: ListOf<ElementOf<T>>;
  /** The field is an array or a Set, and has all of the values. */
  $containsAll: ListOf<ElementOf<T>>;
  /** The field is a string that begins with the text. */
  $startsWith: IfSome<Extract<Known<T>, string>, string>;
}

/** `never` for `any` and `unknown` becomes every value that a filter compares with. */
type Known<T> = unknown extends T ? FilterValue : T;

type Comparable<T> = Extract<Known<T>, FilterValue>;

/** A range may end between the literals of a union. */
type Ordered<T> =
  | IfSome<Extract<Known<T>, string>, string>
  | IfSome<Extract<Known<T>, number>, number>
  | IfSome<Extract<Known<T>, bigint>, bigint>
  | IfSome<Extract<Known<T>, Date>, Date>;

type ElementOf<T> = unknown extends T
  ? FilterValue
  : T extends readonly (infer E)[] | ReadonlySet<infer E>
    ? Comparable<E>
    : never;

type IfSome<T, Then> = [T] extends [never] ? never : Then;
type ListOf<T> = [T] extends [never] ? never : readonly T[];

/**
 * A condition on a field that the type of the metadata does not name. The key may also be `$and`,
 * `$or` or `$not`, since an index signature covers every key.
 */
type AnyCondition = Condition<unknown> | OpenFilter | readonly OpenFilter[];

interface OpenFilter {
  readonly [name: string]: AnyCondition;
  readonly [logic: `$${string}`]: OpenFilter | readonly OpenFilter[];
}

/** A field of the metadata: the name in a filter, and the type. */
interface Field<Name extends string, T> {
  readonly name: Name;
  readonly type: T;
}
type NameIn<F> = F extends Field<infer Name, unknown> ? Name : never;
type TypeIn<F> = F extends Field<string, infer T> ? T : never;
/** The name of a single field, and not a pattern of names. */
type OneName<Name extends string> = Record<never, never> extends Record<Name, 1> ? never : Name;
/** A pattern of names, such as `scores.${string}`. */
type ManyNames<Name extends string> = string extends Name ? never : Exclude<Name, OneName<Name>>;

/**
 * All fields of `M`, as a union. `Prefix` is the path to `M`, and `Outer` lists the types around
 * `M`. Within a type of its own kind and below the deepest level, the fields of `M` are not listed,
 * and every path into `M` is accepted.
 */
type FieldOf<M, Prefix extends string = '', Outer extends readonly unknown[] = []> =
  IsEnd<M, Outer> extends true
    ? Field<`${Prefix}${string}`, unknown>
    : {
        [K in KeyOf<M>]: FieldAt<`${Prefix}${NameOf<K, Prefix>}`, ValueOf<M, K>, [...Outer, M]>;
      }[KeyOf<M>];

type IsEnd<M, Outer extends readonly unknown[]> = Outer['length'] extends DeepestLevel ? true : IsOneOf<M, Outer>;
type DeepestLevel = 5;

/**
 * Whether the list has the very same type. Two types that are merely assignable to each other
 * differ.
 */
type IsOneOf<M, List extends readonly unknown[]> = List extends readonly [infer First, ...infer Others]
  ? (<T>() => T extends M ? 1 : 2) extends <T>() => T extends First ? 1 : 2
    ? true
    : IsOneOf<M, Others>
  : false;

/** A field, and the fields of an object in the field. */
type FieldAt<Name extends string, T, Outer extends readonly unknown[]> =
  | Field<Name, T>
  | (unknown extends T ? Field<`${Name}.${string}`, unknown> : FieldsIn<Name, Objects<T>, Outer>);

type FieldsIn<Name extends string, T, Outer extends readonly unknown[]> = [T] extends [never]
  ? never
  : FieldOf<T, `${Name}.`, Outer>;

/** The keys of all objects of a union. */
type KeyOf<M> = M extends unknown ? Extract<keyof M, string | number> : never;
/** The type of a key, in all objects of a union that have the key. */
type ValueOf<M, K extends PropertyKey> = M extends unknown
  ? K extends keyof M
    ? Exclude<M[K], undefined>
    : never
  : never;

/**
 * The objects that a path leads through. An object with methods is an instance of a class. Such
 * types may lead to hundreds of other types, and no path leads into an instance.
 */
type Objects<T> = T extends Leaf ? never : T extends object ? (HasMethod<T> extends true ? never : T) : never;
type Leaf =
  | FilterValue
  | readonly unknown[]
  | ReadonlyMap<never, unknown>
  | ReadonlySet<unknown>
  | RegExp
  | ArrayBuffer
  | ArrayBufferView
  | Method;
type Method = (...given: never[]) => unknown;
type HasMethod<T> = true extends {
  [K in keyof T]-?: unknown extends T[K] ? false : [Extract<T[K], Method>] extends [never] ? false : true;
}[keyof T]
  ? true
  : false;

/** The key as a filter writes the key. Only a dollar at the beginning of a path needs a mark. */
type NameOf<K extends string | number, Prefix extends string> = Prefix extends ''
  ? Dollar<Escaped<`${K}`>>
  : Escaped<`${K}`>;
type Dollar<Name extends string> = Name extends `$${string}` ? `\\${Name}` : Name;
type Escaped<Text extends string> = Escape<Escape<Text, '\\'>, '.'>;
type Escape<Text extends string, Mark extends string> = Text extends `${infer Before}${Mark}${infer After}`
  ? `${Before}\\${Mark}${Escape<After, Mark>}`
  : Text;
