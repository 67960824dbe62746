//! What can go wrong, as data. Messages are for native callers; the boundary passes the numbers on.

use std::fmt;

/// Why the engine refused a call. Whatever it refused, it is as it was before.
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
    /// All components are zero, so there is no direction to compare under cosine. Leave such rows
    /// out, or use another metric.
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
    /// A snapshot of a format this version does not know. Use the version that wrote it, or a newer
    /// one.
    UnsupportedFormat {
        /// The format this version reads.
        expected: u32,
        /// The format of the snapshot.
        got: u32,
    },
    /// A snapshot holds what no index ever saved. Restore an earlier one.
    Damaged {
        /// What is wrong, and where.
        what: &'static str,
    },
    /// Rows that this needs have not been read back yet: the index is partial.
    /// [`Scratch::needed`](crate::Scratch::needed) says which a search needs, and
    /// [`Index::load_chunk`](crate::Index::load_chunk) takes them in.
    Partial,
    /// Memory could not be had. Remove and compact, or use fewer rows or dimensions.
    OutOfMemory,
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
        }
    }
}

impl std::error::Error for Error {}

impl From<std::collections::TryReserveError> for Error {
    fn from(_: std::collections::TryReserveError) -> Self {
        Self::OutOfMemory
    }
}
