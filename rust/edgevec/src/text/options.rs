//! The options of an index of words.

/// The options of BM25.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextOptions {
    /// How much a further occurrence of a word counts, at least 0. At 0, only the first occurrence
    /// counts. 1.2 by default.
    pub k1: f64,
    /// How much the length of a row counts, from 0 to 1. At 0, the length does not count. 0.75 by
    /// default.
    pub b: f64,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { k1: 1.2, b: 0.75 }
    }
}
