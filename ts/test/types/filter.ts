// Filters that must compile, and filters that must not. tsc checks this file, and nothing runs the
// file.

import type { Condition, FieldOperators, Filter, FilterLogic } from '../../src/index.js';
import type { Filter as SlimFilter } from '../../src/slim.js';
import { same } from './same.js';

interface Doc {
  title: string;
  year?: number;
  lang: 'en' | 'de' | null;
  rating: 1 | 2 | 3;
  read: boolean;
  size: bigint;
  added: Date;
  tags: readonly string[];
  marks?: ('a' | 'b')[];
  seen: Set<number>;
  pair: [string, Date];
  rows: { x: number }[];
  sections: Map<string, number>;
  pattern: RegExp;
  bytes: Uint8Array;
  author: { name: string; born?: number | null; home?: { city: string } };
  either: string | { name: string; code: number };
  anything: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: a type of an application
  whatever: any;
}
/** A filter of `Doc`. Each call is a case. */
declare function doc(...filters: readonly Filter<Doc>[]): void;
declare const text: string;
declare const many: readonly string[];

export function values(): void {
  doc({}, { title: 'A' }, { title: text, year: 1990 }, { lang: 'en' }, { lang: null }, { rating: 3 });
  doc({ read: true }, { size: 3n }, { added: new Date() }, { 'author.name': 'A' }, { 'author.born': null });
  doc({ 'author.home.city': 'Paris' }, { either: 'A' }, { 'either.code': 3 });
  // @ts-expect-error an unknown field
  doc({ titel: 'A' });
  // @ts-expect-error an unknown field of a nested object
  doc({ 'author.nam': 'A' });
  // @ts-expect-error a nested object is named by its path
  doc({ author: { name: 'A' } });
  // @ts-expect-error a value of another type
  doc({ title: 3 });
  // @ts-expect-error a number is no string
  doc({ year: '1990' });
  // @ts-expect-error a number is no bigint
  doc({ size: 3 });
  // @ts-expect-error a Date is no text
  doc({ added: '2020-01-01' });
  // @ts-expect-error a misspelt literal
  doc({ lang: 'enn' });
  // @ts-expect-error a number outside the union
  doc({ rating: 4 });
  // @ts-expect-error null is no value of the field
  doc({ title: null });
  // @ts-expect-error a missing field is asked for by $exists
  doc({ year: undefined });
  // @ts-expect-error an array is compared by $contains
  doc({ tags: ['a'] });
  // @ts-expect-error an array is no scalar
  doc({ tags: 'a' });
  // @ts-expect-error a value of another type behind a path
  doc({ 'author.home.city': 3 });
  // @ts-expect-error a filter is an object
  doc('title');
  // @ts-expect-error a filter is no array
  doc([{ title: 'A' }]);
}

export function operators(): void {
  doc({ title: { $eq: 'A' } }, { title: { $ne: 'A', $startsWith: 'T' } }, { title: { $gte: 'a', $lt: text } });
  doc({ year: { $gt: 1, $gte: 2, $lt: 3, $lte: 4 } }, { year: { $in: [1, 2] } }, { year: { $nin: [] } });
  doc({ year: { $exists: false } }, { author: { $exists: true } }, { 'author.born': { $lt: 1900, $ne: null } });
  doc({ lang: { $in: ['en', null] } }, { lang: { $startsWith: 'e' } }, { rating: { $gte: 1.5 } });
  doc({ added: { $gte: new Date() } }, { size: { $lt: 10n } }, { title: { $in: many } });
  doc({ read: { $ne: false } }, { either: { $startsWith: 'A' } }, { pattern: { $exists: true } });
  // @ts-expect-error an unknown operator
  doc({ year: { $gtt: 3 } });
  // @ts-expect-error an unknown operator beside a known operator
  doc({ year: { $gt: 3, $lessThan: 5 } });
  // @ts-expect-error an operator without the dollar
  doc({ year: { gt: 3 } });
  // @ts-expect-error an operand of another type
  doc({ year: { $gt: '3' } });
  // @ts-expect-error an operand left out
  doc({ year: { $gt: undefined } });
  // @ts-expect-error null has no place in an order
  doc({ 'author.born': { $lt: null } });
  // @ts-expect-error true and false have no order
  doc({ read: { $gt: false } });
  // @ts-expect-error a misspelt literal in a list
  doc({ lang: { $in: ['en', 'fr'] } });
  // @ts-expect-error $in takes a list
  doc({ year: { $in: 3 } });
  // @ts-expect-error $eq takes a value
  doc({ year: { $eq: [3] } });
  // @ts-expect-error only strings begin with a text
  doc({ year: { $startsWith: '19' } });
  // @ts-expect-error $startsWith takes a text
  doc({ title: { $startsWith: /T/ } });
  // @ts-expect-error $exists takes true or false
  doc({ title: { $exists: 1 } });
  // @ts-expect-error a string is no array
  doc({ title: { $contains: 'a' } });
  // @ts-expect-error an object has no value to compare with
  doc({ author: { $eq: 'A' } });
  // @ts-expect-error $not stands around a field
  doc({ year: { $not: { $gt: 3 } } });
}

