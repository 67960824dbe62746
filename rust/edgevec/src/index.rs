//! The index: rows, the graph over them, and who may be seen. Composes what is below it.
//!
//! A slot is *free*, or *hidden* (stored, not returned), or *visible*, or a *tombstone* (removed,
//! not yet reclaimed). Hidden and visible slots are alive. A committed slot waits in `unlinked`
//! until [`link`](Index::link) takes it into the graph.

use std::collections::VecDeque;
use std::ops::Range;

use crate::bitset::Bitset;
use crate::calibration::{Calibration, Table};
use crate::hnsw::{Compaction, Graph, Params, Scratch, Site};
use crate::kernels::Isa;
use crate::key::MAX_SLOTS;
use crate::vectors::{Query, Vectors};
use crate::{Error, Hit, Options, flat};

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

/// What an index holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Visible rows.
    pub rows: u32,
    /// Rows committed and not published.
    pub hidden: u32,
    /// Removed rows not yet reclaimed.
    pub tombstones: u32,
    /// Reclaimed slots waiting to be used again.
    pub free: u32,
    /// Slots in use or waiting: the four above.
    pub slots: u32,
    /// Slots not in the graph: waiting for [`Index::link`], or all of a small set. Tombstones among
    /// them count.
    pub unlinked: u32,
    /// Levels of the graph; 0 where there is none.
    pub levels: u32,
    /// Bytes of memory held: the three below, and a little for each slot.
    pub memory_bytes: usize,
    /// Bytes of full rows, or of what is kept in their place.
    pub row_bytes: usize,
    /// Bytes of the codes that the graph is walked on.
    pub code_bytes: usize,
    /// Bytes of the graph's links.
    pub graph_bytes: usize,
    /// Whether [`Index::compact`] would code rows again, because they have come to lie elsewhere
    /// than the first ones.
    pub drifted: bool,
    /// Rows there were at the last calibration, less those that changes since, before it was read
    /// back, have made it older by; 0 before the first.
    pub calibrated_rows: u32,
    /// Distance evaluations made by inserting and compacting.
    pub build_evaluations: u64,
}

/// An HNSW index over vectors of one size. See the [crate's guide](crate).
pub struct Index {
    options: Options,
    vectors: Vectors,
    graph: Graph,
    alive: Bitset,
    visible: Bitset,
    visible_count: u32,
    hidden_count: u32,
    tombstones: Bitset,
    tombstone_count: u32,
    /// Every slot is below this.
    slots: u32,
    free: Vec<u32>,
    /// The first this many of `free` have been read back and not been looked at: earlier versions
    /// left removed rows there.
    unproven: usize,
    unlinked: VecDeque<u32>,
    /// Rows in the graph, but for removed ones.
    linked: u32,
    compaction: Option<Compaction>,
    calibrated: Option<Table>,
    calibration: Option<Calibration>,
    /// Rows linked and reclaimed since the last calibration, or since there are none.
    changed: i64,
    /// What the compaction reclaims. Kept when there is none, so that one can begin when memory is
    /// exhausted.
    condemned: Bitset,
    scratch: Scratch,
}

/// Distance evaluations of a graph search for each unit of `ef`, about; where a scan needs fewer,
/// it is cheaper.
const EVALUATIONS_PER_EF: u64 = 12;

impl Index {
    /// An empty index.
    ///
    /// # Errors
    /// [`Error::InvalidOption`].
    pub fn new(options: Options) -> Result<Self, Error> {
        Self::with_isa(options, Isa::detect())
    }

    /// An empty index that computes with a given instruction set; the answers are the same with
    /// each.
    ///
    /// # Errors
    /// [`Error::InvalidOption`].
    pub fn with_isa(options: Options, isa: Isa) -> Result<Self, Error> {
        options.check()?;
        let params = Params {
            m: options.m as usize,
            ef_construction: options.ef_construction as usize,
            seed: u64::from(options.seed),
        };
        Ok(Self {
            options,
            vectors: Vectors::new(
                options.metric,
                isa,
                options.dimensions as usize,
                options.precision,
                options.exact_threshold,
            ),
            graph: Graph::new(params),
            alive: Bitset::default(),
            visible: Bitset::default(),
            visible_count: 0,
            hidden_count: 0,
            tombstones: Bitset::default(),
            tombstone_count: 0,
            slots: 0,
            free: Vec::new(),
            unproven: 0,
            unlinked: VecDeque::new(),
            linked: 0,
            compaction: None,
            calibrated: None,
            calibration: None,
            changed: 0,
            condemned: Bitset::default(),
            scratch: Scratch::default(),
        })
    }

