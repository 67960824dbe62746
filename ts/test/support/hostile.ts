// Values that try to mislead a reader of untrusted objects, for fast-check. fast-check draws a
// description in plain data, which it can print and shrink. `built` makes the value.

import { runInNewContext } from 'node:vm';
import fc from 'fast-check';

/** How to make a value. */
export type Description =
  | { readonly kind: 'value'; readonly value: unknown }
  /** By name, one of `LEAVES`. */
  | { readonly kind: 'leaf'; readonly leaf: string }
  /** The outermost object: a cycle. */
  | { readonly kind: 'root' }
  | { readonly kind: 'array'; readonly items: readonly Description[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [key: string, value: Description])[] }
  /** By name, one of `WRAPPERS`. */
  | { readonly kind: 'wrapped'; readonly wrapper: string; readonly inner: Description };

/** The keys that a reader of untrusted objects must not take for its own. */
export const HOSTILE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toJSON', 'length'];

/** Objects of another realm: classes and prototypes of their own. */
const realm = runInNewContext('({ Object, Array, Date, RegExp, Map })') as {
  readonly Object: ObjectConstructor;
  readonly Array: ArrayConstructor;
  readonly Date: DateConstructor;
  readonly RegExp: RegExpConstructor;
  readonly Map: MapConstructor;
};

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const fails = (): never => {
  throw new Error('trapped');
};

/** A filter inside itself, without end and without a cycle of objects. */
function endless(key: string, wrap: (filter: object) => unknown): object {
  return new Proxy({ [key]: undefined }, { get: () => wrap(endless(key, wrap)) });
}

const ofLength = (length: unknown): object =>
  new Proxy([1], { get: (target, key, self) => (key === 'length' ? length : Reflect.get(target, key, self)) });

const LEAVES: Readonly<Record<string, () => unknown>> = {
  symbol: () => Symbol('x'),
  'well-known symbol': () => Symbol.iterator,
  'boxed symbol': () => Object(Symbol('x')),
  function: () => () => 1,
  'async function': () => async () => 1,
  class: () => class Named {},
  'class with a long name': () => ({ ['x'.repeat(10_000)]: class {} })['x'.repeat(10_000)],
  'instance of a class with a long name': () => {
    const key = 'x'.repeat(10_000);
    const classes = { [key]: class {} };
    return new (classes[key] as new () => object)();
  },
  'function proxy': () => new Proxy(() => 1, {}),
  'revoked object': () => revoked({}),
  'revoked array': () => revoked([]),
  'revoked function': () => revoked(() => 1),
  'endless $not': () => endless('$not', (filter) => filter),
  'endless $and': () => endless('$and', (filter) => Array.from({ length: 50 }, () => filter)),
  'endless field': () => endless('a', (filter) => filter),
  'huge array': () => new Array(2 ** 32 - 1),
  'long array': () => new Array(20_000).fill(1),
  'sparse array': () => Object.assign(new Array(100), { 3: 1, 99: 'a' }),
  'array without a length': () => ofLength(undefined),
  'array of length -1': () => ofLength(-1),
  'array of length NaN': () => ofLength(Number.NaN),
  'array of an endless length': () => ofLength(Number.POSITIVE_INFINITY),
  'array of an object as length': () => ofLength({ valueOf: fails }),
  'array of another class': () => class extends Array {}.of(1, 2),
  'array with an iterator that fails': () => Object.assign([1, 'a'], { [Symbol.iterator]: fails, map: fails }),
  arguments: () =>
    (function () {
      // biome-ignore lint/complexity/noArguments: the object is the test's input
      return arguments;
    })(),
  'long text': () => 'x'.repeat(100_000),
  'lone surrogate': () => '\udc00',
  'huge bigint': () => 10n ** 5_000n,
  'invalid Date': () => new Date(Number.NaN),
  'Date of a subclass': () => new (class extends Date {})(5),
  'Date that lies': () => Object.assign(new Date(5), { getTime: fails, valueOf: fails, toString: fails }),
  'proxy of a Date': () => new Proxy(new Date(5), {}),
  'prototype of dates': () => Object.create(Date.prototype),
  'object that says Date': () => ({ [Symbol.toStringTag]: 'Date', getTime: () => 1 }),
  'object that says Object': () => Object.defineProperty(new Map(), Symbol.toStringTag, { value: 'Object' }),
  'Date of another realm': () => new realm.Date(5),
  'RegExp of another realm': () => new realm.RegExp('a'),
  'Map of another realm': () => new realm.Map(),
  RegExp: () => /a/,
  Map: () => new Map([['a', 1]]),
  Set: () => new Set([1]),
  WeakMap: () => new WeakMap(),
  Error: () => new Error('x'),
  Promise: () => Promise.resolve(1),
  ArrayBuffer: () => new ArrayBuffer(2),
  'typed array': () => new Uint8Array(2),
  globalThis: () => globalThis,
  Math: () => Math,
  'prototype of objects': () => Object.prototype,
  'boxed number': () => Object(1),
  'boxed text': () => Object('a'),
  'boxed bigint': () => Object(1n),
  'toPrimitive that fails': () => ({ [Symbol.toPrimitive]: fails, toString: fails, valueOf: fails }),
};

