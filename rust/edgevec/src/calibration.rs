//! How wide a search must be for a given recall, learnt from the rows themselves.
//!
//! A seeded sample of rows is searched for, each as if it were not there: it is left out of the walk and of the truth, which an exact scan
//! gives. A row left out is as hard to search for as a query that never was a row (within 0.01 of recall on books-384, books-768
//! and clustered data, at k 1, 10 and 100; a little harder, since its neighbours chose their links with it in place), where a row with
//! noise added is far easier: its own links lead to what it looks for.

use std::collections::BinaryHeap;
use std::ops::Range;

use crate::Error;
use crate::bitset::Bitset;
use crate::flat::keep;
use crate::hnsw::{Graph, Scratch};
use crate::key::{Key, key, slot_of};
use crate::rng::hash;
use crate::snapshot::{List, SavedTable};
use crate::vectors::{Query, Vectors};

/// Rows searched for. The more, the surer, and the longer it takes: about one part in a hundred of building the graph.
const SAMPLE: usize = 80;
/// The widths tried, and the numbers of neighbours counted at each.
const EFS: [usize; 6] = [10, 20, 40, 100, 200, 400];
const KS: [usize; 3] = [1, 10, 100];
/// Rows scanned in a step: what stays in a core's own cache while every row of the sample is compared with it.
const BLOCK: u32 = 2048;
/// Rows kept of the scan, whose estimates may be off, to find the nearest hundred among.
const CANDIDATES: usize = 300;
/// The widest search that is ever asked for.
const MOST_EF: f64 = 4096.0;
/// With rows, the width that a recall takes grows about so: 38, 52 and 61 for 0.95 at 20,000, 50,000 and 100,000 rows of books-768.
const GROWTH: f64 = 0.3;
/// A calibration is out of date when there are this many times its rows.
const OUTGROWN: u32 = 2;

/// What recall searches reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    rows: u32,
    /// For each of `KS`, at each of `EFS`.
    recalls: [[f64; EFS.len()]; KS.len()],
}

impl Default for Table {
    /// Measured on 50,000 rows of books-768: until an index knows better, and not many rows differ much from it.
    fn default() -> Self {
        Self {
            rows: 50_000,
            recalls: [
                [0.744, 0.861, 0.942, 0.983, 0.996, 0.999],
                [0.701, 0.823, 0.915, 0.978, 0.994, 0.998],
                [0.0, 0.0, 0.0, 0.910, 0.972, 0.992],
            ],
        }
    }
}

impl Table {
    pub(crate) fn rows(&self) -> u32 {
        self.rows
    }

    pub(crate) fn saved(&self) -> SavedTable<'_> {
        SavedTable { rows: self.rows, recalls: List::of(self.recalls.as_flattened()) }
    }

    /// None where what was saved are no recalls.
    pub(crate) fn from_saved(saved: &SavedTable<'_>) -> Option<Self> {
        let mut table = Self { rows: saved.rows, ..Self::default() };
        let recalls = table.recalls.as_flattened_mut();
        let sound = saved.recalls.copy_to(recalls) && recalls.iter().all(|recall| (0.0..=1.0).contains(recall));
        sound.then_some(table)
    }

    /// Whether so many rows want another table.
    pub(crate) fn is_outgrown(&self, rows: u32) -> bool {
        rows >= self.rows.saturating_mul(OUTGROWN)
    }

    /// The width of a search for `k` of `rows` rows that reaches a recall.
    pub(crate) fn ef(&self, k: usize, recall: f64, rows: u32) -> usize {
        let widths = std::array::from_fn::<f64, { KS.len() }, _>(|at| self.log_ef(at, recall));
        let log_k = (k.max(1) as f64).ln();
        // Between the measured k along a line of logarithms; beyond the last, in proportion to k.
        let at = KS.iter().rposition(|&known| known <= k.max(1)).unwrap_or(0);
        let log_ef = match (KS.get(at), KS.get(at + 1)) {
            (Some(&low), Some(&high)) => {
                let (low, high) = ((low as f64).ln(), (high as f64).ln());
                widths[at] + (widths[at + 1] - widths[at]) * (log_k - low) / (high - low)
            }
            _ => widths[KS.len() - 1] + log_k - (KS[KS.len() - 1] as f64).ln(),
        };
        let growth = (f64::from(rows) / f64::from(self.rows.max(1))).max(1.0).ln() * GROWTH;
        ((log_ef + growth).exp() - 1e-6).ceil().clamp(1.0, MOST_EF.max(k as f64)) as usize
    }

    /// The logarithm of the width for the `at`-th of `KS`: misses fall about as a power of the width, so along lines of logarithms.
    fn log_ef(&self, at: usize, recall: f64) -> f64 {
        let misses = |recall: f64| (1.0 - recall).max(1e-4).ln();
        let points = EFS.iter().zip(&self.recalls[at]).filter(|&(&ef, _)| ef >= KS[at]);
        // Wider is never worse; what says so is chance.
        let mut best = 0.0f64;
        let points: Vec<(f64, f64)> = points
            .map(|(&ef, &recall)| {
                best = best.max(recall);
                ((ef as f64).ln(), misses(best))
            })
            .collect();
        let wanted = misses(recall);
        let right = points.iter().position(|&(_, misses)| misses <= wanted).unwrap_or(points.len() - 1).max(1);
        if points[0].1 <= wanted {
            // Less than the first width cannot be told, and for most k there is no less.
            return points[0].0;
        }
        let ((x0, y0), (x1, y1)) = (points[right - 1], points[right]);
        // Where the last widths gained nothing, more of the same will not either: far beyond is as far as it goes.
        let slope = (y1 - y0) / (x1 - x0);
        let x = if slope < -0.05 { x1 + (wanted - y1) / slope } else { MOST_EF.ln() };
        x.min(MOST_EF.ln())
    }
}

