//! What "near" means.

use crate::kernels::Isa;

/// How two vectors are compared. Lower distances are nearer under every metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Metric {
    /// `1 - cos(a, b)`, from 0 to 2. Vectors of any length but zero.
    #[default]
    Cosine,
    /// `-(a · b)`: the negated dot product, for maximum inner product search.
    Dot,
    /// `|a - b|`: straight-line distance.
    Euclidean,
}

impl Metric {
    /// Walk distances of a prepared query (unit length under cosine) to rows: cheaper than the
    /// metric's own, in the same order.
    #[inline(always)]
    pub(crate) fn walk<const N: usize>(self, isa: Isa, query: &[f32], rows: [&[f32]; N]) -> [f32; N] {
        match self {
            Self::Cosine | Self::Dot => isa.dot(query, rows).map(|dot| -dot),
            Self::Euclidean => isa.squared_euclidean(query, rows),
        }
    }

    /// The metric's own distance, from a walk distance.
    pub(crate) fn distance(self, walk: f32) -> f32 {
        match self {
            // A cosine may round to just beyond one.
            Self::Cosine => (1.0 + walk).clamp(0.0, 2.0),
            // Adding zero turns the -0 of a zero product into 0.
            Self::Dot => walk + 0.0,
            Self::Euclidean => walk.sqrt(),
        }
    }
}
