//! The memory of a walk, and how rows are scored and pooled on the way.

use std::collections::BinaryHeap;

use super::graph::NONE;
use super::pool::Pool;
use crate::bitset::Bitset;
use crate::kernels::BATCH;
use crate::key::{Key, distance_of, key, slot_of};
use crate::sketch::Bounds;
use crate::vectors::{Query, Vectors};
use crate::{Error, Hit, Strategy};

/// The memory of a search, for use by one search after another. Each thread needs a scratch of its
/// own; searches share nothing else.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) pool: Pool,
    visited: Bitset,
    /// A row that a walk goes through without counting the row, or `NONE`.
    pub(super) passed: u32,
    /// The nearest nodes of the levels above the walk, and all nodes scored there.
    pub(super) beam: Pool,
    pub(super) met_above: Vec<Key>,
    /// The slots scored last and their distances: the first `scored` of each array. The arrays
    /// never shrink.
    slots: Vec<u32>,
    distances: Vec<f32>,
    scored: usize,
    /// Slots met and not scored yet: the first `waiting_count`. None between two walks.
    waiting: Vec<u32>,
    waiting_count: usize,
    pub(super) evaluations: u64,
    /// The rows a walk has found, while exact distances rank these rows again.
    estimated: Vec<Key>,
    /// Chunks of rows that the last search missed.
    pub(crate) needed: Vec<u32>,
    pub(crate) query: Query,
    /// A row that is the query: the one being inserted, and the one others are compared with.
    pub(super) inserted: Query,
    row: Query,
    pub(super) selection: Selection,
    pub(crate) hits: Vec<Hit>,
    /// The rows that the last filtered search could return.
    pub(crate) allowed: Bitset,
    pub(crate) strategy: Strategy,
    /// For scans by sketches.
    pub(crate) bounds: Bounds,
}

/// The memory of a selection of links.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// The distances of the chosen rows.
    pub(super) distances: Vec<f32>,
    /// The places of candidates that may still be chosen.
    pub(super) open: Vec<usize>,
    /// For each candidate, the first chosen row that is nearer than the node, and the distance.
    pub(super) nearer: Vec<Option<(u32, f32)>>,
    pub(super) crowd: Vec<u32>,
}

impl Scratch {
    /// Distance evaluations made with this scratch so far.
    #[must_use]
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// How the last search came to its hits.
    #[must_use]
    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// The chunks of [`Section::Rows`](crate::snapshot::Section::Rows) that the last search needed
    /// and the index has not read back yet, each chunk once. If the search failed with
    /// [`Error::Partial`] and this list is empty, the search needs all chunks.
    #[must_use]
    pub fn needed(&self) -> &[u32] {
        &self.needed
    }

    /// Counts evaluations made with another scratch.
    #[cfg(feature = "rayon")]
    pub(crate) fn count(&mut self, evaluations: u64) {
        self.evaluations += evaluations;
    }

    /// Makes room for walks over slots below `slots`.
    pub(crate) fn reserve(&mut self, slots: u32) -> Result<(), Error> {
        self.visited.reserve(slots as usize)
    }

    /// Starts a walk over slots below `slots` that keeps the nearest `limit`.
    pub(crate) fn begin(&mut self, limit: usize, slots: u32) -> Result<(), Error> {
        self.visited.clear();
        self.reserve(slots)?;
        self.passed = NONE;
        self.pool.reset_spread(limit)
    }

    /// Scores slots. [`scored`](Self::scored) then has the slots and their distances.
    #[inline(always)]
    pub(crate) fn score(&mut self, vectors: &Vectors, query: &Query, slots: impl Iterator<Item = u32>) {
        self.slots.clear();
        self.slots.extend(slots);
        self.score_first(vectors, query, self.slots.len());
    }

    /// Chooses slots, for [`score_chosen`](Self::score_chosen) to score, any number of times.
    pub(crate) fn choose(&mut self, slots: impl Iterator<Item = u32>) {
        self.slots.clear();
        self.slots.extend(slots);
    }

    #[inline(never)]
    pub(crate) fn score_chosen(&mut self, vectors: &Vectors, query: &Query) {
        self.score_first(vectors, query, self.slots.len());
    }

    /// As [`score_chosen`](Self::score_chosen), for a scan: starts to bring all rows into the cache
    /// first.
    #[inline(never)]
    pub(crate) fn score_chosen_ahead(&mut self, vectors: &Vectors, query: &Query) {
        vectors.prefetch(&self.slots);
        self.score_chosen(vectors, query);
    }