/// A calibration under way, in small steps.
pub(crate) struct Calibration {
    rows: u32,
    slots: u32,
    sample: Vec<Left>,
    /// True neighbours found, for each of `KS` at each of `EFS`.
    hits: [[u32; EFS.len()]; KS.len()],
    step: u32,
    scratch: Scratch,
}

/// A row left out, and the nearest of the others.
struct Left {
    slot: u32,
    query: Query,
    candidates: BinaryHeap<Key>,
    truth: Vec<u32>,
}

/// What a calibration looks at.
pub(crate) struct Site<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) vectors: &'a Vectors,
    pub(crate) visible: &'a Bitset,
    pub(crate) slots: u32,
}

impl Calibration {
    /// For an index of `rows` visible rows.
    pub(crate) fn new(site: &Site<'_>, rows: u32, seed: u32) -> Self {
        let mut drawn: Vec<u32> = Vec::with_capacity(SAMPLE);
        for draw in 0..8 * SAMPLE as u64 {
            let slot = (hash(!u64::from(seed), draw) % u64::from(site.slots.max(1))) as u32;
            // The entry point is where every walk begins: it cannot be left out.
            let usable = site.visible.contains(slot) && site.graph.contains(slot) && site.graph.entry() != Some(slot);
            if usable && !drawn.contains(&slot) && drawn.len() < SAMPLE {
                drawn.push(slot);
            }
        }
        let sample = drawn.into_iter().map(|slot| {
            let mut query = Query::default();
            site.vectors.prepare_stored(slot, &mut query);
            Left { slot, query, candidates: BinaryHeap::new(), truth: Vec::new() }
        });
        Self {
            rows,
            slots: site.slots,
            sample: sample.collect(),
            hits: Default::default(),
            step: 0,
            scratch: Scratch::default(),
        }
    }

    /// Steps left.
    pub(crate) fn left(&self) -> u32 {
        (self.rounds() * self.sample.len() as u32).saturating_sub(self.step)
    }

    /// Each a step for every row of the sample: the blocks of the scan, what it found ranked, and the searches.
    fn rounds(&self) -> u32 {
        self.blocks() + 1 + EFS.len() as u32
    }

    fn blocks(&self) -> u32 {
        self.slots.div_ceil(BLOCK)
    }

    /// One step. The table, once it is complete.
    pub(crate) fn step(&mut self, site: &Site<'_>) -> Result<Option<Table>, Error> {
        let sample = self.sample.len() as u32;
        if self.left() > 0 {
            let (round, blocks, at) = (self.step / sample, self.blocks(), (self.step % sample) as usize);
            if round < blocks {
                self.sample[at].scan(site, &mut self.scratch, round * BLOCK..((round + 1) * BLOCK).min(self.slots));
            } else if round == blocks {
                self.sample[at].rank(site, &mut self.scratch);
            } else {
                self.search(site, at, (round - blocks - 1) as usize)?;
            }
            self.step += 1;
        }
        Ok((self.left() == 0).then(|| self.table()))
    }

