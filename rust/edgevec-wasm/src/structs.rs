//! The few structs that cross the boundary, at construction and for stats; never per row or search.

use edgevec::{Error, Metric, Options, Precision, Stats};
use serde::{Deserialize, Serialize};
use tsify::Tsify;
use wasm_bindgen::prelude::*;

/// What an engine is made with; absent numbers take the engine's defaults.
#[derive(Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EngineOptions {
    dimensions: u32,
    metric: EngineMetric,
    #[tsify(optional)]
    m: Option<u32>,
    #[tsify(optional)]
    ef_construction: Option<u32>,
    #[tsify(optional)]
    seed: Option<u32>,
    #[tsify(optional)]
    exact_threshold: Option<u32>,
    #[tsify(optional)]
    precision: Option<EnginePrecision>,
}

#[derive(Deserialize, Tsify)]
#[serde(rename_all = "lowercase")]
enum EngineMetric {
    Cosine,
    Dot,
    Euclidean,
}

#[derive(Deserialize, Tsify)]
#[serde(rename_all = "lowercase")]
enum EnginePrecision {
    Float32,
    Int16,
    Int8,
}

impl From<EngineOptions> for Options {
    fn from(given: EngineOptions) -> Self {
        let defaults = Self::new(given.dimensions);
        Self {
            dimensions: given.dimensions,
            metric: match given.metric {
                EngineMetric::Cosine => Metric::Cosine,
                EngineMetric::Dot => Metric::Dot,
                EngineMetric::Euclidean => Metric::Euclidean,
            },
            m: given.m.unwrap_or(defaults.m),
            ef_construction: given.ef_construction.unwrap_or(defaults.ef_construction),
            seed: given.seed.unwrap_or(defaults.seed),
            exact_threshold: given.exact_threshold.unwrap_or(defaults.exact_threshold),
            precision: match given.precision {
                None => defaults.precision,
                Some(EnginePrecision::Float32) => Precision::Float32,
                Some(EnginePrecision::Int16) => Precision::Int16,
                Some(EnginePrecision::Int8) => Precision::Int8,
            },
        }
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
    /// The value to throw for an error of making an index.
    pub(crate) fn thrown(error: Error) -> JsValue {
        let Error::InvalidOption { name, least, most, got } = error else {
            unreachable!("making an index fails for its options only: {error}")
        };
        let option = if name == "ef_construction" { "efConstruction" } else { name };
        Self { option, least, most, got }.into_ts().map_or(JsValue::NULL, Into::into)
    }
}

/// The engine's counts. `distances` are evaluations made by searches so far, `buildDistances` by inserting and compacting.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EngineStats {
    rows: u32,
    hidden: u32,
    tombstones: u32,
    free: u32,
    slots: u32,
    unlinked: u32,
    levels: u32,
    drifted: bool,
    calibrated_rows: u32,
    memory_bytes: f64,
    row_bytes: f64,
    level_bytes: f64,
    graph_bytes: f64,
    distances: f64,
    build_distances: f64,
}

impl EngineStats {
    pub(crate) fn new(stats: &Stats, distances: u64) -> Self {
        let Stats { rows, hidden, tombstones, free, slots, unlinked, levels, drifted, calibrated_rows, .. } = *stats;
        Self {
            rows,
            hidden,
            tombstones,
            free,
            slots,
            unlinked,
            levels,
            drifted,
            calibrated_rows,
            memory_bytes: stats.memory_bytes as f64,
            row_bytes: stats.row_bytes as f64,
            level_bytes: stats.level_bytes as f64,
            graph_bytes: stats.graph_bytes as f64,
            distances: distances as f64,
            build_distances: stats.build_evaluations as f64,
        }
    }
}

/// An error as a status and, where it concerns one, the row of the batch.
pub(crate) fn status(error: Error) -> (i32, u32) {
    match error {
        Error::NotFinite { row } => (1, row as u32),
        Error::ZeroVector { row } => (2, row as u32),
        Error::TooLarge { row } => (3, row as u32),
        Error::OutOfMemory => (4, 0),
        other => unreachable!("the buffers have the right size: {other}"),
    }
}
