/** What the benchmark uses of its peers, declared here so that types check without installing them. */

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
    /** A field of wasm-bindgen's classes: where the object is in linear memory. */
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
    free(): void;
  }
  export function getSimdBackend(): string;
  export default function init(options: { module_or_path: string }): Promise<{ memory: WebAssembly.Memory }>;
}
