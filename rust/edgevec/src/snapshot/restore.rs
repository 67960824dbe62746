//! From a header and chunks to an index.

use super::header::Header;
use super::{Layout, Section};
use crate::{Error, Index};

/// An index that is being read back: the header is known, and the chunks come one after the other.
///
/// ```
/// use edgevec::snapshot::{Restoring, Section};
/// use edgevec::{Index, Options};
///
/// let mut index = Index::new(Options::new(2))?;
/// index.insert(&[1.0, 0.0])?;
///
/// let mut restoring = Restoring::new(&index.header()?, |section| index.layout(section).bytes)?;
/// for section in Section::ALL {
///     for chunk in 0..restoring.layout(section).chunks {
///         restoring.chunk_mut(section, chunk).copy_from_slice(index.chunk(section, chunk));
///     }
/// }
/// let (restored, _) = restoring.finish()?;
/// assert_eq!(restored.stats().rows, 1);
/// # Ok::<(), edgevec::Error>(())
/// ```
#[derive(Debug)]
pub struct Restoring {
    index: Index,
    /// The node at which searches enter the graph.
    entry: Option<u32>,
}

/// What became of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// The graph is as the graph was saved.
    Whole,
    /// The bytes were no graph, or some bytes were missing. Every row waits for [`Index::link`].
    /// Until then, searches scan.
    WithoutGraph,
}

impl Restoring {
    /// Reads a header. `bytes_of` tells the number of bytes in a section. The engine asks for
    /// memory only if the numbers are the numbers of the header.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`], [`Error::Damaged`], [`Error::OutOfMemory`].
    pub fn new(header: &[u8], bytes_of: impl Fn(Section) -> u64) -> Result<Self, Error> {
        let (header, options) = Header::from_bytes(header)?;
        let mut index = Index::new(options)?;
        index.expect(&header)?;
        let mut all = 0;
        for section in Section::ALL {
            let bytes = index.bytes_of(section, header.slots);
            // The engine can build a damaged graph again. But a graph of another size means that
            // the header belongs to another index.
            if bytes_of(section) != bytes {
                return Err(Error::Damaged { what: "a section has another length than the header says" });
            }
            all += bytes;
        }
        // Without this check, the engine would ask for memory chunk by chunk until all memory is
        // gone.
        if usize::try_from(all).is_err() {
            return Err(Error::OutOfMemory);
        }
        let entry = header.entry;
        index.make_room(header)?;
        Ok(Self { index, entry })
    }

    /// As [`Index::layout`].
    #[must_use]
    pub fn layout(&self, section: Section) -> Layout {
        self.index.layout(section)
    }

    /// As [`Index::options`].
    #[must_use]
    pub fn options(&self) -> &crate::Options {
        self.index.options()
    }

    /// As [`Index::chunk_bytes`].
    ///
    /// # Panics
    /// If the section has no chunk of this number.
    #[must_use]
    pub fn chunk_bytes(&self, section: Section, chunk: u32) -> usize {
        self.index.chunk_bytes(section, chunk)
    }

    /// The place for the bytes of a chunk. From now on, the chunk counts as written.
    ///
    /// # Panics
    /// If the section has no chunk of this number.
    pub fn chunk_mut(&mut self, section: Section, chunk: u32) -> &mut [u8] {
        let (saved, rows) = self.index.saved_mut(section).expect("the section is there");
        saved.bytes_of_mut(chunk as usize, rows)
    }

    /// The index, after every chunk is written. Lost chunks of the graph ([`Section::Links`],
    /// [`Section::UpperLinks`], [`Section::Parents`]) may be left out. If the index has codes,
    /// chunks of [`Section::Rows`] may be left out too: the index is then not
    /// [whole](Index::is_whole) until [`Index::load_chunk`] has loaded the chunks.
    ///
    /// # Errors
    /// [`Error::Damaged`] if rows are missing, or are no rows of an index, [`Error::OutOfMemory`].
    pub fn finish(self) -> Result<(Index, Recovered), Error> {
        let Self { mut index, entry } = self;
        index.check_vectors()?;
        let whole = index.take_graph(entry)?;
        Ok((index, if whole { Recovered::Whole } else { Recovered::WithoutGraph }))
    }
}