/** Copies own fields onto an object, also a field `__proto__`. */
function withFields(target: object, from: object, change = (field: PropertyDescriptor) => field): object {
  for (const key of Reflect.ownKeys(from)) {
    if (Array.isArray(from) && key === 'length') continue;
    const field = Object.getOwnPropertyDescriptor(from, key);
    if (field !== undefined) Object.defineProperty(target, key, change({ ...field, configurable: true }));
  }
  return target;
}

const emptyLike = (from: object): object => (Array.isArray(from) ? [] : {});

const trapped =
  (name: keyof ProxyHandler<object>) =>
  (inner: object): object =>
    new Proxy(inner, { [name]: fails });

/** Make another object of an object or an array. */
const WRAPPERS: Readonly<Record<string, (inner: object) => unknown>> = {
  frozen: (inner) => Object.freeze(inner),
  sealed: (inner) => Object.seal(inner),
  'passed on by a proxy': (inner) => new Proxy(inner, {}),
  'without a prototype': (inner) => Object.setPrototypeOf(inner, null),
  'of a class': (inner) => withFields(new (class Filter {})(), inner),
  inherited: (inner) => Object.create(inner),
  'of another realm': (inner) => withFields(Array.isArray(inner) ? new realm.Array() : new realm.Object(), inner),
  'behind getters': (inner) =>
    withFields(emptyLike(inner), inner, ({ value }) => ({ get: () => value, enumerable: true, configurable: true })),
  'behind getters that fail': (inner) =>
    withFields(emptyLike(inner), inner, () => ({ get: fails, enumerable: true, configurable: true })),
  'behind setters': (inner) =>
    withFields(emptyLike(inner), inner, () => ({ set: () => {}, enumerable: true, configurable: true })),
  'not enumerable': (inner) => withFields(emptyLike(inner), inner, (field) => ({ ...field, enumerable: false })),
  'with a symbol': (inner) => Object.assign(inner, { [Symbol('x')]: 1 }),
  'with a toJSON that fails': (inner) => Object.defineProperty(inner, 'toJSON', { value: fails }),
  'saying Array': (inner) => Object.defineProperty(inner, Symbol.toStringTag, { value: 'Array' }),
  'saying nothing': (inner) => Object.defineProperty(inner, Symbol.toStringTag, { get: fails }),
  'another value at each reading': (inner) => {
    let reads = 0;
    return new Proxy(inner, { get: (target, key) => (reads++ % 2 === 0 ? Reflect.get(target, key) : undefined) });
  },
  'keys twice': (inner) => new Proxy(inner, { ownKeys: (target) => [...Reflect.ownKeys(target), 'x', 'x'] }),
  'more keys': (inner) =>
    new Proxy(inner, {
      ownKeys: (target) => [...Reflect.ownKeys(target), '$gt'],
      getOwnPropertyDescriptor: (target, key) =>
        Reflect.getOwnPropertyDescriptor(target, key) ?? { value: 1, enumerable: true, configurable: true },
    }),
  'keys that fail': trapped('ownKeys'),
  'reading that fails': trapped('get'),
  'descriptors that fail': trapped('getOwnPropertyDescriptor'),
  'a prototype that fails': trapped('getPrototypeOf'),
  'writing that fails': trapped('set'),
  boxed: (inner) => [inner],
};

const names = (of: object): fc.Arbitrary<string> => fc.constantFrom(...Object.keys(of));
const leaf = names(LEAVES).map((name): Description => ({ kind: 'leaf', leaf: name }));