export function arrays(): void {
  doc({ tags: { $contains: 'a' } }, { tags: { $containsAny: many } }, { tags: { $containsAll: ['a', 'b'] } });
  doc({ marks: { $contains: 'a' } }, { seen: { $containsAny: [1, 2] } }, { pair: { $contains: new Date() } });
  doc({ rows: { $exists: true } }, { sections: { $exists: true } }, { bytes: { $exists: false } });
  // @ts-expect-error an array has no order
  doc({ tags: { $gt: 'a' } });
  // @ts-expect-error an element of another type
  doc({ tags: { $contains: 3 } });
  // @ts-expect-error elements of another type
  doc({ tags: { $containsAny: ['a', 3] } });
  // @ts-expect-error $contains takes an element
  doc({ tags: { $contains: ['a'] } });
  // @ts-expect-error $containsAll takes a list
  doc({ tags: { $containsAll: 'a' } });
  // @ts-expect-error an array equals no value
  doc({ tags: { $in: ['a'] } });
  // @ts-expect-error a misspelt literal
  doc({ marks: { $contains: 'c' } });
  // @ts-expect-error an element of another type in a Set
  doc({ seen: { $contains: '1' } });
  // @ts-expect-error an array of objects contains no value
  doc({ rows: { $contains: 3 } });
  // @ts-expect-error a path leads into no array
  doc({ 'rows.x': 3 });
  // @ts-expect-error a path leads into no Map
  doc({ 'sections.size': 3 });
  // @ts-expect-error a path leads into no typed array
  doc({ 'bytes.length': 3 });
  // @ts-expect-error a path leads into no Date
  doc({ 'added.getTime': 3 });
}

export function joining(): void {
  doc({ $and: [{ title: 'A' }, { year: 3 }] }, { $or: [{ title: 'A' }, { $not: { year: 3 } }] });
  doc({ $not: { $or: [{ 'author.name': 'A' }] } }, { title: 'A', $or: [{ year: 3 }] });
  // @ts-expect-error $and takes a list
  doc({ $and: { title: 'A' } });
  // @ts-expect-error $not takes a filter
  doc({ $not: [{ title: 'A' }] });
  // @ts-expect-error an unknown field inside $or
  doc({ $or: [{ title: 'A' }, { titel: 'A' }] });
  // @ts-expect-error a value of another type deep inside
  doc({ $not: { $and: [{ $or: [{ year: 'A' }] }] } });
  // @ts-expect-error an unknown joining operator
  doc({ $nor: [{ title: 'A' }] });
  // @ts-expect-error an operator outside a field
  doc({ $gt: 3 });
}

export function unknownValues(): void {
  doc({ anything: 3 }, { anything: { $gt: 'a', $contains: 3 } }, { 'anything.deep.inside': true });
  doc({ whatever: null }, { whatever: { $in: [1, 'a', new Date()] } }, { 'whatever.deep': { $startsWith: 'a' } });
  // @ts-expect-error an operand left out below an unknown field
  doc({ 'anything.deep': undefined });
  // @ts-expect-error not even an unknown field equals an array
  doc({ anything: [3] });
  // @ts-expect-error $exists takes true or false everywhere
  doc({ whatever: { $exists: 'yes' } });
}

/** Metadata without a schema. */
declare function open(...filters: readonly Filter[]): void;

export function withoutSchema(): void {
  same<Filter, Filter<Record<string, unknown>>>(true);
  same<SlimFilter<Doc>, Filter<Doc>>(true);
  open({}, { a: 3 }, { a: 'x', b: null }, { a: new Date() }, { a: { $gt: 3, $lt: 5 } }, { 'a.b': { $in: [1, 'x'] } });
  open({ tags: { $containsAny: ['a', 1] } }, { $and: [{ a: 1 }, { b: { $exists: false } }] }, { $not: { a: 1 } });
  open({ $or: [{ a: 1 }, { $not: { b: { $startsWith: 'x' }, $and: [{ c: 1n }] } }], a: 3 });
  // @ts-expect-error a function is no value
  open({ a: () => 3 });
  // @ts-expect-error an array of values is no condition
  open({ a: ['x'] });
  // @ts-expect-error an operand left out
  open({ a: undefined });
  // @ts-expect-error a regular expression is no value
  open({ a: /x/ });
  // @ts-expect-error an unknown operator
  open({ a: { $gtt: 3 } });
  // @ts-expect-error an operand of a wrong type
  open({ a: { $in: 'x' } });
  // @ts-expect-error $startsWith takes a text
  open({ a: { $startsWith: 3 } });
  // @ts-expect-error $or takes a list
  open({ $or: 3 });
  // @ts-expect-error an operator outside a field
  open({ $gt: 3 });
}

