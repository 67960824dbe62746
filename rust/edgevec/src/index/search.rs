//! Searching: by the graph, or by a scan if a scan costs less.

use super::Index;
use crate::bitset::Bitset;
use crate::flat::{self, By};
use crate::hnsw::Scratch;
use crate::vectors::Query;
use crate::{Error, Hit, Mode, Strategy};

/// About how many distance evaluations a graph search makes for each unit of `ef`. A scan is
/// cheaper if the scan needs fewer evaluations.
const EVALUATIONS_PER_EF: u64 = 12;

/// Rows without links that are scored at once.
const UNLINKED_BATCH: usize = 64;

impl Index {
    /// The `k` visible rows nearest to the query, nearest first, or all visible rows if there are
    /// fewer than `k`. Copies of a vector come in the order of their slots.
    ///
    /// `ef` is the number of candidates that the graph search keeps, and at least `k`. More
    /// candidates find more of the true neighbours, in proportionally more time. If removed or
    /// hidden rows crowd around the query, a scan takes over. A search changes only the scratch.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::NotFinite`], [`Error::ZeroVector`],
    /// [`Error::TooLarge`], [`Error::OutOfMemory`]. [`Error::Partial`] if missing rows would rank
    /// the answer: [`Scratch::needed`] names the chunks to load before the next try.
    pub fn search<'a>(
        &self,
        scratch: &'a mut Scratch,
        query: &[f32],
        k: usize,
        ef: usize,
        mode: Mode,
    ) -> Result<&'a [Hit], Error> {
        let k = k.min(self.visible_count as usize);
        let ef = ef.clamp(k, (self.visible_count as usize).max(k));
        let prepared = self.prepare(query, scratch)?;
        let found = self.find(&prepared, k, ef, mode, scratch);
        scratch.query = prepared;
        found?;
        self.hits(k, scratch)
    }

    /// Begins a search: checks the query and lays the query out.
    #[inline(never)]
    pub(super) fn prepare(&self, query: &[f32], scratch: &mut Scratch) -> Result<Query, Error> {
        scratch.needed.clear();
        self.vectors.prepare(query, &mut scratch.query)?;
        Ok(std::mem::take(&mut scratch.query))
    }

    /// Ends a search: makes hits of the `k` nearest rows of the pool.
    #[inline(never)]
    pub(super) fn hits<'a>(&self, k: usize, scratch: &'a mut Scratch) -> Result<&'a [Hit], Error> {
        let metric = self.vectors.metric();
        scratch.hits.clear();
        scratch.hits.try_reserve(k)?;
        let nearest = scratch.pool.nearest().take(k);
        scratch.hits.extend(nearest.map(|(slot, distance)| Hit { slot, distance: metric.distance(distance) }));
        Ok(&scratch.hits)
    }

    /// Fills the scratch's pool with the `k` nearest visible rows.
    fn find(&self, query: &Query, k: usize, ef: usize, mode: Mode, scratch: &mut Scratch) -> Result<(), Error> {
        let by_graph = match mode {
            Mode::Auto => !self.scan_is_cheaper(ef) && self.walk(query, ef, self.visible_count.into(), scratch)?,
            Mode::Graph => self.walk(query, ef, u64::MAX / 2, scratch)?,
            Mode::Exact => false,
        };
        if by_graph {
            scratch.strategy = Strategy::Walk;
            scratch.rerank(&self.vectors, query, k)
        } else if !self.is_whole() {
            Err(Error::Partial)
        } else {
            scratch.strategy = Strategy::Scan;
            flat::search(&self.vectors, query, k, &self.visible, By::Rows, scratch)
        }
    }

    /// Fills the pool by the graph, and from the rows that wait for their links. Returns false if
    /// the search of the graph has been given up.
    fn walk(&self, query: &Query, ef: usize, patience: u64, scratch: &mut Scratch) -> Result<bool, Error> {
        scratch.begin(ef, self.slots)?;
        let finished = self.graph.search(&self.vectors, query, &self.visible, patience, None, scratch);
        if finished {
            self.visit_unlinked(query, &self.visible, scratch);
        }
        Ok(finished)
    }

    /// Pools the rows of `counts` that wait for their links. After a walk, since the walk would
    /// expand the rows in the pool, and unlinked rows have no links.
    #[inline(never)]
    pub(super) fn visit_unlinked(&self, query: &Query, counts: &Bitset, scratch: &mut Scratch) {
        let mut unlinked = self.unlinked.iter().filter(|&slot| counts.contains(slot)).peekable();
        // In batches, since any number of rows may wait and the scratch has room for a batch.
        while unlinked.peek().is_some() {
            scratch.visit(&self.vectors, query, unlinked.by_ref().take(UNLINKED_BATCH), counts);
        }
    }

    /// Whether a scan of the visible rows costs less than a walk through the graph. The walk also
    /// meets hidden and removed rows.
    fn scan_is_cheaper(&self, ef: usize) -> bool {
        let visible = u64::from(self.visible_count);
        let walked = u64::from(self.slots) - self.free.len() as u64;
        visible <= u64::from(self.options.exact_threshold)
            || visible * visible <= ef as u64 * EVALUATIONS_PER_EF * walked
    }
}
