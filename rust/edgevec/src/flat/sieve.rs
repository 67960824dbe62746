//! A scan that reads a part of each row first, and the rest of a row only if the part does not rule
//! out the row.

use std::collections::BinaryHeap;

use super::{SCAN_BLOCK, keep};
use crate::Error;
use crate::bitset::Bitset;
use crate::codes::part::Part;
use crate::hnsw::Scratch;
use crate::key::{distance_of, key};
use crate::vectors::{Query, Vectors};

/// A part rules out a row if the part is beyond the mean part of rows as far as the farthest row
/// kept, by more than this many root mean square errors.
const CERTAINTY: f64 = 2.0;
/// The rows from which a scan learns how parts go with distances, before the scan begins.
const SAMPLE: u32 = 384;
/// A scan goes on without parts if parts rule out less than a quarter of so many rows.
const TRIAL: usize = 2_048;

/// Fills the scratch's pool with the `k` rows of `among` nearest to a laid-out query, by estimates.
/// A row among the nearest is missing if its part predicts its distance very badly.
#[inline(never)]
pub(crate) fn search(
    vectors: &Vectors,
    query: &Query,
    k: usize,
    among: &Bitset,
    part: &Part,
    scratch: &mut Scratch,
) -> Result<(), Error> {
    scratch.pool.reset(k)?;
    if k == 0 {
        return Ok(());
    }
    let line = learn(vectors, query, part, among.spread(SAMPLE), scratch)?;
    let mut sieve = Sieve { part, line, slots: Vec::new(), tried: 0, passed: 0 };
    sieve.slots.try_reserve_exact(2 * SCAN_BLOCK)?;
    // As in a plain scan.
    let mut nearest = BinaryHeap::from(std::mem::take(scratch.pool.array()));
    let mut wanted = among.iter().peekable();
    while wanted.peek().is_some() {
        let farthest = nearest.peek().filter(|_| nearest.len() == k).map(|&key| distance_of(key));
        sieve.fill(vectors, query, &mut wanted, farthest, scratch);
        scratch.choose(sieve.slots.iter().copied());
        scratch.score_chosen_ahead(vectors, query);
        for (slot, distance) in scratch.scored() {
            keep(&mut nearest, k, key(distance, slot));
        }
    }
    *scratch.pool.array() = nearest.into_sorted_vec();
    Ok(())
}

/// Learns how parts go with distances, from a sample.
fn learn(
    vectors: &Vectors,
    query: &Query,
    part: &Part,
    sample: impl Iterator<Item = u32>,
    scratch: &mut Scratch,
) -> Result<Line, Error> {
    let mut pairs = Vec::new();
    pairs.try_reserve_exact(SAMPLE as usize)?;
    scratch.choose(sample);
    scratch.score_chosen_parts(vectors, query, part);
    pairs.extend(scratch.scored().map(|(_, part)| (part, 0.0)));
    scratch.score_chosen_ahead(vectors, query);
    pairs.iter_mut().zip(scratch.scored()).for_each(|(pair, (_, distance))| pair.1 = distance);
    Ok(Line::through(&pairs))
}

struct Sieve<'a> {
    part: &'a Part,
    line: Line,
    /// The rows that the parts have not ruled out, or have not been asked about.
    slots: Vec<u32>,
    /// The rows compared by parts, and how many of the rows the parts have not ruled out.
    tried: usize,
    passed: usize,
}

impl Sieve<'_> {
    /// Takes the next rows that may be nearer than `farthest`: about a block of rows, fewer at the
    /// end. `None` rules out no row.
    #[inline(never)]
    fn fill(
        &mut self,
        vectors: &Vectors,
        query: &Query,
        wanted: &mut impl Iterator<Item = u32>,
        farthest: Option<f32>,
        scratch: &mut Scratch,
    ) {
        self.slots.clear();
        let in_vain = self.tried >= TRIAL && 4 * self.passed > 3 * self.tried;
        let Some(farthest) = farthest.filter(|_| !in_vain) else {
            return self.slots.extend(wanted.take(SCAN_BLOCK));
        };
        let bound = self.line.bound(farthest);
        while self.slots.len() < SCAN_BLOCK {
            scratch.choose(wanted.by_ref().take(SCAN_BLOCK));
            scratch.score_chosen_parts(vectors, query, self.part);
            let mut tried = 0;
            for (slot, part) in scratch.scored() {
                tried += 1;
                if part <= bound {
                    self.slots.push(slot);
                }
            }
            self.tried += tried;
            if tried == 0 {
                break;
            }
        }
        self.passed += self.slots.len();
    }
}

/// How the parts of rows at one distance are distributed: the mean, which depends on the distance
/// in a straight line, and the root mean square error. Least squares find the line. Learnt from
/// rows whatever their parts, since a choice by parts would change the line.
///
/// The prediction of distances by parts would be wrong for a few rows that are far nearer than all
/// others: the line would take these rows for rows of the crowd.
struct Line {
    slope: f64,
    constant: f64,
    error: f64,
}

impl Line {
    /// A line through pairs of a part and a distance.
    fn through(pairs: &[(f32, f32)]) -> Self {
        let mean = |term: &dyn Fn(f64, f64) -> f64| {
            let sum: f64 = pairs.iter().map(|&(part, distance)| term(part.into(), distance.into())).sum();
            sum / pairs.len() as f64
        };
        let (part, distance) = (mean(&|part, _| part), mean(&|_, distance| distance));
        let parts = mean(&|other, _| (other - part) * (other - part));
        let spread = mean(&|_, other| (other - distance) * (other - distance));
        let both = mean(&|one, other| (one - part) * (other - distance));
        let slope = both / spread;
        Self { slope, constant: part - slope * distance, error: (parts - slope * both).max(0.0).sqrt() }
    }

    /// The part beyond which a row is farther than `farthest`, as far as parts can tell. Infinite
    /// if parts do not tell anything.
    fn bound(&self, farthest: f32) -> f32 {
        let bound = self.constant + self.slope * f64::from(farthest) + CERTAINTY * self.error;
        if self.slope > 0.0 { bound as f32 } else { f32::INFINITY }
    }
}

#[cfg(test)]
mod tests {
    use super::{CERTAINTY, Line};

    #[test]
    fn a_bound_is_the_mean_part_at_the_distance_and_some_errors() {
        // Parts of half the distance, with errors of 3 in both directions.
        let pair = |at: u16| (1_000.0 + 0.5 * f32::from(at) + if at % 4 < 2 { 3.0 } else { -3.0 }, at.into());
        let bound = Line::through(&(0..400).map(pair).collect::<Vec<_>>()).bound(100.0);
        let expected = 1_050.0 + CERTAINTY as f32 * 3.0;
        assert!((bound - expected).abs() < 0.1, "{bound}, not {expected}");
    }

    #[test]
    fn parts_that_tell_nothing_rule_out_nothing() {
        for pairs in
            [&[][..], &[(1.0, 2.0)], &[(1.0, 2.0), (1.0, 9.0)], &[(1.0, 5.0), (2.0, 5.0)], &[(1.0, 5.0), (2.0, 3.0)]]
        {
            assert_eq!(Line::through(pairs).bound(4.0), f32::INFINITY, "{pairs:?}");
        }
    }
}
