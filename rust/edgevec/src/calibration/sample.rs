//! Rows that a calibration searches for, and the true neighbours of each row.

use std::collections::BinaryHeap;
use std::ops::Range;

use super::table::KS;
use super::view::IndexView;
use crate::Error;
use crate::flat::keep;
use crate::hnsw::Scratch;
use crate::key::{Key, distance_of, key, slot_of};
use crate::rng::hash;
use crate::vectors::{Judged, Query};

/// Rows the scan keeps. Their estimates may be off, and the nearest hundred must be among these
/// rows. The second number holds if estimates say little.
const CANDIDATES: (usize, usize) = (300, 3_000);
/// Rows drawn by chance to compare estimates on, beside the nearest rows.
const OTHERS: usize = 8;
/// Numbers compared in a step of the scan, about: some tenths of a millisecond.
const SCANNED: usize = 4 << 20;
/// Rows scanned in a step. The cache of a core holds these rows while the step compares every row
/// of the sample with these rows.
const BLOCK: (usize, usize) = (8, 64);
/// Numbers of rows compared exactly in a step, about; few bits must be decoded first.
const RANKED: usize = 256 << 10;

/// A row held out of the walk and of the truth, and the nearest other rows.
pub(super) struct HeldOut {
    pub(super) slot: u32,
    pub(super) query: Query,
    candidates: BinaryHeap<Key>,
    /// The exact distances of the first candidates, in the order of the candidates.
    exact: Vec<f32>,
    pub(super) truth: Vec<Key>,
}

/// Seeded rows that count and are not in `taken`: `count` rows, or fewer if the graph has fewer.
pub(super) fn draw(view: &IndexView<'_>, seed: u32, count: usize, taken: &[u32]) -> Result<Vec<u32>, Error> {
    let slots = u64::from(view.graph.nodes.end().max(1));
    let tries = 64 * (count + taken.len()) as u64;
    let mut drawn: Vec<u32> = Vec::new();
    drawn.try_reserve_exact(count)?;
    for draw in 0..tries {
        let slot = (hash(!u64::from(seed), draw) % slots) as u32;
        if drawn.len() < count && view.counts(slot) && !drawn.contains(&slot) && !taken.contains(&slot) {
            drawn.push(slot);
        }
    }
    if drawn.len() < count {
        // Few slots count.
        let all = || view.graph.nodes.iter().filter(|&slot| view.alive.contains(slot) && !taken.contains(&slot));
        let mut rest: Vec<u32> = Vec::new();
        rest.try_reserve_exact(all().count())?;
        rest.extend(all());
        let mut draws = (0..tries).map(|draw| hash(u64::from(seed), draw));
        while let Some(draw) = draws.next().filter(|_| drawn.len() < count.min(rest.len())) {
            let slot = rest[(draw % rest.len() as u64) as usize];
            if !drawn.contains(&slot) {
                drawn.push(slot);
            }
        }
    }
    Ok(drawn)
}

impl HeldOut {
    /// `unsure` if estimates are known to say little.
    pub(super) fn new(view: &IndexView<'_>, slot: u32, unsure: bool) -> Result<Self, Error> {
        let mut query = Query::default();
        view.vectors.reserve_query(&mut query)?;
        view.vectors.prepare_stored(slot, &mut query);
        let most = if unsure { CANDIDATES.1 } else { CANDIDATES.0 };
        let mut row = Self { slot, query, candidates: BinaryHeap::new(), exact: Vec::new(), truth: Vec::new() };
        row.candidates.try_reserve_exact(most)?;
        Ok(row)
    }

    /// Compares some of the candidates exactly; false if some are left.
    pub(super) fn rank(&mut self, view: &IndexView<'_>, scratch: &mut Scratch) -> Result<bool, Error> {
        let Self { query, candidates, exact, truth, .. } = self;
        exact.try_reserve_exact(candidates.len() - exact.len())?;
        let some = candidates.iter().skip(exact.len()).take((RANKED / view.vectors.dimensions()).max(1));
        scratch.score_exactly(view.vectors, query, some.map(|&key| slot_of(key)));
        exact.extend(scratch.scored().map(|(_, exact)| exact));
        if exact.len() < candidates.len() {
            return Ok(false);
        }
        let mut keys: Vec<Key> = Vec::new();
        keys.try_reserve_exact(candidates.len())?;
        keys.extend(candidates.iter().zip(&*exact).map(|(&other, &exact)| key(exact, slot_of(other))));
        let keys = BinaryHeap::from(keys).into_sorted_vec();
        let nearest = &keys[..keys.len().min(KS[KS.len() - 1])];
        truth.try_reserve_exact(nearest.len())?;
        truth.extend_from_slice(nearest);
        Ok(true)
    }

    /// Tells `judged` how far estimates are off, from the ranked candidates and from rows drawn by
    /// chance. Forgets the candidates.
    pub(super) fn judge(&mut self, view: &IndexView<'_>, others: &[u32], judged: &mut Judged, scratch: &mut Scratch) {
        let (candidates, exact) = (std::mem::take(&mut self.candidates), std::mem::take(&mut self.exact));
        let Some((base, unit)) = view.vectors.error_unit(&self.query) else { return };
        let estimates = candidates.iter().map(|&key| distance_of(key) + base);
        let rows: Vec<_> = exact.into_iter().zip(estimates).collect();
        judged.add(&rows, unit);
        scratch.choose(others.iter().copied());
        scratch.score_chosen(view.vectors, &self.query);
        let estimates: Vec<f32> = scratch.scored().map(|(_, estimate)| estimate + base).collect();
        scratch.score_exactly(view.vectors, &self.query, others.iter().copied());
        judged.add_any(scratch.scored().map(|(_, exact)| exact).zip(estimates), unit);
    }
}

/// Rows of a sample after this row, in place of rows drawn by chance.
pub(super) fn others(sample: &[HeldOut], at: usize) -> Vec<u32> {
    sample.iter().map(|row| row.slot).cycle().skip(at + 1).take(OTHERS).collect()
}

/// Rows scanned in a step for this many rows of a sample.
pub(super) fn block(dimensions: usize, sample: usize) -> u32 {
    (SCANNED / (dimensions * sample.max(1))).clamp(BLOCK.0, BLOCK.1) as u32
}

/// Compares a block of slots with every row of the sample.
pub(super) fn scan(
    view: &IndexView<'_>,
    sample: &mut [HeldOut],
    block: Range<u32>,
    unsure: bool,
    scratch: &mut Scratch,
) {
    let most = if unsure { CANDIDATES.1 } else { CANDIDATES.0 };
    scratch.choose(block.filter(|&slot| view.counts(slot)));
    for HeldOut { slot: held_out, query, candidates, .. } in sample {
        scratch.score_chosen(view.vectors, query);
        for (slot, distance) in scratch.scored().filter(|&(slot, _)| slot != *held_out) {
            keep(candidates, most, key(distance, slot));
        }
    }
}
