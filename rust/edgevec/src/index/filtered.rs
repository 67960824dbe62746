//! Searching among the rows that a filter allows: by a walk, or by a scan of the allowed rows,
//! whichever costs less.

use super::Index;
use crate::bitset::Bitset;
use crate::flat::{self, By};
use crate::hnsw::Scratch;
use crate::key::distance_of;
use crate::sift::{bound, sift};
use crate::sketch::Sketches;
use crate::vectors::Query;
use crate::{Error, Hit, Mode, Strategy};

/// About how many distance evaluations a walk makes for each node that the walk expands.
const EVALUATIONS_A_NODE: f32 = 20.0;
/// The costs of a row of a scan, and of a distance evaluation of a walk: a number for the row, and
/// a number for each 64 bytes that the engine reads of the row. A walk waits for each row. A scan
/// reads rows in the order of memory, and waits for the width of memory.
const SCANNED_ROW: u64 = 15;
const SCANNED_LINE: u64 = 13;
const EVALUATED_ROW: u64 = 150;
const EVALUATED_LINE: u64 = 5;
/// The cost of a row of a scan by sketches: a number for the row, and a number by the square of the
/// share of rows that the filter bars, since a scan of scattered rows waits for memory. A scan also
/// evaluates the distances of some rows: a number for each scan, and a number for the root of the
/// rows that pass near a row. Fitted to scans of 5,000 to 90,000 of 100,000 rows.
const SKETCHED_ROW: f32 = 14.0;
const SCATTERED_ROW: f32 = 25.0;
const SIFTED: u64 = 200;
const SIFTED_A_ROOT: f32 = 90.0;
/// A scan by sketches pays from this many rows on, for each row that a scan keeps.
const SKETCHED_A_KEPT: usize = 4;
/// A walk asks after this many evaluations whether a scan would be cheaper.
const STEP: u64 = 256;
/// About how many evaluations are still to come for each barred node that waits near the query. If
/// the walk has met less than half of the allowed rows expected, the filter bars the rows near the
/// query, and the way through the barred nodes is long. docs/engine.md has the measurement.
const EVALUATIONS_A_PENDING: u64 = 16;
const EVALUATIONS_A_PENDING_OF_MANY: u64 = 32;
/// A walk keeps this many times `ef` allowed rows, for walks that a filter makes wider.
const ROOM: usize = 2;
/// The number of rows that a scan by estimates keeps for the exact ranking: a number for each hit,
/// and some more. If exact distances cannot rule out the rows behind these rows, a second scan
/// keeps all rows that may be among the nearest.
const KEPT_A_HIT: usize = 4;
const KEPT: usize = 40;

