// The forms of vectors that must compile, with the declarations of the libraries that make them.
// tsc checks this file, and nothing runs the file.

import { type EdgeVec, type Id, vectorsOf } from '../../src/index.js';
import { same } from './same.js';

declare const untyped: EdgeVec;
declare const docs: EdgeVec<{ title: string }>;
declare const numbers: number[];

/** As transformers.js declares its tensor. */
type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
declare class TransformersTensor {
  get dims(): number[];
  set dims(value: number[]);
  get type(): string;
  // biome-ignore lint/suspicious/noExplicitAny: the declaration of transformers.js has this type.
  get data(): TypedArray | BigInt64Array | BigUint64Array | any[];
  get size(): number;
  tolist(): unknown[];
  [Symbol.iterator](): Iterator<unknown>;
}
declare const transformers: TransformersTensor;

/** As ONNX Runtime declares its tensor. */
interface OnnxTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint8Array | Int32Array | string[] | BigInt64Array;
}
declare const onnx: OnnxTensor;

/** As TensorFlow.js declares its tensor. */
interface DataTypeMap {
  float32: Float32Array;
  int32: Int32Array;
  bool: Uint8Array;
  complex64: Float32Array;
  string: string[];
}
type NumericDataType = 'float32' | 'int32' | 'bool' | 'complex64';
interface ShapeMap {
  R1: [number];
  R2: [number, number];
}
declare class TensorFlowTensor<R extends keyof ShapeMap = 'R2'> {
  readonly id: number;
  readonly shape: ShapeMap[R];
  data<D extends keyof DataTypeMap = NumericDataType>(): Promise<DataTypeMap[D]>;
  dataSync<D extends keyof DataTypeMap = NumericDataType>(): DataTypeMap[D];
}
declare const tensorflow: TensorFlowTensor;

export async function vectors(): Promise<void> {
  await untyped.search(transformers);
  await untyped.search(transformers.data);
  await untyped.search(onnx);
  await untyped.search(tensorflow);
  await untyped.search(tensorflow.dataSync());
  await untyped.search(new Float64Array(2));
  await untyped.searchMany(vectorsOf(transformers));
  same<ReturnType<typeof vectorsOf>, Float32Array[]>(true);
  await docs.upsert({ id: 'a', vector: transformers.data, metadata: { title: 'A' } });
  await docs.update({ id: 'a', vector: tensorflow });
  await untyped.search('a question, for the model of the database');
  // @ts-expect-error a promise is not a vector
  await untyped.search(Promise.resolve(numbers));
  // @ts-expect-error an array of vectors is not a vector
  await untyped.search([numbers]);
  // @ts-expect-error an array is not a tensor
  vectorsOf([numbers]);
}

export async function bare(): Promise<void> {
  same<Awaited<ReturnType<typeof one>>, Id>(true);
  same<Awaited<ReturnType<typeof tensor>>, Id>(true);
  same<Awaited<ReturnType<typeof typed>>, Id>(true);
  same<Awaited<ReturnType<typeof many>>, Id[]>(true);
  same<Awaited<ReturnType<typeof lists>>, Id[]>(true);
  same<Awaited<ReturnType<typeof mixed>>, Id[]>(true);
  same<Awaited<ReturnType<typeof parsed>>, Id[]>(true);
  same<Awaited<ReturnType<typeof parsedVectors>>, Id[]>(true);
  same<Awaited<ReturnType<typeof parsedRecord>>, Id>(true);
  same<Awaited<ReturnType<typeof none>>, Id[]>(true);
  // @ts-expect-error metadata is required where M has required fields
  await docs.insert(numbers);
  // @ts-expect-error upsert needs an id
  await untyped.upsert(numbers);
}
const one = () => untyped.insert(numbers);
const tensor = () => untyped.insert(transformers);
const typed = () => untyped.insert(new Float32Array(2));
const many = () => untyped.insert(vectorsOf(transformers));
const lists = () => untyped.insert([numbers, numbers]);
const mixed = () => untyped.insert([numbers, { id: 'a', vector: numbers }]);
// biome-ignore lint/suspicious/noExplicitAny: JSON.parse gives values of this type.
declare const json: any;
const parsed = () => docs.insert(json as (typeof json)[]);
const parsedVectors = () => untyped.insert(json as (typeof json)[]);
const parsedRecord = () => untyped.insert(json);
const none = () => untyped.insert([]);

/** The type that Vue gives to an object inside a `ref` or `reactive`: every public member. */
type Unwrapped<T> = { [K in keyof T]: T[K] };
declare const held: Unwrapped<EdgeVec<{ title: string }>>;

/** A function that takes a database also takes a database out of a `ref`. */
export function unwrapped(): EdgeVec<{ title: string }> {
  return held;
}
