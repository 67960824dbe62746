//! The sections of a snapshot: the kinds of rows in an index, and the chunks of each kind.

use crate::chunks::Saved;

/// Raised whenever the header or a section changes its layout.
pub const FORMAT_VERSION: u32 = 2;

/// A kind of rows in an index. The numbers are the numbers of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Section {
    /// Full rows, `f32`, padded with zeros to 16 components.
    Rows = 1,
    /// The original length of each row, `f64`. Under cosine only.
    Lengths = 2,
    /// Four-bit codes, 64 bytes for 128 components.
    Codes = 3,
    /// Factor and bias of each row's codes, `f32`.
    Factors = 4,
    /// Four further bits a component, packed as codes.
    ResidualNibbles = 5,
    /// Eight bits more a component.
    ResidualBytes = 6,
    /// The size of each row's steps, `f32`.
    Scales = 7,
    /// Links on level 0, `2 m` slots a row.
    Links = 8,
    /// Links on the levels above, `m` slots a row: for each slot in order, one row a level.
    UpperLinks = 9,
    /// The parent of each slot in the spanning tree.
    Parents = 10,
}

impl Section {
    /// All sections in the order of saving: sections for the walk of a search come before sections
    /// that only rank answers.
    pub const ALL: [Self; 10] = [
        Self::Codes,
        Self::Factors,
        Self::Links,
        Self::UpperLinks,
        Self::Parents,
        Self::Lengths,
        Self::ResidualNibbles,
        Self::ResidualBytes,
        Self::Scales,
        Self::Rows,
    ];

    /// Whether the engine can rebuild the section from the other sections.
    pub(crate) fn is_graph(self) -> bool {
        matches!(self, Self::Links | Self::UpperLinks | Self::Parents)
    }

    /// The section of this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|&section| section as u8 == number)
    }
}

/// The chunks of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Chunks, or 0 if the index has no rows of this kind.
    pub chunks: u32,
    /// Bytes of every chunk except the last.
    pub chunk_bytes: usize,
    /// Bytes of all chunks.
    pub bytes: u64,
}

impl Layout {
    pub(crate) fn new(section: &dyn Saved, rows: u32) -> Self {
        Self {
            chunks: rows.div_ceil(section.chunk_rows()),
            chunk_bytes: section.chunk_rows() as usize * section.row_bytes(),
            bytes: u64::from(rows) * section.row_bytes() as u64,
        }
    }

    pub(crate) const NONE: Self = Self { chunks: 0, chunk_bytes: 0, bytes: 0 };

    /// The length of an existing chunk.
    pub(crate) fn length_of(self, chunk: u32) -> usize {
        let before = u64::from(chunk) * self.chunk_bytes as u64;
        self.chunk_bytes.min((self.bytes - before) as usize)
    }
}