interface Mixed {
  title: string;
  [name: string]: unknown;
}
interface Dictionary {
  scores: Record<string, number>;
  names: { [id: number]: string };
}
interface Odd {
  'a.b': number;
  $price: number;
  'back\\slash': number;
  nested: { 'c.d': string; $x: string };
  7: string;
  '': boolean;
}
class Person {
  name = '';
  greet(): string {
    return this.name;
  }
}
enum Colour {
  Red = 'red',
  Blue = 'blue',
}
type Brand = string & { readonly brand: unique symbol };
interface Special {
  person: Person;
  colour: Colour;
  brand: Brand;
  url: `https://${string}`;
}
declare function mixed(...filters: readonly Filter<Mixed>[]): void;
declare function dictionary(...filters: readonly Filter<Dictionary>[]): void;
declare function odd(...filters: readonly Filter<Odd>[]): void;
declare function special(...filters: readonly Filter<Special>[]): void;
declare const brand: Brand;

export function unusualFields(): void {
  mixed({ other: 3 }, { title: 'A', other: { $gt: 3 } }, { $or: [{ title: 'A' }] });
  // @ts-expect-error a known field beside an index signature
  mixed({ title: { $startsWith: 3 } });
  dictionary({ 'scores.maths': { $gte: 3 } }, { 'names.7': 'A' }, { scores: { $exists: true } });
  // @ts-expect-error the values of a dictionary have a type
  dictionary({ 'scores.maths': 'good' });
  // @ts-expect-error only the dictionaries are there
  dictionary({ maths: 3 });
  odd(
    { 'a\\.b': 3 },
    { '\\$price': { $lt: 3 } },
    { 'back\\\\slash': 3 },
    { 'nested.c\\.d': 'x' },
    { 'nested.$x': 'x' },
  );
  odd({ 7: 'x' }, { '7': { $startsWith: 'x' } }, { '': true });
  // @ts-expect-error a dot inside a key needs a backslash
  odd({ 'a.b': 3 });
  // @ts-expect-error a dollar at the beginning needs a backslash
  odd({ $price: 3 });
  special({ person: { $exists: true } }, { colour: Colour.Red }, { colour: { $in: [Colour.Blue] } }, { brand });
  special({ url: 'https://a' }, { url: { $startsWith: 'https://b' } }, { brand: { $startsWith: 'x' } });
  // @ts-expect-error a path leads into no instance of a class
  special({ 'person.name': 'A' });
  // @ts-expect-error not every text is a URL
  special({ url: 'ftp://a' });
}

type Union = { kind: 'book'; pages: number; by: { name: string } } | { kind: 'film'; minutes: number; by: string };
declare function union(...filters: readonly Filter<Union>[]): void;

export function unions(): void {
  union({ kind: 'book', pages: { $gt: 3 } }, { kind: { $in: ['book', 'film'] } }, { minutes: 3 });
  union({ by: 'A' }, { 'by.name': 'A' }, { $or: [{ pages: 3 }, { minutes: 3 }] });
  // @ts-expect-error a literal of no member
  union({ kind: 'song' });
  // @ts-expect-error a field of no member
  union({ page: 3 });
}

interface Tree {
  value: number;
  left?: Tree;
  right?: Tree;
  up: { parent: Tree | null; note: string };
}
interface Wide {
  a?: Wide;
  b?: Wide;
  c?: Wide;
  d?: Wide;
  e?: Wide;
  f?: Wide;
  g?: Wide;
  h?: Wide;
  n: number;
}
interface Growing<T> {
  value: T;
  box?: Growing<{ in: T }>;
}
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** Alike, and no recursion: every field is optional. */
interface Outer {
  name?: string;
  inner?: { name?: string; lang?: 'en' | 'de' };
}
interface Deep {
  a: { b: { c: { d: { e: number; far: { below: number } } } } };
}
declare function tree(...filters: readonly Filter<Tree>[]): void;
declare function wide(...filters: readonly Filter<Wide>[]): void;
declare function growing(...filters: readonly Filter<Growing<number>>[]): void;
declare function json(...filters: readonly Filter<{ data: Json }>[]): void;
declare function outer(...filters: readonly Filter<Outer>[]): void;
declare function deep(...filters: readonly Filter<Deep>[]): void;

