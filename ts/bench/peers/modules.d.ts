/**
 * The parts of the peers that the benchmark uses. Declared here, so that types check without
 * installed peers.
 */

declare module 'hnswlib-wasm' {
  interface HierarchicalNSW {
    initIndex(maxElements: number, m: number, efConstruction: number, randomSeed: number): void;
    addPoint(point: Float32Array, label: number, replaceDeleted: boolean): void;
    setEfSearch(ef: number): void;
    searchKnn(query: Float32Array, k: number, filter: undefined): { distances: number[]; neighbors: number[] };
    delete(): void;
  }
  interface HnswlibModule {
    HierarchicalNSW: new (space: 'l2' | 'ip' | 'cosine', dimensions: number, autoSave: string) => HierarchicalNSW;
    readonly HEAPU8: Uint8Array;
  }
  export function loadHnswlib(): Promise<HnswlibModule>;
}

declare module 'edgevec-npm/edgevec.js' {
  export class EdgeVecConfig {
    constructor(dimensions: number);
    /** A field of wasm-bindgen's classes: the address of the object in linear memory. */
    readonly __wbg_ptr: number;
    set m(value: number);
    set m0(value: number);
    set ef_construction(value: number);
    set ef_search(value: number);
    set metric(value: string);
  }
  export class EdgeVec {
    constructor(config: EdgeVecConfig);
    insert(vector: Float32Array): number;
    search(query: Float32Array, k: number): { id: number; score: number }[];
    /** Takes and returns JSON. */
    searchFiltered(query: Float32Array, k: number, options: string): string;
    setMetadata(id: number, key: string, value: JsMetadataValue): void;
    save(name: string): Promise<void>;
    static load(name: string): Promise<EdgeVec>;
    free(): void;
  }
  export class JsMetadataValue {
    private constructor();
    static fromInteger(value: number): JsMetadataValue;
    static fromString(value: string): JsMetadataValue;
  }
  export function getSimdBackend(): string;
  export default function init(options: { module_or_path: string }): Promise<{ memory: WebAssembly.Memory }>;
}

declare module 'voy-search/voy_search_bg.js' {
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
  interface Embedded {
    readonly id: string;
    readonly title: string;
    readonly url: string;
    readonly embeddings: readonly number[];
  }
  export class Voy {
    add(resource: { readonly embeddings: readonly Embedded[] }): void;
    search(query: Float32Array, k: number): { neighbors: { id: string }[] };
    free(): void;
  }
}

declare module '@electric-sql/pglite' {
  interface QueryOptions {
    readonly blob?: Blob;
    readonly rowMode?: 'array';
  }
  export class PGlite {
    static readonly defaultStartParams: readonly string[];
    static create(options: {
      readonly extensions: { readonly vector: unknown };
      readonly dataDir?: string;
      readonly startParams?: readonly string[];
    }): Promise<PGlite>;
    syncToFs(): Promise<void>;
    exec(sql: string): Promise<unknown>;
    query<Row>(sql: string, parameters: readonly unknown[], options: QueryOptions): Promise<{ rows: Row[] }>;
    close(): Promise<void>;
  }
}

declare module '@electric-sql/pglite-pgvector' {
  export const vector: unknown;
}

declare module '@orama/orama' {
  interface Orama {
    readonly schema: unknown;
  }
  /** The modes use only some of the fields. */
  interface FullSearch extends Search {
    readonly mode: 'fulltext' | 'vector' | 'hybrid';
    readonly term: string;
    readonly properties: readonly string[];
  }
  interface Search {
    readonly vector: { readonly value: Float32Array; readonly property: string };
    readonly similarity: number;
    readonly limit: number;
  }
  export function create(options: { readonly schema: Readonly<Record<string, string>> }): Orama;
  export function insertMultiple(
    database: Orama,
    documents: readonly { readonly id: string; readonly embedding: readonly number[]; readonly text?: string }[],
    batch: number,
  ): Promise<string[]> | string[];
  export function searchVector(
    database: Orama,
    search: Search,
  ): Promise<{ hits: { id: string }[] }> | { hits: { id: string }[] };
  export function search(
    database: Orama,
    search: Partial<FullSearch>,
  ): Promise<{ hits: { id: string }[] }> | { hits: { id: string }[] };
}
