//! The few structs that cross the boundary, at construction and for stats; never per row or search.

use edgevec::{Error, Metric, Options, Precision, Stats};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

/// Read field by field: serde's messages for values of a wrong type bring along the formatting of
/// floats, a tenth of the wasm.
#[wasm_bindgen(typescript_custom_section)]
const ENGINE_OPTIONS: &str = r"
/**
 * What an engine is made with; absent numbers take the engine's defaults.
 */
export interface EngineOptions {
    dimensions: number;
    metric: 'cosine' | 'dot' | 'euclidean';
    m?: number;
    efConstruction?: number;
    seed?: number;
    exactThreshold?: number;
    precision?: 'float32' | 'int16' | 'int8';
}
";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "EngineOptions")]
    pub type EngineOptions;

    #[wasm_bindgen(method, getter)]
    fn dimensions(this: &EngineOptions) -> u32;
    #[wasm_bindgen(method, getter)]
    fn metric(this: &EngineOptions) -> EngineMetric;
    #[wasm_bindgen(method, getter)]
    fn m(this: &EngineOptions) -> Option<u32>;
    #[wasm_bindgen(method, getter, js_name = efConstruction)]
    fn ef_construction(this: &EngineOptions) -> Option<u32>;
    #[wasm_bindgen(method, getter)]
    fn seed(this: &EngineOptions) -> Option<u32>;
    #[wasm_bindgen(method, getter, js_name = exactThreshold)]
    fn exact_threshold(this: &EngineOptions) -> Option<u32>;
    #[wasm_bindgen(method, getter)]
    fn precision(this: &EngineOptions) -> Option<EnginePrecision>;
}

/// The metric's name.
#[wasm_bindgen]
pub enum EngineMetric {
    Cosine = "cosine",
    Dot = "dot",
    Euclidean = "euclidean",
}

/// The precision's name.
#[wasm_bindgen]
pub enum EnginePrecision {
    Float32 = "float32",
    Int16 = "int16",
    Int8 = "int8",
}

impl EngineOptions {
    /// None if a name is unknown.
    pub(crate) fn options(&self) -> Option<Options> {
        let defaults = Options::new(self.dimensions());
        Some(Options {
            metric: match self.metric() {
                EngineMetric::Cosine => Metric::Cosine,
                EngineMetric::Dot => Metric::Dot,
                EngineMetric::Euclidean => Metric::Euclidean,
                _ => return None,
            },
            m: self.m().unwrap_or(defaults.m),
            ef_construction: self.ef_construction().unwrap_or(defaults.ef_construction),
            seed: self.seed().unwrap_or(defaults.seed),
            exact_threshold: self.exact_threshold().unwrap_or(defaults.exact_threshold),
            precision: match self.precision() {
                None => defaults.precision,
                Some(EnginePrecision::Float32) => Precision::Float32,
                Some(EnginePrecision::Int16) => Precision::Int16,
                Some(EnginePrecision::Int8) => Precision::Int8,
                _ => return None,
            },
            ..defaults
        })
    }
}

/// An option out of range.
#[derive(Serialize, Tsify)]
pub struct EngineFault {
    option: &'static str,
    least: u32,
    most: u32,
    got: u32,
}

impl EngineFault {
    /// The value to throw if making an index fails.
    pub(crate) fn thrown(error: Error) -> JsValue {
        let Error::InvalidOption { name, least, most, got } = error else {
            unreachable!("making an index fails for its options only")
        };
        let option = if name == "ef_construction" { "efConstruction" } else { name };
        Self { option, least, most, got }.into_ts().map_or(JsValue::NULL, Into::into)
    }
}

/// The counts of an index. `codeBytes` are the bytes of codes and sketches. `buildDistances` are
/// the distance evaluations made by inserting and compacting.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EngineStats {
    rows: u32,
    hidden: u32,
    tombstones: u32,
    unlinked: u32,
    levels: u32,
    /// As in `EngineOptions`.
    #[tsify(type = "'float32' | 'int16' | 'int8'")]
    precision: &'static str,
    calibrated_rows: u32,
    memory_bytes: f64,
    row_bytes: f64,
    code_bytes: f64,
    graph_bytes: f64,
    build_distances: f64,
    drifted: bool,
}

impl EngineStats {
    pub(crate) fn new(stats: &Stats) -> Self {
        let Stats { rows, hidden, tombstones, unlinked, levels, calibrated_rows, .. } = *stats;
        Self {
            rows,
            hidden,
            tombstones,
            unlinked,
            levels,
            precision: match stats.precision {
                Precision::Float32 => "float32",
                Precision::Int16 => "int16",
                Precision::Int8 => "int8",
            },
            calibrated_rows,
            memory_bytes: stats.memory_bytes as f64,
            row_bytes: stats.row_bytes as f64,
            code_bytes: (stats.code_bytes + stats.sketch_bytes) as f64,
            graph_bytes: stats.graph_bytes as f64,
            build_distances: stats.build_evaluations as f64,
            drifted: stats.drifted,
        }
    }
}
