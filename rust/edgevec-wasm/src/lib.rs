//! The boundary: the engine's buffer operations for JavaScript. Only numbers and pointers cross,
//! and a function does a single thing.
//!
//! A pointer is valid until the next call that may allocate. JavaScript copies the values that
//! JavaScript keeps. `ts/src/engine` calls the glue, and turns a status into an error.
//!
//! The crate makes two engines, each a wasm file with its own memory: vectors (the feature
//! `vectors`) and text search (the feature `text`). A page loads the second file only for text
//! search.

#[cfg(feature = "vectors")]
mod engine;
#[cfg(feature = "bench")]
mod kernels;
#[cfg(feature = "vectors")]
mod searcher;
#[cfg(feature = "vectors")]
mod snapshot;
#[cfg(feature = "vectors")]
mod structs;
#[cfg(feature = "text")]
mod text;

use edgevec::Error;

/// Raised by hand if a call of either engine changes, so that glue never drives a wasm file of
/// another shape.
const ABI_VERSION: u32 = 18;

/// Gives a buffer this length, for JavaScript to write. Null if memory is exhausted.
fn room<T: Copy + Default>(buffer: &mut Vec<T>, length: usize) -> *const T {
    if buffer.try_reserve(length.saturating_sub(buffer.len())).is_err() {
        return std::ptr::null();
    }
    buffer.resize(length, T::default());
    buffer.as_ptr()
}

/// An error as a status, and the row of the batch if the error concerns a row.
fn status(error: Error) -> (i32, u32) {
    match error {
        Error::NotFinite { row } => (1, row as u32),
        Error::ZeroVector { row } => (2, row as u32),
        Error::TooLarge { row } => (3, row as u32),
        Error::OutOfMemory => (4, 0),
        Error::Damaged { .. } => (5, 0),
        Error::UnsupportedFormat { .. } => (6, 0),
        Error::Partial => (7, 0),
        _ => unreachable!("options and buffers have been found right"),
    }
}

/// Copies hits to the buffers that JavaScript reads. Returns the number of hits.
fn copy_hits<T>(
    hits: impl ExactSizeIterator<Item = (u32, T)>,
    slots: &mut Vec<u32>,
    values: &mut Vec<T>,
) -> Result<i32, Error> {
    let count = hits.len();
    slots.clear();
    values.clear();
    slots.try_reserve(count)?;
    values.try_reserve(count)?;
    for (slot, value) in hits {
        slots.push(slot);
        values.push(value);
    }
    Ok(count as i32)
}
