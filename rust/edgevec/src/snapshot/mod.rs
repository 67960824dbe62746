//! An index as bytes, and back.
//!
//! A snapshot is a small *header* (what the index is, who is in it) and the *chunks* of its sections, as they lie in
//! memory. Saving again costs the header and the chunks that changed. Whoever keeps them adds checksums; here everything
//! is checked that could make an engine panic, loop, lose rows or read beyond its memory, so that bytes from anywhere are
//! an error at worst.
//!
//! Rows and levels are the truth. The graph is made of them: where its bytes are no graph, it is built anew.
//!
//! All numbers are little-endian. docs/format.md has the layout.

#[cfg(target_endian = "big")]
compile_error!("chunks are saved as they lie in memory, which must be little-endian");

mod header;
mod restore;

pub(crate) use header::{Header, List, SavedCodes, SavedTable};
pub use restore::{Recovered, Restoring};

use crate::Index;
use crate::chunks::Saved;

/// Raised whenever the header or a section changes its layout.
pub const FORMAT_VERSION: u32 = 1;

/// A kind of rows that an index holds. The numbers are those of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Section {
    /// Full rows, `f32`, padded with zeros to 16 components.
    Rows = 1,
    /// The length each row came with, `f64`; under cosine only.
    Lengths = 2,
    /// Four-bit levels, 64 bytes for 128 components.
    Levels = 3,
    /// Factor and bias of each row's levels, `f32`.
    Factors = 4,
    /// Four further bits a component.
    Halves = 5,
    /// Eight more.
    Bytes = 6,
    /// The step of each row's further bits, `f32`.
    Steps = 7,
    /// Links on level 0, `2 m` slots a row.
    Links = 8,
    /// Links on the levels above, `m` slots a row: for each slot in order, one row a level.
    UpperLinks = 9,
    /// The parent of each slot in the spanning tree.
    Parents = 10,
}

impl Section {
    /// All of them, in the order they are saved: what a walk needs comes before what only ranks its answers.
    pub const ALL: [Self; 10] = [
        Self::Levels,
        Self::Factors,
        Self::Links,
        Self::UpperLinks,
        Self::Parents,
        Self::Lengths,
        Self::Halves,
        Self::Bytes,
        Self::Steps,
        Self::Rows,
    ];

    /// Whether it can be made anew from the other sections.
    pub(crate) fn is_graph(self) -> bool {
        matches!(self, Self::Links | Self::UpperLinks | Self::Parents)
    }

    /// The section of this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|&section| section as u8 == number)
    }
}

/// How a section lies in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Chunks; 0 where the index has no such rows.
    pub chunks: u32,
    /// Bytes of every chunk but the last.
    pub chunk_bytes: usize,
    /// Bytes of all.
    pub bytes: u64,
}

impl Layout {
    fn new(section: &dyn Saved, rows: u32) -> Self {
        Self {
            chunks: rows.div_ceil(section.chunk_rows()),
            chunk_bytes: section.chunk_rows() as usize * section.row_bytes(),
            bytes: u64::from(rows) * section.row_bytes() as u64,
        }
    }

    const NONE: Self = Self { chunks: 0, chunk_bytes: 0, bytes: 0 };
}

impl Index {
    /// How many chunks a section has, and of what size.
    #[must_use]
    pub fn layout(&self, section: Section) -> Layout {
        self.saved(section).map_or(Layout::NONE, |(saved, rows)| Layout::new(saved, rows))
    }

    /// How long a chunk is.
    ///
    /// # Panics
    /// Where there is no such chunk.
    #[must_use]
    pub fn chunk_bytes(&self, section: Section, chunk: u32) -> usize {
        let layout = self.layout(section);
        assert!(chunk < layout.chunks, "there is no such chunk");
        let before = u64::from(chunk) * layout.chunk_bytes as u64;
        layout.chunk_bytes.min((layout.bytes - before) as usize)
    }

    /// A chunk's bytes.
    ///
    /// # Panics
    /// Where there is no such chunk, or it is still to come.
    #[must_use]
    pub fn chunk(&self, section: Section, chunk: u32) -> &[u8] {
        let (saved, rows) = self.saved(section).expect("the section is there");
        saved.bytes_of(chunk as usize, rows)
    }

    /// Whether a chunk has changed since [`set_clean`](Self::set_clean), if only by growing.
    ///
    /// # Panics
    /// Where there is no such chunk.
    #[must_use]
    pub fn is_dirty(&self, section: Section, chunk: u32) -> bool {
        let (saved, rows) = self.saved(section).expect("the section is there");
        saved.is_dirty(chunk as usize, rows)
    }

    /// Says that a chunk has been saved.
    ///
    /// # Panics
    /// Where there is no such chunk.
    pub fn set_clean(&mut self, section: Section, chunk: u32) {
        let (saved, rows) = self.saved_mut(section).expect("the section is there");
        saved.set_clean(chunk as usize, rows);
    }
}