/** Any value: values of `fc.anything`, hostile leaves, and objects of both with keys from `key`. */
export function hostileValues(key: fc.Arbitrary<string>): fc.Arbitrary<Description> {
  const anything = fc.anything({
    key,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    maxDepth: 4,
  });
  const { value } = fc.letrec<{ value: Description }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      { weight: 3, arbitrary: leaf },
      { weight: 3, arbitrary: anything.map((value): Description => ({ kind: 'value', value })) },
      { weight: 1, arbitrary: fc.constant<Description>({ kind: 'root' }) },
      {
        weight: 4,
        arbitrary: fc
          .array(fc.tuple(key, tie('value')), { maxLength: 3 })
          .map((fields): Description => ({ kind: 'object', fields })),
      },
      {
        weight: 2,
        arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((items): Description => ({ kind: 'array', items })),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(names(WRAPPERS), tie('value'))
          .map(([wrapper, inner]): Description => ({ kind: 'wrapped', wrapper, inner })),
      },
    ),
  }));
  return value;
}

/** A change of a part of a value. `path` picks a key at each level. */
export interface Change {
  readonly path: readonly number[];
  readonly change:
    | { readonly kind: 'wrap'; readonly wrapper: string }
    | { readonly kind: 'put'; readonly value: Description }
    | { readonly kind: 'rename'; readonly key: string }
    | { readonly kind: 'remove' };
}

/** A few changes of a value. */
export function hostileChanges(key: fc.Arbitrary<string>): fc.Arbitrary<Change[]> {
  const change = fc.oneof(
    { weight: 4, arbitrary: names(WRAPPERS).map((wrapper) => ({ kind: 'wrap' as const, wrapper })) },
    { weight: 3, arbitrary: leaf.map((value) => ({ kind: 'put' as const, value })) },
    { weight: 2, arbitrary: hostileValues(key).map((value) => ({ kind: 'put' as const, value })) },
    { weight: 2, arbitrary: key.map((key) => ({ kind: 'rename' as const, key })) },
    { weight: 1, arbitrary: fc.constant({ kind: 'remove' as const }) },
  );
  const path = fc.array(fc.nat(100), { maxLength: 5, size: 'max' });
  return fc.array(fc.record({ path, change }), { minLength: 1, maxLength: 2 });
}

/** The description of plain objects, arrays and values. */
export function descriptionOf(value: unknown): Description {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(descriptionOf) };
  if (typeof value !== 'object' || value === null || value instanceof Date) return { kind: 'value', value };
  return { kind: 'object', fields: Object.entries(value).map(([key, part]) => [key, descriptionOf(part)]) };
}

/** The description after a change. */
export function changed(from: Description, { path, change }: Change): Description {
  const [first, ...rest] = path;
  if (from.kind === 'wrapped') return { ...from, inner: changed(from.inner, { path, change }) };
  const parts = from.kind === 'array' ? from.items.length : from.kind === 'object' ? from.fields.length : 0;
  if (first === undefined || parts === 0) {
    if (change.kind === 'wrap') return { kind: 'wrapped', wrapper: change.wrapper, inner: from };
    return change.kind === 'put' ? change.value : from;
  }
  const at = first % parts;
  if (from.kind === 'array') {
    if (rest.length === 0 && change.kind === 'remove') return { ...from, items: from.items.toSpliced(at, 1) };
    return { ...from, items: from.items.with(at, changed(from.items[at] as Description, { path: rest, change })) };
  }
  const { fields } = from as Extract<Description, { kind: 'object' }>;
  const [key, part] = fields[at] as (typeof fields)[number];
  const isHere = rest.length === 0;
  if (isHere && change.kind === 'remove') return { kind: 'object', fields: fields.toSpliced(at, 1) };
  if (isHere && change.kind === 'rename') return { kind: 'object', fields: fields.with(at, [change.key, part]) };
  return { kind: 'object', fields: fields.with(at, [key, changed(part, { path: rest, change })]) };
}

/** Makes the value of a description. Every call makes other objects. */
export function built(description: Description): unknown {
  let root: unknown;
  const build = (part: Description): unknown => {
    switch (part.kind) {
      case 'value':
        return part.value;
      case 'leaf':
        return (LEAVES[part.leaf] as () => unknown)();
      case 'root':
        return root;
      case 'array': {
        const items: unknown[] = [];
        root ??= items;
        for (const item of part.items) items.push(build(item));
        return items;
      }
      case 'object': {
        const fields = {};
        root ??= fields;
        for (const [key, value] of part.fields) {
          Object.defineProperty(fields, key, {
            value: build(value),
            enumerable: true,
            writable: true,
            configurable: true,
          });
        }
        return fields;
      }
      case 'wrapped': {
        const inner = build(part.inner);
        const wrap = WRAPPERS[part.wrapper] as (inner: object) => unknown;
        // Wrappers change objects that the description has made, and no others.
        const isOwn = part.inner.kind === 'array' || part.inner.kind === 'object';
        return isOwn ? wrap(inner as object) : inner;
      }
    }
  };
  return build(description);
}