    /// As [`score`](Self::score), by the most precise form kept.
    pub(crate) fn score_exactly(&mut self, vectors: &Vectors, query: &Query, slots: impl Iterator<Item = u32>) {
        self.slots.clear();
        self.slots.extend(slots);
        self.score_chosen_exactly(vectors, query);
    }

    /// As [`score_chosen`](Self::score_chosen), by the most precise form kept.
    #[inline(never)]
    pub(crate) fn score_chosen_exactly(&mut self, vectors: &Vectors, query: &Query) {
        self.make_room(self.slots.len());
        vectors.score_exactly(query, &self.slots, &mut self.distances[..self.scored]);
    }

    /// Scores the first `count` of `slots`.
    #[inline(always)]
    fn score_first(&mut self, vectors: &Vectors, query: &Query, count: usize) {
        self.make_room(count);
        vectors.score(query, &self.slots[..count], &mut self.distances[..count]);
    }

    #[inline(always)]
    fn make_room(&mut self, count: usize) {
        self.scored = count;
        self.evaluations += count as u64;
        if self.distances.len() < count {
            self.distances.resize(count, 0.0);
        }
    }

    /// The slots scored last, with their distances.
    #[inline(always)]
    pub(crate) fn scored(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.slots[..self.scored].iter().copied().zip(self.distances[..self.scored].iter().copied())
    }

    /// Scores every slot not met before in this walk, and pools the slot. The slot counts if
    /// `counts` has the slot.
    #[inline(always)]
    pub(crate) fn visit(
        &mut self,
        vectors: &Vectors,
        query: &Query,
        slots: impl Iterator<Item = u32>,
        counts: &Bitset,
    ) {
        let mut visited = std::mem::take(&mut self.visited);
        self.score(vectors, query, slots.filter(|&slot| visited.insert(slot)));
        self.visited = visited;
        self.pool_scored(counts);
    }

    /// Meets a row of links, and starts to bring the rows met into the cache. Then scores and pools
    /// the rows that the call before has met: memory had the time between to bring these rows. A
    /// call without links scores the last rows.
    #[inline(always)]
    pub(super) fn visit_links(&mut self, vectors: &Vectors, query: &Query, links: &[u32], counts: &Bitset) {
        // Without branches, because chance decides whether a link has been met.
        if self.slots.len() < links.len() {
            self.slots.resize(links.len(), 0);
        }
        let mut new = 0;
        for &link in links {
            if link == NONE {
                break;
            }
            self.slots[new] = link;
            new += usize::from(self.visited.insert(link));
        }
        vectors.prefetch(&self.slots[..new]);
        std::mem::swap(&mut self.slots, &mut self.waiting);
        let met_before = std::mem::replace(&mut self.waiting_count, new);
        self.score_first(vectors, query, met_before);
        self.pool_scored(counts);
    }

    /// Whether rows of links have been met and not been scored.
    #[inline(always)]
    pub(super) fn has_waiting(&self) -> bool {
        self.waiting_count > 0
    }

    #[inline(always)]
    fn pool_scored(&mut self, counts: &Bitset) {
        for (&slot, &distance) in self.slots[..self.scored].iter().zip(&self.distances) {
            if self.pool.admits(distance) {
                self.pool.insert(distance, slot, counts.contains(slot) && slot != self.passed);
            }
        }
    }

    /// As [`visit`](Self::visit), of one slot.
    #[inline(never)]
    pub(super) fn visit_one(&mut self, vectors: &Vectors, query: &Query, slot: u32, counts: &Bitset) {
        self.visit(vectors, query, std::iter::once(slot), counts);
    }

    /// As [`visit`](Self::visit), of a row of links on a level above the walk: removed rows lead
    /// the way as well as others.
    #[inline(never)]
    pub(super) fn visit_above(&mut self, vectors: &Vectors, query: &Query, links: &[u32]) {
        let mut visited = std::mem::take(&mut self.visited);
        let links = links.iter().copied().take_while(|&link| link != NONE);
        self.choose(links.filter(|&link| visited.insert(link)));
        self.visited = visited;
        self.score_chosen(vectors, query);
        for (&slot, &distance) in self.slots[..self.scored].iter().zip(&self.distances) {
            self.met_above.push(key(distance, slot));
            if self.beam.admits(distance) {
                self.beam.insert_one(distance, slot, true);
            }
        }
    }

    /// Whether a slot has not been met before in this walk. The slot is met from now on.
    pub(super) fn meet(&mut self, slot: u32) -> bool {
        self.visited.insert(slot)
    }