impl Index {
    /// As [`search`](Self::search), among the visible rows that `allow` has. Slot `s` is bit
    /// `s % 32` of word `s / 32`. A slot beyond the last word is not allowed. Bits of slots that
    /// hold no visible row are ignored. The search finds `k` rows, or all allowed rows if there are
    /// fewer than `k`.
    ///
    /// `ef` is the width that a search without a filter would have. The engine makes the walk as
    /// wide as the filter demands. It scans the allowed rows if a scan costs less, and gives up a
    /// walk that proves to cost more than the scan. [`Scratch::strategy`] tells which way the
    /// search took.
    ///
    /// # Errors
    /// As [`search`](Self::search).
    pub fn search_allowed<'a>(
        &self,
        scratch: &'a mut Scratch,
        query: &[f32],
        k: usize,
        ef: usize,
        mode: Mode,
        allow: &[u32],
    ) -> Result<&'a [Hit], Error> {
        let mut rows = std::mem::take(&mut scratch.allowed);
        let count = rows.become_both(&self.visible, allow);
        let k = k.min(count.unwrap_or(0) as usize);
        let found = count.and_then(|count| {
            let prepared = self.prepare(query, scratch)?;
            // As wide as all rows: the walk then finds every row.
            let ef = ef.clamp(k, (self.visible_count as usize).max(k));
            let found = self.find_allowed(&prepared, k, ef, mode, &Allowed { rows: &rows, count }, scratch);
            scratch.query = prepared;
            found
        });
        scratch.allowed = rows;
        found?;
        self.hits(k, scratch)
    }

    /// Fills the scratch's pool with the `k` nearest allowed rows.
    fn find_allowed(
        &self,
        query: &Query,
        k: usize,
        ef: usize,
        mode: Mode,
        allowed: &Allowed<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), Error> {
        let budget = match mode {
            Mode::Auto => self.scan_cost(k, ef, allowed),
            Mode::Graph => Some(u64::MAX / 2),
            Mode::Exact => None,
        };
        if let Some(budget) = budget.filter(|_| k > 0) {
            scratch.strategy = Strategy::Walk;
            if self.walk_allowed(query, k, ef, budget, allowed, scratch)? {
                return scratch.rerank(&self.vectors, query, k);
            }
            scratch.strategy = Strategy::WalkThenScan;
        } else {
            scratch.strategy = Strategy::Scan;
        }
        if mode == Mode::Exact {
            self.scan_rows(query, k, allowed, scratch)
        } else {
            self.scan(query, k, allowed, scratch)
        }
    }

    /// The cost of a scan of the allowed rows, in distance evaluations of a walk. `None` if a walk
    /// is expected to cost more.
    fn scan_cost(&self, k: usize, ef: usize, allowed: &Allowed<'_>) -> Option<u64> {
        if self.graph.is_empty() || allowed.count <= self.options.exact_threshold {
            return None;
        }
        let lines = self.vectors.walked_bytes().div_ceil(64) as u64;
        let evaluated = EVALUATED_ROW + lines * EVALUATED_LINE;
        let scan_of = |rows: u64| rows * (SCANNED_ROW + lines * SCANNED_LINE) / evaluated;
        let rows = u64::from(allowed.count);
        let scan = match self.sketches(k, allowed).and_then(Sketches::passing) {
            Some(passing) => {
                let sifted = SIFTED_A_ROOT * (passing * rows as f32).sqrt();
                let barred = 1.0 - self.share(allowed).min(1.0);
                let sketched = rows as f32 * (SKETCHED_ROW + SCATTERED_ROW * barred * barred) / evaluated as f32;
                (sketched as u64 + SIFTED + sifted as u64).min(scan_of(rows))
            }
            None => scan_of(rows),
        };
        let nodes = ef as f32 / self.share(allowed).sqrt();
        let walk = (EVALUATIONS_A_NODE * nodes) as u64 + scan_of(self.unlinked.len() as u64);
        (walk <= scan).then_some(scan)
    }

    /// The sketches, if sketches make a scan of the allowed rows faster.
    fn sketches(&self, k: usize, allowed: &Allowed<'_>) -> Option<&Sketches> {
        let pays = allowed.count as usize / SKETCHED_A_KEPT >= kept(k);
        self.vectors.sketches().filter(|sketches| pays && sketches.passing().is_some())
    }

    /// The share of the rows that are allowed, among the rows that a walk may meet.
    fn share(&self, allowed: &Allowed<'_>) -> f32 {
        allowed.count as f32 / (self.slots as f32 - self.free.len() as f32).max(1.0)
    }

    /// Fills the pool as a search without a filter does. Returns false if the pool has fewer than
    /// `k` rows, or if the engine has given up the walk, because the walk would have cost more than
    /// `budget` evaluations.
    fn walk_allowed(
        &self,
        query: &Query,
        k: usize,
        ef: usize,
        budget: u64,
        allowed: &Allowed<'_>,
        scratch: &mut Scratch,
    ) -> Result<bool, Error> {
        let Self { graph, vectors, .. } = self;
        scratch.begin(ef.saturating_mul(ROOM).min(allowed.count as usize).max(k), self.slots)?;
        scratch.pool.narrow(k, ef, self.share(allowed));
        let start = scratch.evaluations();
        let mut finished = graph.search(vectors, query, allowed.rows, STEP, None, scratch);
        while !finished {
            let made = scratch.evaluations() - start;
            if made + self.evaluations_to_come(made, allowed, scratch) >= budget {
                return Ok(false);
            }
            let until = scratch.evaluations() + STEP;
            finished = graph.walk(vectors, query, 0, allowed.rows, until, scratch);
        }
        self.visit_unlinked(query, allowed.rows, scratch);
        Ok(scratch.pool.len() >= k)
    }

    /// About how many evaluations a walk still makes after the evaluations made.
    fn evaluations_to_come(&self, made: u64, allowed: &Allowed<'_>, scratch: &Scratch) -> u64 {
        let pool = &scratch.pool;
        // A full pool no longer tells how many allowed rows the walk has met.
        let are_few = pool.len() < pool.limit() && 2.0 * (pool.len() as f32) < self.share(allowed) * made as f32;
        let a_pending = if are_few { EVALUATIONS_A_PENDING_OF_MANY } else { EVALUATIONS_A_PENDING };
        pool.pending() as u64 * a_pending
    }

    /// Fills the pool by a scan of the allowed rows: by estimates first, if the index has codes.
    fn scan(&self, query: &Query, k: usize, allowed: &Allowed<'_>, scratch: &mut Scratch) -> Result<(), Error> {
        let Some((base, margin)) = self.vectors.estimate(query) else {
            return self.scan_rows(query, k, allowed, scratch);
        };
        if let Some(sketches) = self.sketches(k, allowed) {
            return self.scan_by_sketches(sketches, query, k, allowed, scratch);
        }
        let kept = kept(k);
        flat::search(&self.vectors, query, kept, allowed.rows, By::Estimates(f32::INFINITY), scratch)?;
        let last = scratch.pool.array().last().copied().filter(|_| scratch.pool.len() == kept);
        scratch.rerank(&self.vectors, query, k)?;
        let farthest = scratch.pool.nearest().last().map(|(_, distance)| distance + margin - base);
        if let (Some(last), Some(farthest)) = (last, farthest)
            && distance_of(last) <= farthest
        {
            let all = allowed.count as usize;
            flat::search(&self.vectors, query, all, allowed.rows, By::Estimates(farthest), scratch)?;
            scratch.rerank(&self.vectors, query, k)?;
        }
        Ok(())
    }

    /// Fills the pool by a scan of the sketches of the allowed rows. The scan reads the codes of
    /// the rows with the least bounds first. Exact distances of these rows tell how near a row must
    /// be to count. The scan then reads the codes of the rows with bounds within this distance.
    fn scan_by_sketches(
        &self,
        sketches: &Sketches,
        query: &Query,
        k: usize,
        allowed: &Allowed<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), Error> {
        let Self { vectors, .. } = self;
        let sketched = vectors.sketch(sketches, query);
        bound(sketches, &sketched, kept(k), allowed.rows, allowed.count, scratch)?;
        let last = scratch.pool.array().last().copied();
        scratch.estimate_pool(vectors, query);
        scratch.rerank(vectors, query, k)?;
        let farthest = scratch.pool.nearest().last().map(|(_, distance)| distance);
        let Some(((base, margin), (last, farthest))) = vectors.estimate(query).zip(last.zip(farthest)) else {
            return Ok(());
        };
        scratch.restore_estimated();
        sift(vectors, query, allowed.rows, last, farthest + margin - base, scratch)?;
        scratch.rerank(vectors, query, k)
    }

    /// Fills the pool by an exact scan of the allowed rows. A partial index needs the chunks of the
    /// allowed rows alone.
    fn scan_rows(&self, query: &Query, k: usize, allowed: &Allowed<'_>, scratch: &mut Scratch) -> Result<(), Error> {
        if !self.is_whole() {
            for chunk in allowed.rows.iter().filter_map(|slot| self.vectors.missing_chunk_of(slot)) {
                if scratch.needed.last() != Some(&chunk) {
                    scratch.needed.try_reserve(1)?;
                    scratch.needed.push(chunk);
                }
            }
            if !scratch.needed.is_empty() {
                return Err(Error::Partial);
            }
        }
        flat::search(&self.vectors, query, k, allowed.rows, By::Rows, scratch)
    }
}

/// The number of rows that a scan by estimates keeps for the `k` nearest.
fn kept(k: usize) -> usize {
    k.saturating_mul(KEPT_A_HIT).saturating_add(KEPT)
}

/// The visible rows that a filter allows.
struct Allowed<'a> {
    rows: &'a Bitset,
    count: u32,
}
