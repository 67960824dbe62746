//! From a header and chunks to an index.

use super::header::Header;
use super::{Layout, Section};
use crate::{Error, Index};

/// An index that is being read back: its header is known, its chunks come one by one.
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
pub struct Restoring {
    index: Index,
    /// Where the graph is to be entered.
    entry: Option<u32>,
}

/// What became of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// It is as it was saved.
    Whole,
    /// Its bytes were no graph, or not all there. Every row waits for [`Index::link`]; until then
    /// searches scan.
    WithoutGraph,
}

impl Restoring {
    /// Reads a header. `bytes_of` tells how many bytes there are of a section: memory is asked for
    /// only where they are what the header speaks of.
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
            // A damaged graph can be built anew, but one of another size says that the header is of
            // another index.
            if bytes_of(section) != bytes {
                return Err(Error::Damaged { what: "a section is not as long as its header says" });
            }
            all += bytes;
        }
        // Or memory would be asked for chunk by chunk until there is none.
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
    /// Where there is no such chunk.
    #[must_use]
    pub fn chunk_bytes(&self, section: Section, chunk: u32) -> usize {
        self.index.chunk_bytes(section, chunk)
    }

    /// Where to write a chunk's bytes. From now on it counts as written.
    ///
    /// # Panics
    /// Where there is no such chunk.
    pub fn chunk_mut(&mut self, section: Section, chunk: u32) -> &mut [u8] {
        let (saved, rows) = self.index.saved_mut(section).expect("the section is there");
        saved.bytes_of_mut(chunk as usize, rows)
    }

    /// The index, once every chunk is written. Chunks of the graph ([`Section::Links`],
    /// [`Section::UpperLinks`], [`Section::Parents`]) that are lost may be left out. So may chunks
    /// of [`Section::Rows`] where there are codes: the index is then not [whole](Index::is_whole)
    /// until they have been [loaded](Index::load_chunk).
    ///
    /// # Errors
    /// [`Error::Damaged`] where rows are missing or not what an index holds,
    /// [`Error::OutOfMemory`].
    pub fn finish(self) -> Result<(Index, Recovered), Error> {
        let Self { mut index, entry } = self;
        index.check_vectors()?;
        let whole = index.take_graph(entry)?;
        Ok((index, if whole { Recovered::Whole } else { Recovered::WithoutGraph }))
    }
}