export function recursion(): void {
  tree(
    { value: 3 },
    { 'left.value': 3 },
    { 'left.right.value': { $gt: 3 } },
    { 'up.note': 'A' },
    { left: { $exists: true } },
  );
  // @ts-expect-error a field outside the recursion
  tree({ values: 3 });
  // @ts-expect-error a value of another type outside the recursion
  tree({ 'up.note': 3 });
  wide({ n: 3 }, { 'a.b.c.n': 3 });
  growing({ value: 3 }, { 'box.value.in': 3 }, { 'box.box.value.in.in': 3 });
  json({ data: 3 }, { 'data.a': { $gt: 3 } }, { 'data.a.b': { $contains: 'x' } });
  outer({ name: 'A' }, { 'inner.lang': 'en' });
  // @ts-expect-error a misspelt literal in an object like the outer object
  outer({ 'inner.lang': 'fr' });
  deep({ 'a.b.c.d.e': 3 }, { 'a.b.c.d.far.below': { $gt: 3 } });
  // @ts-expect-error a value of another type at the last level that is checked
  deep({ 'a.b.c.d.e': 'x' });
}

/** Types that all lead to each other. The number of paths grows fast with each level. */
interface Graph<Name> {
  name: Name;
  one: Graph1;
  two: Graph2;
  three: Graph3;
  four?: Graph4 | null;
  five: Graph5;
}
interface Graph1 extends Graph<'one'> {}
interface Graph2 extends Graph<'two'> {}
interface Graph3 extends Graph<'three'> {}
interface Graph4 extends Graph<'four'> {}
interface Graph5 extends Graph<'five'> {}
type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
/** A hundred fields. */
type Fields<Letter extends string, T> = { [Name in `${Letter}${Digit}${Digit}`]: T };
interface Page {
  element: HTMLElement;
  document?: Document | null;
  place: number;
}
declare function graph(...filters: readonly Filter<Graph1>[]): void;
declare function large(...filters: readonly Filter<Fields<'a', string> & Fields<'b', { c: number }>>[]): void;
declare function page(...filters: readonly Filter<Page>[]): void;

export function largeTypes(): void {
  graph({ name: 'one' }, { 'two.three.four.name': 'four' });
  // @ts-expect-error a literal of another type of the graph
  graph({ 'two.three.name': 'two' });
  large({ a00: 'x' }, { 'b99.c': { $gt: 3 } });
  // @ts-expect-error a field that is not there
  large({ a100: 'x' });
  page({ place: 3 }, { element: { $exists: true } });
  // @ts-expect-error a path leads into no instance of a class
  page({ 'element.title': 'x' });
}

interface Loose {
  when: Date | string | null;
  list: unknown[];
  nested?: { inner?: { y: number } | null } | null;
  mixed: (string | { a: 1 })[];
  either: string | string[];
  flag: boolean | 'auto';
  never: never;
}
declare function loose(...filters: readonly Filter<Loose>[]): void;
// biome-ignore lint/suspicious/noExplicitAny: a type of an application
declare function any(...filters: readonly Filter<any>[]): void;
declare function empty(...filters: readonly Filter<object>[]): void;

export function mixedTypes(): void {
  loose({ when: new Date() }, { when: null }, { when: { $gt: 'x' } }, { list: { $containsAny: ['x', 3] } });
  loose({ 'nested.inner.y': 3 }, { nested: { $ne: null } }, { 'nested.inner': { $exists: true } });
  loose(
    { mixed: { $contains: 'x' } },
    { either: 'x' },
    { either: { $contains: 'x' } },
    { flag: 'auto' },
    { flag: true },
  );
  any({ x: 3 }, { $and: [{ y: { $gt: 3 } }] }, { 'a.b': { $contains: 'x' } });
  empty({}, { $not: {} });
  // @ts-expect-error an object without fields has no conditions
  empty({ a: 3 });
  // @ts-expect-error an object in an array is no element to compare with
  loose({ mixed: { $contains: { a: 1 } } });
}

/** A wrapper of an application, with a type of metadata of its own. */
export function generic<M extends object>(filter: Filter<M>): FilterLogic<M> {
  return { $not: filter, $or: [filter, filter] };
}

/** The types of fields, as an editor shows them. */
export function shown(filter: Filter<Doc>): void {
  same<NonNullable<typeof filter.year>, Condition<number>>(true);
  same<Condition<number>, number | FieldOperators<number>>(true);
  same<keyof FieldOperators<boolean>, '$eq' | '$ne' | '$in' | '$nin' | '$exists'>(true);
  same<keyof FieldOperators<{ a: number }>, '$exists'>(true);
  same<keyof FieldOperators<Set<Date>>, '$exists' | '$contains' | '$containsAny' | '$containsAll'>(true);
  same<NonNullable<FieldOperators<'en' | 'de'>['$in']>, readonly ('en' | 'de')[]>(true);
  same<NonNullable<FieldOperators<1 | 2>['$gt']>, number>(true);
}