    fn search(&mut self, site: &Site<'_>, at: usize, width: usize) -> Result<(), Error> {
        let Left { slot, query, truth, .. } = &self.sample[at];
        let (Site { graph, vectors, visible, slots }, scratch) = (site, &mut self.scratch);
        let (ef, most) = (EFS[width], KS[KS.len() - 1]);
        scratch.begin(ef, *slots)?;
        graph.search(vectors, query, visible, u64::MAX / 2, Some(*slot), scratch);
        scratch.rerank(vectors, query, ef.min(most))?;
        for (hits, &k) in self.hits.iter_mut().zip(&KS) {
            let wanted = &truth[..k.min(truth.len())];
            let found = scratch.pool.nearest().take(k);
            hits[width] += found.filter(|(slot, _)| wanted.contains(slot)).count() as u32;
        }
        Ok(())
    }

    fn table(&self) -> Table {
        let mut recalls = [[0.0; EFS.len()]; KS.len()];
        for (at, &k) in KS.iter().enumerate() {
            let wanted: usize = self.sample.iter().map(|left| left.truth.len().min(k)).sum();
            recalls[at] = self.hits[at].map(|hits| f64::from(hits) / wanted.max(1) as f64);
        }
        Table { rows: self.rows, recalls }
    }
}

impl Left {
    fn scan(&mut self, site: &Site<'_>, scratch: &mut Scratch, block: Range<u32>) {
        let others = block.filter(|&slot| slot != self.slot && site.visible.contains(slot));
        scratch.score(site.vectors, &self.query, others);
        for (slot, distance) in scratch.scored() {
            keep(&mut self.candidates, CANDIDATES, key(distance, slot));
        }
    }

    /// By their exact distances, the nearest of what the scan has found.
    fn rank(&mut self, site: &Site<'_>, scratch: &mut Scratch) {
        let candidates = std::mem::take(&mut self.candidates);
        scratch.score_exactly(site.vectors, &self.query, candidates.iter().map(|&key| slot_of(key)));
        let keys: BinaryHeap<Key> = scratch.scored().map(|(slot, distance)| key(distance, slot)).collect();
        let keys = keys.into_sorted_vec();
        self.truth.extend(keys.iter().take(KS[KS.len() - 1]).map(|&key| slot_of(key)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            rows: 1_000,
            recalls: [
                [0.8, 0.9, 0.95, 0.98, 0.99, 0.999],
                [0.5, 0.75, 0.875, 0.95, 0.94, 0.99],
                [0.0, 0.0, 0.0, 0.9, 0.95, 0.975],
            ],
        }
    }

    #[test]
    fn a_measured_recall_takes_the_measured_width() {
        let table = table();
        for (k, recall, ef) in [(1, 0.9, 20), (1, 0.99, 200), (10, 0.75, 20), (10, 0.95, 100), (100, 0.9, 100)] {
            assert_eq!(table.ef(k, recall, 1_000), ef, "k {k}, recall {recall}");
        }
    }

    #[test]
    fn more_recall_more_rows_and_more_neighbours_take_no_less() {
        let (table, usual) = (table(), Table::default());
        for table in [&table, &usual] {
            let mut last = 0;
            for k in [1, 2, 10, 40, 100, 1_000] {
                let widths = [0.1, 0.8, 0.9, 0.95, 0.99, 0.999, 0.999_999].map(|recall| table.ef(k, recall, 100_000));
                assert!(widths.is_sorted(), "{widths:?}");
                assert!(widths[3] >= last && widths[3] >= table.ef(k, 0.95, 1_000), "{k}: {widths:?}");
                last = widths[3];
            }
        }
    }

    #[test]
    fn a_recall_that_no_width_reached_takes_the_widest_search_and_no_wider() {
        let flat = Table { rows: 10, recalls: [[0.7; EFS.len()]; KS.len()] };
        assert_eq!(flat.ef(10, 0.9, 10), MOST_EF as usize);
        assert_eq!(flat.ef(10_000, 0.9, 10), 10_000);
        assert_eq!(flat.ef(10, 0.6, 10), 10);
    }
}
