//! The few values that cross the boundary at construction and for stats; never per row or search.

use edgevec::{Error, Metric, Options, Precision, Stats};
use wasm_bindgen::prelude::*;

/// Read field by field. A library that reads whole objects would bring its messages along.
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

#[wasm_bindgen(typescript_custom_section)]
const ENGINE_FAULT: &str = r"
/**
 * An option out of range, thrown by the engine's constructor.
 */
export interface EngineFault {
    option: string;
    least: number;
    most: number;
    got: number;
}
";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Object, typescript_type = "EngineFault")]
    pub type EngineFault;

    #[wasm_bindgen(constructor, js_class = "Object")]
    fn new() -> EngineFault;
    #[wasm_bindgen(method, setter)]
    fn set_option(this: &EngineFault, option: &str);
    #[wasm_bindgen(method, setter)]
    fn set_least(this: &EngineFault, least: u32);
    #[wasm_bindgen(method, setter)]
    fn set_most(this: &EngineFault, most: u32);
    #[wasm_bindgen(method, setter)]
    fn set_got(this: &EngineFault, got: u32);
}

impl EngineFault {
    /// The value to throw if making an index fails.
    pub(crate) fn thrown(error: Error) -> JsValue {
        let Error::InvalidOption { name, least, most, got } = error else {
            unreachable!("making an index fails for its options only")
        };
        let fault = Self::new();
        fault.set_option(if name == "ef_construction" { "efConstruction" } else { name });
        fault.set_least(least);
        fault.set_most(most);
        fault.set_got(got);
        fault.into()
    }
}

/// The counts of an index, in the order of `STATS` in `ts/src/engine/bindings.ts`.
pub(crate) fn counts(stats: &Stats) -> [f64; 11] {
    [
        stats.rows.into(),
        stats.hidden.into(),
        stats.tombstones.into(),
        stats.unlinked.into(),
        stats.levels.into(),
        stats.calibrated_rows.into(),
        stats.row_bytes as f64,
        stats.code_bytes as f64,
        stats.graph_bytes as f64,
        stats.build_evaluations as f64,
        f64::from(u8::from(stats.drifted)),
    ]
}

/// An error as a status, and the row of the batch if the error concerns a row.
pub(crate) fn status(error: Error) -> (i32, u32) {
    match error {
        Error::NotFinite { row } => (1, row as u32),
        Error::ZeroVector { row } => (2, row as u32),
        Error::TooLarge { row } => (3, row as u32),
        Error::OutOfMemory => (4, 0),
        Error::Damaged { .. } => (5, 0),
        Error::UnsupportedFormat { .. } => (6, 0),
        Error::Partial => (7, 0),
        _ => unreachable!("options and buffers have been found right"),
    }
}
