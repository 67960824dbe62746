//! What can go wrong, as data. Messages are for native callers. The boundary passes the numbers on.

use std::{fmt, io};

/// How an export of the TypeScript package begins.
const EXPORT: u32 = u32::from_le_bytes(*b"EVDB");

// No floats and no arrays: code that prints floats made the WebAssembly builds a tenth larger.
/// Why the engine refused a call. A refused call changes nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// An option outside its range. Choose a value inside it.
    InvalidOption {
        /// The option's name, as in [`Options`](crate::Options).
        name: &'static str,
        /// The smallest value allowed.
        least: u32,
        /// The largest value allowed.
        most: u32,
        /// The value given.
        got: u32,
    },
    /// A batch or query of the wrong length. Pass whole vectors of the index's dimensions.
    DimensionMismatch {
        /// The index's dimensions.
        expected: usize,
        /// The number of values given.
        got: usize,
    },
    /// A component is NaN or infinite. Look for a failed model call or a division by zero.
    NotFinite {
        /// The row of the batch; 0 for a query.
        row: usize,
    },
    /// All components are zero, and cosine needs a direction to compare. Leave zero vectors out, or
    /// use another metric.
    ZeroVector {
        /// The row of the batch; 0 for a query.
        row: usize,
    },
    /// The squared length is beyond [`MAX_SQUARED_LENGTH`](crate::MAX_SQUARED_LENGTH), so distances
    /// would overflow. Scale the vectors down.
    TooLarge {
        /// The row of the batch; 0 for a query.
        row: usize,
    },
    /// A snapshot of a format that this version does not know. Use the version that wrote the
    /// snapshot, or a newer version.
    UnsupportedFormat {
        /// The format this version reads.
        expected: u32,
        /// The format of the snapshot.
        got: u32,
    },
    /// A snapshot holds data that no index ever saved. Restore an earlier snapshot.
    Damaged {
        /// The fault, and its place.
        what: &'static str,
    },
    /// The call needs rows that have not been read back yet: the index is partial.
    /// [`Scratch::needed`](crate::Scratch::needed) names the chunks that a search needs, and
    /// [`Index::load_chunk`](crate::Index::load_chunk) takes a chunk in.
    Partial,
    /// The platform refused memory. Remove and compact, or use fewer rows or dimensions.
    OutOfMemory,
    /// The bytes are no file of an index. Read a file of
    /// [`Index::write_to`](crate::Index::write_to).
    NotAnIndex {
        /// The first four bytes, as a little-endian number. A file of an index begins with `EVIX`.
        /// `EVDB` is an export of EdgeVec's TypeScript package, with ids and metadata. Only the
        /// package reads exports.
        got: u32,
    },
    /// A recall that no search can be asked for. Choose a recall above 0 and below 1. For a recall
    /// of 1, search with [`Mode::Exact`](crate::Mode::Exact).
    InvalidRecall,
    /// A sparse vector whose indices do not ascend, or with a value that is negative, NaN or
    /// infinite. Sort the pairs, and add the values of equal indices.
    InvalidSparse {
        /// The position of the pair in the vector.
        at: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidOption { name, least, most, got } => {
                write!(f, "option `{name}` must be between {least} and {most}, got {got}")
            }
            Self::DimensionMismatch { expected, got } => {
                write!(f, "expected whole vectors of {expected} dimensions, got {got} values")
            }
            Self::NotFinite { row } => write!(f, "vector {row} has a component that is NaN or infinite"),
            Self::ZeroVector { row } => {
                write!(f, "vector {row} is all zeros, which has no cosine: leave it out or use another metric")
            }
            Self::TooLarge { row } => {
                write!(f, "vector {row} is so long that distances would overflow: scale the vectors down")
            }
            Self::UnsupportedFormat { expected, got } => {
                write!(f, "the snapshot is of format {got}, and this version reads format {expected}")
            }
            Self::Damaged { what } => write!(f, "the snapshot is damaged: {what}"),
            Self::Partial => f.write_str("rows that this needs have not been read back yet"),
            Self::OutOfMemory => f.write_str("out of memory: remove rows and compact, or use fewer dimensions"),
            Self::NotAnIndex { got: EXPORT } => f.write_str(
                "this is an export of EdgeVec's TypeScript package, not a file of an index: open it with that package",
            ),
            Self::NotAnIndex { got } => {
                write!(
                    f,
                    "this is no file of an index: it begins with \"{}\", not \"EVIX\"",
                    got.to_le_bytes().escape_ascii()
                )
            }
            Self::InvalidRecall => {
                f.write_str("the recall must be above 0 and below 1: for all true rows, search with Mode::Exact")
            }
            Self::InvalidSparse { at } => {
                write!(f, "pair {at} of the sparse vector is not in ascending order, or its value is no number from 0")
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<std::collections::TryReserveError> for Error {
    fn from(_: std::collections::TryReserveError) -> Self {
        Self::OutOfMemory
    }
}

/// The kind of the result is `InvalidData` for bytes that are no index of this version,
/// `OutOfMemory`, or else `InvalidInput`. The error itself is inside.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::NotAnIndex { .. } | Error::UnsupportedFormat { .. } | Error::Damaged { .. } => {
                io::ErrorKind::InvalidData
            }
            Error::OutOfMemory => io::ErrorKind::OutOfMemory,
            _ => io::ErrorKind::InvalidInput,
        };
        Self::new(kind, error)
    }
}
