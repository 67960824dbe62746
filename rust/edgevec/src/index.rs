//! The index: rows, the graph over the rows, and which rows a search may return. The parts do the
//! work, and the index composes the parts.
//!
//! A slot is *free*, or *hidden* (stored, not returned), or *visible*, or a *tombstone* (removed,
//! not yet reclaimed). Hidden and visible slots are alive. A committed slot waits in `unlinked`
//! until [`link`](Index::link) takes the slot into the graph.

mod batch;
mod compaction;
mod filtered;
mod learning;
mod linking;
mod recall;
mod saved;
mod search;
mod sketching;
mod stats;
#[cfg(test)]
mod tests;
mod unlinked;
mod writing;

use crate::bitset::Bitset;
use crate::calibration::{Calibration, Table};
use crate::hnsw::{Compaction, Graph, Params, Scratch};
use crate::kernels::Isa;
use crate::sketch::learning::Learning;
use crate::vectors::Vectors;
use crate::{Error, Options};
use unlinked::Unlinked;

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
    /// The number of slots at the start of `free` that have been read back and not been looked at.
    /// Earlier versions left removed rows in free slots.
    unproven: usize,
    unlinked: Unlinked,
    /// Rows in the graph, without removed rows.
    linked: u32,
    compaction: Option<Compaction>,
    calibrated: Option<Table>,
    calibration: Option<Calibration>,
    sketching: Option<Box<Learning>>,
    /// Whether sketches are to be learnt, or learnt again, if the index is large enough.
    wants_sketches: bool,
    /// Rows linked and reclaimed since the last calibration, or since the beginning.
    changed: i64,
    /// The slots that the compaction reclaims. Kept between compactions, so that a compaction can
    /// begin when memory is exhausted.
    condemned: Bitset,
    scratch: Scratch,
}

impl Index {
    /// An empty index.
    ///
    /// # Errors
    /// [`Error::InvalidOption`].
    pub fn new(options: Options) -> Result<Self, Error> {
        Self::with_isa(options, Isa::detect())
    }

    /// An empty index that computes with a given instruction set. The answers are the same with
    /// each set.
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
            unlinked: Unlinked::default(),
            linked: 0,
            compaction: None,
            calibrated: None,
            calibration: None,
            sketching: None,
            wants_sketches: false,
            changed: 0,
            condemned: Bitset::default(),
            scratch: Scratch::default(),
        })
    }

    /// The options of this index.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The vector of a visible or hidden row, as the caller gave the vector. Under cosine, the
    /// change of length may have rounded the vector.
    ///
    /// Returns false and writes nothing if the slot holds no visible or hidden row, or if the row
    /// has not been read back yet.
    ///
    /// # Panics
    /// If `vector` does not have the dimensions of the index.
    pub fn get(&self, slot: u32, vector: &mut [f32]) -> bool {
        assert_eq!(vector.len(), self.vectors.dimensions());
        let there = self.alive.contains(slot) && self.vectors.missing_chunk_of(slot).is_none();
        if there {
            self.vectors.get(slot, vector);
        }
        there
    }
}
