//! How postings score: words by BM25, and sparse vectors by the dot product.

use std::ops::{Add, AddAssign, Sub};

use super::segment::Limits;

/// The units of a score by BM25 of 1.
const UNITS: f64 = (1u64 << 32) as f64;
/// More than the roundings of a sum of numbers above 0, for up to a million numbers.
const SLACK: f64 = 1.0 + 1e-7;

/// A term of a query, with the most rows that any term in its place has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueryTerm {
    pub(crate) term: u32,
    /// How much a posting of the term counts.
    pub(crate) weight: f64,
    /// Of a word: the number of live rows with the term, or with the most frequent term for the
    /// same word.
    pub(crate) rows: u32,
}

/// How the postings of a search score.
pub(crate) trait Scoring {
    type Score: Score;

    /// What the score of each posting of a term is multiplied by.
    fn factor(&self, term: &QueryTerm) -> f64;

    /// The score of a posting in a row of this length.
    fn score(&self, factor: f64, frequency: u32, length: u32) -> Self::Score;

    /// No posting within the limits scores more.
    fn most(&self, factor: f64, limits: Limits) -> Self::Score;
}

/// A sum of scores of postings. Never negative.
pub(crate) trait Score:
    Copy + Default + PartialOrd + Add<Output = Self> + Sub<Output = Self> + AddAssign
{
    /// Whether the order of adding changes a sum. The scores of a row are then added again, in the
    /// order of the query.
    const DEPENDS_ON_ORDER: bool;

    /// Whether a row may have the threshold, if the row has at most this score.
    fn may_reach(self, threshold: Self) -> bool;

    /// A number in the order of the scores.
    fn key(self) -> i64;

    fn of_key(key: i64) -> Self;

    /// The score for the caller.
    fn number(self) -> f64;
}

/// Scores by BM25 are whole numbers.
impl Score for i64 {
    const DEPENDS_ON_ORDER: bool = false;

    #[inline(always)]
    fn may_reach(self, threshold: Self) -> bool {
        self >= threshold
    }

    #[inline(always)]
    fn key(self) -> i64 {
        self
    }

    #[inline(always)]
    fn of_key(key: i64) -> Self {
        key
    }

    fn number(self) -> f64 {
        self as f64 / UNITS
    }
}

/// Dot products may be of any size, so whole numbers would overflow or lose digits.
impl Score for f64 {
    const DEPENDS_ON_ORDER: bool = true;

    #[inline(always)]
    fn may_reach(self, threshold: Self) -> bool {
        self * SLACK >= threshold
    }

    /// The bits of floats from 0 on are in the order of the floats.
    #[inline(always)]
    fn key(self) -> i64 {
        self.to_bits() as i64
    }

    #[inline(always)]
    fn of_key(key: i64) -> Self {
        Self::from_bits(key as u64)
    }

    fn number(self) -> f64 {
        self
    }
}

/// The rows that BM25 counts, and its options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bm25 {
    k1: f64,
    /// The length of a row is scaled by this, and `fixed` added.
    per_length: f64,
    fixed: f64,
    /// The number of live rows.
    rows: f64,
}

impl Bm25 {
    pub(crate) fn new(k1: f64, b: f64, rows: u32, lengths: u64) -> Self {
        let rows = f64::from(rows);
        let average = lengths as f64 / rows;
        Self { k1, per_length: k1 * b / average, fixed: k1 * (1.0 - b), rows }
    }
}

impl Scoring for Bm25 {
    type Score = i64;

    /// What the term counts for in a row that has the term without end.
    fn factor(&self, term: &QueryTerm) -> f64 {
        let with = f64::from(term.rows);
        // The logarithm of a library: the platform's logarithm differs from platform to platform.
        let rareness = libm::log(1.0 + (self.rows - with + 0.5) / (with + 0.5));
        term.weight * rareness * (self.k1 + 1.0)
    }

    #[inline(always)]
    fn score(&self, factor: f64, frequency: u32, length: u32) -> i64 {
        let frequency = f64::from(frequency);
        let damping = self.fixed + self.per_length * f64::from(length);
        (factor * (frequency / (frequency + damping)) * UNITS) as i64
    }

    /// The unit is for roundings.
    fn most(&self, factor: f64, limits: Limits) -> i64 {
        self.score(factor, limits.most_frequency, limits.least_length) + 1
    }
}

/// The dot product. A posting has the bits of a value above 0 in place of a frequency: the bits of
/// such floats are in the order of the floats, so the limits of a block hold for the values too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dot;

impl Scoring for Dot {
    type Score = f64;

    fn factor(&self, term: &QueryTerm) -> f64 {
        term.weight
    }

    /// Exact: a product of two 32-bit floats fits into a 64-bit float.
    #[inline(always)]
    fn score(&self, factor: f64, frequency: u32, _: u32) -> f64 {
        factor * f64::from(f32::from_bits(frequency))
    }

    fn most(&self, factor: f64, limits: Limits) -> f64 {
        self.score(factor, limits.most_frequency, 0)
    }
}