    /// Lets a slot be met again.
    pub(super) fn unmeet(&mut self, slot: u32) {
        self.visited.remove(slot);
    }

    /// Ranks others by their distances to a stored row, nearest first, ties in the order of a mask.
    /// Returns the distance of the row to itself. Uses the pool.
    #[inline(never)]
    pub(super) fn rank(
        &mut self,
        vectors: &Vectors,
        slot: u32,
        others: &[u32],
        mask: u32,
        ranked: &mut Vec<(u32, f32)>,
    ) -> f32 {
        self.pool.reset(others.len()).expect("some hundred entries");
        self.pool.shuffle_ties(mask);
        self.score_row(vectors, slot, others.iter().copied().chain([slot]));
        let own = self.distances[others.len()];
        self.scored -= 1;
        self.pool_all();
        ranked.clear();
        ranked.extend(self.pool.nearest());
        own
    }

    /// The distance of a stored row to itself: under codes, and under dot products, not zero.
    pub(super) fn own_distance(&mut self, vectors: &Vectors, slot: u32) -> f32 {
        self.score_row(vectors, slot, std::iter::once(slot));
        self.distances[0]
    }

    /// Scores others against a stored row.
    pub(super) fn score_row(&mut self, vectors: &Vectors, slot: u32, others: impl Iterator<Item = u32>) {
        let mut row = std::mem::take(&mut self.row);
        vectors.prepare_row(slot, &mut row);
        self.score(vectors, &row, others);
        self.row = row;
    }

    /// Gives the rows of the pool their walk distances. The rows have been ranked otherwise.
    #[inline(never)]
    pub(crate) fn estimate_pool(&mut self, vectors: &Vectors, query: &Query) {
        let mut keys = std::mem::take(self.pool.array());
        self.choose(keys.iter().map(|&key| slot_of(key)));
        self.score_chosen(vectors, query);
        keys.clear();
        keys.extend(self.scored().map(|(slot, distance)| key(distance, slot)));
        *self.pool.array() = BinaryHeap::from(keys).into_sorted_vec();
    }

    /// Undoes a [`rerank`](Self::rerank).
    pub(crate) fn restore_estimated(&mut self) {
        std::mem::swap(&mut self.estimated, self.pool.array());
    }

    /// If estimates rank the pool, ranks the pool by exact distances. The exact ranking goes
    /// through the rows that may be among the `k` nearest, and only the `k` nearest stay. Estimates
    /// stand in for rows that are not in yet; the search then needs these rows.
    #[inline(never)]
    pub(crate) fn rerank(&mut self, vectors: &Vectors, query: &Query, k: usize) -> Result<(), Error> {
        let Some((base, margin)) = vectors.estimate(query) else { return Ok(()) };
        let mut estimated = std::mem::take(&mut self.estimated);
        std::mem::swap(&mut estimated, self.pool.array());
        self.pool.reset(k)?;
        let mut rest = estimated.as_slice();
        while let Some(&next) = rest.first() {
            let missing = k - self.pool.len();
            if missing == 0 && !self.pool.admits(distance_of(next) + base - margin) {
                break;
            }
            let (batch, others) = rest.split_at(missing.max(BATCH).min(rest.len()));
            self.slots.clear();
            self.slots.extend(batch.iter().map(|&key| slot_of(key)));
            if vectors.rows().are_partial() {
                self.stand_in(vectors, batch, base)?;
            }
            self.score_chosen_exactly(vectors, query);
            self.pool_all();
            rest = others;
        }
        self.estimated = estimated;
        if self.needed.is_empty() { Ok(()) } else { Err(Error::Partial) }
    }

    /// Pools rows that are not in yet by their estimates, and takes these rows out of `slots`.
    #[cold]
    fn stand_in(&mut self, vectors: &Vectors, batch: &[Key], base: f32) -> Result<(), Error> {
        self.slots.retain(|&slot| vectors.missing_chunk_of(slot).is_none());
        for &key in batch {
            let slot = slot_of(key);
            if let Some(chunk) = vectors.missing_chunk_of(slot) {
                self.pool.insert_one(distance_of(key) + base, slot, true);
                if !self.needed.contains(&chunk) {
                    self.needed.try_reserve(1)?;
                    self.needed.push(chunk);
                }
            }
        }
        Ok(())
    }

    fn pool_all(&mut self) {
        for (&slot, &distance) in self.slots[..self.scored].iter().zip(&self.distances) {
            self.pool.insert_one(distance, slot, true);
        }
    }
}