    /// The options it was made with.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Adds one vector, visible at once; returns its slot.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn insert(&mut self, vector: &[f32]) -> Result<u32, Error> {
        let mut slots = Vec::with_capacity(1);
        if vector.len() != self.vectors.dimensions() {
            return Err(Error::DimensionMismatch { expected: self.vectors.dimensions(), got: vector.len() });
        }
        self.commit(vector, &mut slots)?;
        while self.link(u32::MAX) > 0 {}
        self.publish(slots[0]);
        Ok(slots[0])
    }

    /// Stores a batch of vectors, row after row, hidden: all of them or, on an error, none. Puts
    /// their slots into `slots`.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::NotFinite`], [`Error::ZeroVector`],
    /// [`Error::TooLarge`], [`Error::OutOfMemory`].
    pub fn commit(&mut self, vectors: &[f32], slots: &mut Vec<u32>) -> Result<(), Error> {
        let dimensions = self.vectors.dimensions();
        let (batch, rest) = (vectors.chunks_exact(dimensions), vectors.len() % dimensions);
        if rest != 0 {
            return Err(Error::DimensionMismatch { expected: dimensions, got: vectors.len() });
        }
        let count = batch.len();
        let mut lengths = Vec::new();
        lengths.try_reserve(count)?;
        for (row, vector) in batch.clone().enumerate() {
            lengths.push(self.vectors.check(vector, row)?);
        }
        let reused = count.min(self.free.len());
        let fresh = self.slots as usize..self.slots as usize + count - reused;
        slots.clear();
        slots.try_reserve(count)?;
        self.reserve(fresh.clone(), count)?;

        // From here on nothing can fail.
        slots.extend(self.free.drain(self.free.len() - reused..).rev());
        self.unproven = self.unproven.min(self.free.len());
        slots.extend(fresh.clone().map(|slot| slot as u32));
        self.slots = fresh.end as u32;
        for ((&slot, vector), length) in slots.iter().zip(batch).zip(lengths) {
            self.vectors.set(slot, vector, length);
            self.graph.wipe(slot);
            self.alive.insert(slot);
            self.unlinked.push_back(slot);
        }
        self.hidden_count += count as u32;
        Ok(())
    }

    /// Makes room for new slots in everything that holds something a slot, so that no later step
    /// needs memory.
    fn reserve(&mut self, fresh: Range<usize>, count: usize) -> Result<(), Error> {
        if fresh.end > MAX_SLOTS as usize {
            return Err(Error::OutOfMemory);
        }
        for set in [&mut self.alive, &mut self.visible, &mut self.tombstones, &mut self.condemned] {
            set.reserve(fresh.end)?;
        }
        self.scratch.reserve(fresh.end as u32)?;
        self.free.try_reserve(fresh.end - self.free.len())?;
        self.unlinked.try_reserve(count)?;
        fresh.clone().try_for_each(|slot| self.graph.reserve(slot as u32))?;
        // Last: once there is room for codes, the rows that are to become them must follow.
        self.vectors.reserve(fresh.end)
    }

    /// Takes up to `budget` steps: each takes a committed row into the graph, or is a part of the
    /// calibration that the rows linked so far have made due, of some tenths of a millisecond.
    /// Returns how many steps are left, which grows when a calibration comes due. A set of at most
    /// [`exact_threshold`](Options::exact_threshold) rows has no graph and wants none: 0.
    ///
    /// Which rows a calibration sees depends on how many were linked and reclaimed before it, and
    /// never on time. A partial index is not calibrated until it is whole.
    pub fn link(&mut self, budget: u32) -> u32 {
        // Without a graph every row is unlinked; the queue may hold removed ones besides.
        let few = self.visible_count + self.hidden_count <= self.options.exact_threshold;
        if self.graph.is_empty() && (few || !self.vectors.ready()) {
            return 0;
        }
        for _ in 0..budget {
            if self.is_calibrating() {
                self.calibrate();
                continue;
            }
            let Some(slot) = self.unlinked.pop_front() else { break };
            if !self.alive.contains(slot) {
                continue;
            }
            let Self { vectors, graph, alive, slots, scratch, .. } = self;
            if !graph.insert(vectors, slot, alive, *slots, scratch) {
                self.forget_tombstones();
                self.graph.insert(&self.vectors, slot, &self.alive, self.slots, &mut self.scratch);
            }
            self.linked += 1;
            self.changed += 1;
        }
        self.unlinked.len() as u32 + self.calibration_left()
    }

    /// Slots that wait in the queue of [`link`](Self::link): committed rows, and as long as their
    /// turn has not come, rows removed since.
    #[must_use]
    pub fn unlinked(&self) -> u32 {
        self.unlinked.len() as u32
    }

    /// Takes every committed row into the graph, on all threads of rayon's pool. The graph is the
    /// same for any number of threads, though not the one that [`link`](Self::link) builds: rows of
    /// one round, a fiftieth of those before them, choose their links without seeing each other
    /// (after ParlayANN, arXiv 2305.04359).
    #[cfg(feature = "rayon")]
    pub fn link_in_parallel(&mut self) {
        use rayon::prelude::*;
        while self.link(1) > 0 {
            // A calibration is of the graph as it is: no row is linked before the calibration has
            // ended. And rows of one round find no links if there is no graph: the first row comes
            // by itself.
            if self.calibration.is_some() || self.graph.is_empty() {
                continue;
            }
            let round = (self.slots - self.unlinked.len() as u32) / 50;
            let round = (round as usize).max(1).min(self.unlinked.len());
            let round: Vec<u32> = self.unlinked.drain(..round).collect();
            let Self { vectors, graph, alive, slots, .. } = self;
            let choose = |scratch: &mut Scratch, &slot: &u32| {
                let before = scratch.evaluations();
                let choice = alive.contains(slot).then(|| graph.choose(vectors, slot, alive, *slots, scratch));
                (slot, choice, scratch.evaluations() - before)
            };
            let choices: Vec<_> = round.par_iter().map_init(Scratch::default, choose).collect();
            for (slot, choice, evaluations) in choices {
                self.scratch.count(evaluations);
                match choice {
                    None => {}
                    Some(Some(choice)) => {
                        self.graph.connect(&self.vectors, slot, &choice, &mut self.scratch);
                        self.linked += 1;
                        self.changed += 1;
                    }
                    // Nothing but tombstones to link to: one by one, the graph is begun anew.
                    Some(None) => self.unlinked.push_front(slot),
                }
            }
        }
    }

    /// Makes a hidden row visible; false if it is not hidden.
    pub fn publish(&mut self, slot: u32) -> bool {
        let hidden = self.alive.contains(slot) && self.visible.insert(slot);
        if hidden {
            self.hidden_count -= 1;
            self.visible_count += 1;
        }
        hidden
    }

    /// Removes a visible or hidden row; false if there is none. Once it has been reclaimed (by
    /// [`compact`](Self::compact), or as soon as no row is left), a later [`commit`](Self::commit)
    /// may give its slot to another row.
    pub fn remove(&mut self, slot: u32) -> bool {
        if !self.alive.remove(slot) {
            return false;
        }
        if self.visible.remove(slot) {
            self.visible_count -= 1;
        } else {
            self.hidden_count -= 1;
        }
        self.tombstones.insert(slot);
        self.tombstone_count += 1;
        self.linked -= u32::from(self.graph.contains(slot));
        if self.visible_count + self.hidden_count == 0 {
            self.forget_everything();
        } else if self.graph.entry() == Some(slot) {
            self.graph.choose_entry(&self.alive);
        }
        true
    }

    /// The vector of a visible or hidden row, as it was given: but for rounding, where cosine
    /// changed its length.
    ///
    /// False, and nothing written, if there is no such row, or it has not been read back yet.
    ///
    /// # Panics
    /// If `vector` is not of the index's dimensions.
    pub fn get(&self, slot: u32, vector: &mut [f32]) -> bool {
        assert_eq!(vector.len(), self.vectors.dimensions());
        let there = self.alive.contains(slot) && self.vectors.missing_chunk_of(slot).is_none();
        if there {
            self.vectors.get(slot, vector);
        }
        there
    }

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

    /// One slice of reclaiming tombstones, and of coding rows again where those that came later
    /// than the first lie elsewhere: visits up to `budget` slots for each. Returns how many visits
    /// are left; 0 means done. A slot that has been reclaimed holds nothing of its row.
    ///
    /// Rows removed after the first slice wait for the next compaction. A partial index waits until
    /// it is whole: 0.
    pub fn compact(&mut self, budget: u32) -> u32 {
        if !self.is_whole() {
            return 0;
        }
        let left = self.blank_some(budget);
        if left > 0 {
            return left;
        }
        let left = self.reclaim_some(budget);
        if left > 0 {
            return left;
        }
        let Self { vectors, alive, tombstones, slots, .. } = self;
        let coded_again = vectors.is_renewing();
        let left = vectors.renew(budget, *slots, |slot| !alive.contains(slot) && !tombstones.contains(slot));
        if coded_again && left == 0 {
            self.calibrate_anew();
        }
        left
    }

    /// Blanks free slots in which an earlier version left a removed row. Returns how many have not
    /// been looked at yet.
    fn blank_some(&mut self, budget: u32) -> u32 {
        if self.unproven == 0 {
            return 0;
        }
        for _ in 0..budget.max(1).min(self.unproven as u32) {
            self.unproven -= 1;
            let slot = self.free[self.unproven];
            if !self.vectors.is_blank(slot) {
                self.vectors.blank(slot);
            }
            self.graph.wipe(slot);
        }
        if self.unproven == 0 {
            self.vectors.forget_more_than(self.slots - self.free.len() as u32);
        }
        self.unproven as u32
    }

    fn reclaim_some(&mut self, budget: u32) -> u32 {
        if self.tombstone_count == 0 {
            return 0;
        }
        let mut compaction = self.compaction.take().unwrap_or_else(|| {
            self.condemned.copy_from(&self.tombstones);
            self.unlinked.retain(|&slot| self.alive.contains(slot));
            Compaction::new()
        });
        for _ in 0..budget.max(1) {
            let Self { vectors, graph, alive, condemned, slots, scratch, .. } = self;
            if let Some(slot) = compaction.step(&mut Site { graph, vectors, condemned, alive, slots: *slots, scratch })
            {
                self.reclaim(slot);
            }
            if compaction.left(self.slots) == 0 {
                return 0;
            }
        }
        let left = compaction.left(self.slots);
        self.compaction = Some(compaction);
        left
    }

    /// Removed rows not yet reclaimed: [`Stats::tombstones`] without all else.
    #[must_use]
    pub fn tombstones(&self) -> u32 {
        self.tombstone_count
    }

    /// What the index holds.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let sets = [&self.alive, &self.visible, &self.tombstones, &self.condemned];
        let bits: usize = sets.iter().map(|set| set.bytes()).sum();
        let lists = self.free.capacity() * size_of::<u32>() + self.unlinked.capacity() * size_of::<u32>();
        let ((row_bytes, code_bytes), graph_bytes) = (self.vectors.bytes(), self.graph.bytes());
        Stats {
            rows: self.visible_count,
            hidden: self.hidden_count,
            tombstones: self.tombstone_count,
            free: self.free.len() as u32,
            slots: self.slots,
            unlinked: self.unlinked.len() as u32,
            levels: self.graph.levels() as u32,
            memory_bytes: row_bytes + code_bytes + graph_bytes + bits + lists,
            row_bytes,
            code_bytes,
            graph_bytes,
            drifted: self.vectors.has_drifted(),
            calibrated_rows: self.calibrated.as_ref().map_or(0, Table::rows),
            build_evaluations: self.scratch.evaluations(),
        }
    }

    /// Whether scanning the visible rows costs less than walking the graph, which meets hidden and
    /// removed rows as well.
    fn scan_is_cheaper(&self, ef: usize) -> bool {
        let visible = u64::from(self.visible_count);
        let walked = u64::from(self.slots) - self.free.len() as u64;
        visible <= u64::from(self.options.exact_threshold)
            || visible * visible <= ef as u64 * EVALUATIONS_PER_EF * walked
    }

    /// Every row is gone: all slots are new again.
    fn forget_everything(&mut self) {
        self.graph.clear();
        self.vectors.clear();
        self.tombstones.clear();
        self.tombstone_count = 0;
        self.free.clear();
        self.unproven = 0;
        self.unlinked.clear();
        self.linked = 0;
        self.compaction = None;
        self.calibration = None;
        self.calibrated = None;
        self.changed = 0;
        self.slots = 0;
    }

    /// The graph holds tombstones only, and rows wait to be linked: nothing can be linked to those,
    /// so they go.
    fn forget_tombstones(&mut self) {
        for slot in 0..self.slots {
            match (self.graph.contains(slot), self.tombstones.contains(slot)) {
                (true, true) => self.reclaim(slot),
                // Not in a graph that keeps its promises; in another, no row must be lost.
                (true, false) => self.unlinked.push_back(slot),
                _ => {}
            }
        }
        self.graph.clear();
        self.linked = 0;
        self.compaction = None;
        self.calibration = None;
    }

    /// Makes a tombstone's slot free. Nothing of the row stays, so that no snapshot holds what was
    /// removed.
    fn reclaim(&mut self, slot: u32) {
        self.vectors.blank(slot);
        self.graph.wipe(slot);
        self.tombstones.remove(slot);
        self.tombstone_count -= 1;
        self.changed += 1;
        self.free.push(slot);
    }
}

mod learning;
mod saved;
#[cfg(test)]
mod tests;
