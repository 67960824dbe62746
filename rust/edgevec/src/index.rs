//! The index: rows, the graph over them, and who may be seen. Composes what is below it.
//!
//! A slot is *free*, or *hidden* (stored, not returned), or *visible*, or a *tombstone* (removed, not yet reclaimed). Hidden and visible
//! slots are alive. A committed slot waits in `unlinked` until [`link`](Index::link) takes it into the graph.

use std::collections::VecDeque;

use crate::bitset::Bitset;
use crate::hnsw::{Compaction, Graph, MAX_SLOTS, Params, Scratch};
use crate::kernels::Isa;
use crate::rows::Rows;
use crate::{Error, Options, flat};

/// A row found by a search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The row's slot.
    pub slot: u32,
    /// The metric's own distance; lower is nearer.
    pub distance: f32,
}

/// How a search goes about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The graph, or a scan where that is cheaper.
    #[default]
    Auto,
    /// A scan of every visible row: exact.
    Exact,
}

/// What an index holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Visible rows.
    pub rows: u32,
    /// Rows committed and not published.
    pub hidden: u32,
    /// Removed rows not yet reclaimed.
    pub tombstones: u32,
    /// Reclaimed slots waiting to be used again.
    pub free: u32,
    /// Slots ever used.
    pub slots: u32,
    /// Slots not in the graph: waiting for [`Index::link`], or all of a small set. Tombstones among them count.
    pub unlinked: u32,
    /// Levels of the graph; 0 where there is none.
    pub levels: u32,
    /// Bytes of memory held.
    pub memory_bytes: usize,
    /// Distance evaluations made by inserting and compacting.
    pub build_evaluations: u64,
}

/// An HNSW index over vectors of one size. See the [crate's guide](crate).
pub struct Index {
    options: Options,
    rows: Rows,
    graph: Graph,
    alive: Bitset,
    visible: Bitset,
    visible_count: u32,
    hidden_count: u32,
    tombstone_count: u32,
    slots: u32,
    free: Vec<u32>,
    unlinked: VecDeque<u32>,
    compaction: Option<Compaction>,
    scratch: Scratch,
}

/// Distance evaluations of a graph search for each unit of `ef`, about; where a scan needs fewer, it is cheaper.
const EVALUATIONS_PER_EF: u64 = 12;

impl Index {
    /// An empty index.
    ///
    /// # Errors
    /// [`Error::InvalidOption`].
    pub fn new(options: Options) -> Result<Self, Error> {
        Self::with_isa(options, Isa::detect())
    }

