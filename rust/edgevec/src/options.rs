//! The options of an index.

use crate::{Error, Metric};

/// How many bytes the index keeps of each component of a vector.
///
/// An index keeps more than [`Options::precision`] asks if the asked bytes could not tell the rows
/// apart. [`Stats::precision`](crate::Stats::precision) says what the index keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// Four bytes, the component itself, and half a byte beside for the walks through the graph.
    /// Distances are exact.
    #[default]
    Float32,
    /// Two bytes: an error of at most one part in 57,330 of the row's largest component (less the
    /// mean of the first rows).
    Int16,
    /// One byte: an error of at most one part in 210. As under two bytes, the error is in
    /// distances, and in vectors given back.
    Int8,
}

/// Options of an [`Index`](crate::Index). Only the dimensions need choosing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Components of a vector, from 1 to 4096.
    pub dimensions: u32,
    /// What "near" means. Default: cosine.
    pub metric: Metric,
    /// Links that a row gets on each level of the graph, from 2 to 64. A row holds twice as many
    /// links on level 0. More links cost memory (`8 * m` bytes a row) and building time, and raise
    /// recall at a given `ef`, above all in many dimensions. Default: 16.
    pub m: u32,
    /// Candidates among which a row chooses its links, from 1 to 4096, and at least `m`. More
    /// candidates make a better graph, more slowly. Default: 200.
    pub ef_construction: u32,
    /// Decides the level of each row, and with the order of operations the whole graph. Default: 0.
    pub seed: u32,
    /// Up to this many rows, the index has no graph, and searches scan: a scan is faster at this
    /// size, and exact. Default: 2,000.
    pub exact_threshold: u32,
    /// How much the index keeps of each vector. Up to `exact_threshold` rows (at least 256), and of
    /// vectors below 48 dimensions, the index keeps full rows under every precision. Default: full
    /// rows.
    pub precision: Precision,
}

impl Precision {
    /// The next finer precision, or `None` for full rows.
    pub(crate) fn finer(self) -> Option<Self> {
        match self {
            Self::Float32 => None,
            Self::Int16 => Some(Self::Float32),
            Self::Int8 => Some(Self::Int16),
        }
    }
}

impl Options {
    /// The defaults, for vectors of this many dimensions.
    #[must_use]
    pub fn new(dimensions: u32) -> Self {
        Self {
            dimensions,
            metric: Metric::Cosine,
            m: 16,
            ef_construction: 200,
            seed: 0,
            exact_threshold: 2_000,
            precision: Precision::Float32,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let ranges = [
            ("dimensions", 1, 4096, self.dimensions),
            ("m", 2, 64, self.m),
            ("ef_construction", self.m, 4096, self.ef_construction),
        ];
        for (name, least, most, got) in ranges {
            if !(least..=most).contains(&got) {
                return Err(Error::InvalidOption { name, least, most, got });
            }
        }
        Ok(())
    }
}
