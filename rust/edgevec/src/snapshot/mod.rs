//! An index as bytes, and back, piece by piece: for storage that takes only the changed pieces. For
//! an index in a single file, see [`Index::write_to`].
//!
//! A snapshot is a small *header* (the options, and the state of each slot) and the *chunks* of its
//! sections, as the chunks lie in memory. Saving again costs the header and the changed chunks. The
//! caller adds checksums. This module checks everything that could make an engine panic, loop, lose
//! rows or read beyond its memory. Bytes from anywhere are therefore an error at worst.
//!
//! Rows and codes are the truth. The graph is made of rows and codes: if the bytes of the graph are
//! no graph, the engine builds the graph again.
//!
//! All numbers are little-endian. docs/format.md has the layout.

#[cfg(target_endian = "big")]
compile_error!("chunks are saved as they lie in memory, which must be little-endian");

mod header;
mod restore;
mod section;

pub(crate) use header::{Header, List, SavedQuantiser, SavedTable};
pub use restore::{Recovered, Restoring};
pub use section::{FORMAT_VERSION, Layout, Section};

use crate::Index;

impl Index {
    /// The number of chunks in a section, and their size.
    #[must_use]
    pub fn layout(&self, section: Section) -> Layout {
        self.saved(section).map_or(Layout::NONE, |(saved, rows)| Layout::new(saved, rows))
    }

    /// The length of a chunk.
    ///
    /// # Panics
    /// If the section has no chunk of this number.
    #[must_use]
    pub fn chunk_bytes(&self, section: Section, chunk: u32) -> usize {
        let layout = self.layout(section);
        assert!(chunk < layout.chunks, "there is no such chunk");
        layout.length_of(chunk)
    }

    /// A chunk's bytes.
    ///
    /// # Panics
    /// If the section has no chunk of this number, or the chunk has not been loaded.
    #[must_use]
    pub fn chunk(&self, section: Section, chunk: u32) -> &[u8] {
        let (saved, rows) = self.saved(section).expect("the section is there");
        saved.bytes_of(chunk as usize, rows)
    }

    /// Whether a chunk has changed since [`set_clean`](Self::set_clean), if only by growing.
    ///
    /// # Panics
    /// If the section has no chunk of this number.
    #[must_use]
    pub fn is_dirty(&self, section: Section, chunk: u32) -> bool {
        let (saved, rows) = self.saved(section).expect("the section is there");
        saved.is_dirty(chunk as usize, rows)
    }

    /// Notes that a chunk has been saved.
    ///
    /// # Panics
    /// If the section has no chunk of this number.
    pub fn set_clean(&mut self, section: Section, chunk: u32) {
        let (saved, rows) = self.saved_mut(section).expect("the section is there");
        saved.set_clean(chunk as usize, rows);
    }
}
