//! Searching: by the graph, or by a scan if a scan costs less.

use super::Index;
use crate::hnsw::Scratch;
use crate::vectors::Query;
use crate::{Error, Hit, flat};

/// How a search goes about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// The graph, or a scan where that is cheaper.
    #[default]
    Auto,
    /// A scan of every visible row: exact.
    Exact,
    /// The graph, also where a scan is cheaper: for measuring it.
    Graph,
}

/// Distance evaluations of a graph search for each unit of `ef`, about; where a scan needs fewer,
/// it is cheaper.
const EVALUATIONS_PER_EF: u64 = 12;

impl Index {
    /// The `k` visible rows nearest to the query, nearest first; all, where there are fewer. Copies
    /// of one vector come in order of slot.
    ///
    /// `ef` is how many candidates the graph search keeps (at least `k` are): more find more of the
    /// true neighbours, in proportionally more time. Where removed or hidden rows crowd the query,
    /// a scan takes over. A search changes nothing but the scratch.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::NotFinite`], [`Error::ZeroVector`],
    /// [`Error::TooLarge`], [`Error::OutOfMemory`]. Where rows are missing that would rank the
    /// answer, [`Error::Partial`]: [`Scratch::needed`] says which to bring before the next try.
    pub fn search<'a>(
        &self,
        scratch: &'a mut Scratch,
        query: &[f32],
        k: usize,
        ef: usize,
        mode: Mode,
    ) -> Result<&'a [Hit], Error> {
        let mut prepared = std::mem::take(&mut scratch.query);
        scratch.needed.clear();
        let k = k.min(self.visible_count as usize);
        let ef = ef.clamp(k, (self.visible_count as usize).max(k));
        let searched = self.vectors.prepare(query, &mut prepared).and_then(|()| {
            let by_graph = match mode {
                Mode::Auto => {
                    !self.scan_is_cheaper(ef) && self.walk(&prepared, ef, self.visible_count.into(), scratch)?
                }
                Mode::Graph => self.walk(&prepared, ef, u64::MAX / 2, scratch)?,
                Mode::Exact => false,
            };
            if by_graph {
                scratch.rerank(&self.vectors, &prepared, k)
            } else if !self.is_whole() {
                Err(Error::Partial)
            } else {
                flat::search(&self.vectors, &prepared, k, &self.visible, scratch)
            }
        });
        scratch.query = prepared;
        searched?;
        let metric = self.vectors.metric();
        scratch.hits.clear();
        scratch.hits.try_reserve(k)?;
        let nearest = scratch.pool.nearest().take(k);
        scratch.hits.extend(nearest.map(|(slot, distance)| Hit { slot, distance: metric.distance(distance) }));
        Ok(&scratch.hits)
    }

    /// Fills the pool by the graph and from the rows that are not in it yet. False if the graph's
    /// search has been given up.
    fn walk(&self, query: &Query, ef: usize, patience: u64, scratch: &mut Scratch) -> Result<bool, Error> {
        scratch.begin(ef, self.slots)?;
        let finished = self.graph.search(&self.vectors, query, &self.visible, patience, None, scratch);
        if finished {
            // Last, since the walk would expand what it finds in the pool, and these have no links.
            let unlinked = self.unlinked.iter().copied().filter(|&slot| self.visible.contains(slot));
            scratch.visit(&self.vectors, query, unlinked, &self.visible);
        }
        Ok(finished)
    }

    /// Whether scanning the visible rows costs less than walking the graph, which meets hidden and
    /// removed rows as well.
    fn scan_is_cheaper(&self, ef: usize) -> bool {
        let visible = u64::from(self.visible_count);
        let walked = u64::from(self.slots) - self.free.len() as u64;
        visible <= u64::from(self.options.exact_threshold)
            || visible * visible <= ef as u64 * EVALUATIONS_PER_EF * walked
    }
}