    /// An empty index that computes with a given instruction set; the answers are the same with each.
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
            rows: Rows::new(options.metric, isa, options.dimensions as usize),
            graph: Graph::new(params),
            alive: Bitset::default(),
            visible: Bitset::default(),
            visible_count: 0,
            hidden_count: 0,
            tombstone_count: 0,
            slots: 0,
            free: Vec::new(),
            unlinked: VecDeque::new(),
            compaction: None,
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
        if vector.len() != self.rows.dimensions() {
            return Err(Error::DimensionMismatch { expected: self.rows.dimensions(), got: vector.len() });
        }
        self.commit(vector, &mut slots)?;
        while self.link(u32::MAX) > 0 {}
        self.publish(slots[0]);
        Ok(slots[0])
    }

    /// Stores a batch of vectors, row after row, hidden: all of them or, on an error, none. Puts their slots into `slots`.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::NotFinite`], [`Error::ZeroVector`], [`Error::TooLarge`], [`Error::OutOfMemory`].
    pub fn commit(&mut self, vectors: &[f32], slots: &mut Vec<u32>) -> Result<(), Error> {
        let dimensions = self.rows.dimensions();
        let (batch, rest) = (vectors.chunks_exact(dimensions), vectors.len() % dimensions);
        if rest != 0 {
            return Err(Error::DimensionMismatch { expected: dimensions, got: vectors.len() });
        }
        for (row, vector) in batch.clone().enumerate() {
            self.rows.check(vector, row)?;
        }
        let count = batch.len();
        slots.clear();
        slots.try_reserve(count)?;
        self.unlinked.try_reserve(count)?;
        let reused = count.min(self.free.len());
        let fresh = self.slots as usize..self.slots as usize + count - reused;
        if fresh.end > MAX_SLOTS as usize {
            return Err(Error::OutOfMemory);
        }
        for slots in [&mut self.alive, &mut self.visible] {
            slots.reserve(fresh.end)?;
        }
        self.rows.reserve(fresh.end)?;
        for slot in fresh.clone() {
            self.graph.reserve(slot as u32)?;
        }

        slots.extend(self.free.drain(self.free.len() - reused..).rev());
        slots.extend(fresh.clone().map(|slot| slot as u32));
        self.slots = fresh.end as u32;
        for (&slot, vector) in slots.iter().zip(batch) {
            let length = self.rows.check(vector, 0)?;
            self.rows.set(slot, vector, length);
            self.alive.insert(slot);
            self.unlinked.push_back(slot);
        }
        self.hidden_count += count as u32;
        Ok(())
    }

    /// Takes up to `budget` committed rows into the graph; returns how many are waiting still. A set of at most
    /// [`exact_threshold`](Options::exact_threshold) rows has no graph and wants none: 0.
    pub fn link(&mut self, budget: u32) -> u32 {
        // Without a graph every row is unlinked; the queue may hold removed ones besides.
        if self.graph.is_empty() && self.visible_count + self.hidden_count <= self.options.exact_threshold {
            return 0;
        }
        for _ in 0..budget {
            let Some(slot) = self.unlinked.pop_front() else { break };
            if !self.alive.contains(slot) {
                continue;
            }
            let Self { rows, graph, alive, slots, scratch, .. } = self;
            if !graph.insert(rows, slot, alive, *slots, scratch) {
                self.forget_tombstones();
                self.graph.insert(&self.rows, slot, &self.alive, self.slots, &mut self.scratch);
            }
        }
        self.unlinked.len() as u32
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

    /// Removes a visible or hidden row; false if there is none. Its slot is not used again before a compaction.
    pub fn remove(&mut self, slot: u32) -> bool {
        if !self.alive.remove(slot) {
            return false;
        }
        if self.visible.remove(slot) {
            self.visible_count -= 1;
        } else {
            self.hidden_count -= 1;
        }
        self.tombstone_count += 1;
        if self.visible_count + self.hidden_count == 0 {
            self.forget_everything();
        } else {
            self.graph.retire_entry(slot, &self.alive);
        }
        true
    }

    /// The vector of a visible or hidden row, as it was given: but for the last bits, where cosine changed its length.
    ///
    /// False, and nothing written, if there is no such row.
    ///
    /// # Panics
    /// If `vector` is not of the index's dimensions.
    pub fn get(&self, slot: u32, vector: &mut [f32]) -> bool {
        assert_eq!(vector.len(), self.rows.dimensions());
        let alive = self.alive.contains(slot);
        if alive {
            self.rows.get(slot, vector);
        }
        alive
    }

    /// The `k` visible rows nearest to the query, nearest first; all, where there are fewer. Equal distances come in order of slot.
    ///
    /// `ef` is how many candidates the graph search keeps (at least `k` are): more find more of the true neighbours, in
    /// proportionally more time. A search changes nothing but the scratch.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::NotFinite`], [`Error::ZeroVector`], [`Error::TooLarge`], [`Error::OutOfMemory`].
    pub fn search<'a>(
        &self,
        scratch: &'a mut Scratch,
        query: &[f32],
        k: usize,
        ef: usize,
        mode: Mode,
    ) -> Result<&'a [Hit], Error> {
        let mut prepared = std::mem::take(&mut scratch.query);
        let searched = self.rows.prepare(query, &mut prepared).and_then(|()| {
            if mode == Mode::Exact || self.scan_is_cheaper(k.max(ef)) {
                flat::search(&self.rows, &prepared, k, &self.visible, self.slots, scratch)
            } else {
                scratch.begin(k.max(ef), self.slots)?;
                self.graph.search(&self.rows, &prepared, &self.visible, scratch);
                let unlinked = self.unlinked.iter().copied().filter(|&slot| self.visible.contains(slot));
                scratch.visit(&self.rows, &prepared, unlinked, &self.visible);
                Ok(())
            }
        });
        scratch.query = prepared;
        searched?;
        let metric = self.rows.metric();
        let nearest = scratch.pool.nearest().take(k);
        scratch.hits.clear();
        scratch.hits.extend(nearest.map(|(slot, distance)| Hit { slot, distance: metric.distance(distance) }));
        Ok(&scratch.hits)
    }

    /// One slice of reclaiming tombstones: visits up to `budget` slots. Returns how many visits are left; 0 means done.
    ///
    /// Rows removed after the first slice wait for the next compaction.
    pub fn compact(&mut self, budget: u32) -> u32 {
        if self.tombstone_count == 0 {
            return 0;
        }
        let Self { rows, graph, alive, slots, scratch, .. } = self;
        let compaction = self.compaction.get_or_insert_with(|| {
            let mut condemned = Bitset::default();
            condemned.reserve(*slots as usize).expect("a bit for each slot");
            let mut free = condemned.clone();
            self.free.iter().for_each(|&slot| _ = free.insert(slot));
            let tombstones = (0..*slots).filter(|&slot| !alive.contains(slot) && !free.contains(slot));
            tombstones.for_each(|slot| _ = condemned.insert(slot));
            Compaction::new(condemned)
        });
        let left = compaction.advance(graph, rows, alive, *slots, budget.max(1), scratch);
        if left == 0 {
            let condemned = self.compaction.take().map(|compaction| compaction.condemned).unwrap_or_default();
            self.unlinked.retain(|&slot| !condemned.contains(slot));
            self.reclaim(&condemned);
        }
        left
    }

    /// What the index holds.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let bits = self.alive.bytes() + self.visible.bytes();
        let lists = self.free.capacity() * size_of::<u32>() + self.unlinked.capacity() * size_of::<u32>();
        Stats {
            rows: self.visible_count,
            hidden: self.hidden_count,
            tombstones: self.tombstone_count,
            free: self.free.len() as u32,
            slots: self.slots,
            unlinked: self.unlinked.len() as u32,
            levels: self.graph.levels() as u32,
            memory_bytes: self.rows.bytes() + self.graph.bytes() + bits + lists,
            build_evaluations: self.scratch.evaluations(),
        }
    }

    /// Whether scanning the visible rows costs less than walking the graph, which meets hidden and removed rows as well.
    fn scan_is_cheaper(&self, ef: usize) -> bool {
        let visible = u64::from(self.visible_count);
        let walked = u64::from(self.slots) - self.free.len() as u64;
        visible <= u64::from(self.options.exact_threshold)
            || visible * visible <= ef as u64 * EVALUATIONS_PER_EF * walked
    }

    /// Every row is gone: all slots are new again.
    fn forget_everything(&mut self) {
        self.graph.clear();
        self.free.clear();
        self.unlinked.clear();
        self.compaction = None;
        self.slots = 0;
        self.tombstone_count = 0;
    }

    /// The graph holds tombstones only, and rows wait to be linked: nothing can be linked to those, so they go.
    fn forget_tombstones(&mut self) {
        let nodes = self.graph.clear();
        self.compaction = None;
        self.reclaim(&nodes);
    }

    fn reclaim(&mut self, condemned: &Bitset) {
        for slot in condemned.iter() {
            self.graph.forget(slot);
            self.free.push(slot);
            self.tombstone_count -= 1;
        }
    }
}

#[cfg(test)]
mod tests;
