//! An index as bytes, and back.
//!
//! A snapshot is a small *header* (what the index is, who is in it) and the *chunks* of its
//! sections, as they lie in memory. Saving again costs the header and the chunks that changed.
//! Whoever keeps them adds checksums; here everything is checked that could make an engine panic,
//! loop, lose rows or read beyond its memory, so that bytes from anywhere are an error at worst.
//!
//! Rows and codes are the truth. The graph is made of them: where its bytes are no graph, it is
//! built anew.
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
