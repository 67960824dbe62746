//! Rows of one width in fixed-size chunks.
//!
//! Growing allocates a chunk: nothing is copied, nothing doubles, and a row never moves. A chunk
//! holds a power of two of rows, and at most about a mebibyte. A chunk starts on a cache line, and
//! so do rows of whole lines. Rows are saved in chunks, and a chunk knows whether the chunk has
//! changed since saving.

use bytemuck::{Pod, Zeroable};

use crate::Error;

const CHUNK_BYTES: usize = 1 << 20;
/// Narrow rows get smaller chunks, so that a small index stays small.
const MAX_CHUNK_ROWS: usize = 1 << 13;

/// A cache line, the unit and alignment of chunk memory.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([u8; 64]);

pub(crate) struct Chunks<T> {
    chunks: Vec<Vec<Line>>,
    /// The number of rows in each chunk at the last saving, or 0 after a later write to the chunk.
    clean: Vec<u32>,
    width: usize,
    shift: u32,
    fill: T,
}

impl<T: Pod> Chunks<T> {
    /// No rows yet, of `width` values each. New rows hold `fill`.
    pub(crate) fn new(width: usize, fill: T) -> Self {
        let rows = (CHUNK_BYTES / (width * size_of::<T>())).clamp(1, MAX_CHUNK_ROWS);
        Self { chunks: Vec::new(), clean: Vec::new(), width, shift: rows.ilog2(), fill }
    }

    /// Makes the rows below `rows` exist. A failure loses no row.
    pub(crate) fn reserve(&mut self, rows: usize) -> Result<(), Error> {
        let first = self.chunks.len();
        let made = self.make_room(rows);
        (first..self.chunks.len()).for_each(|chunk| self.begin(chunk));
        made
    }

    /// Makes room for the rows below `rows`. The rows exist after their chunk
    /// [begins](Self::begin): unwritten memory costs no time.
    #[inline(never)]
    pub(crate) fn make_room(&mut self, rows: usize) -> Result<(), Error> {
        while self.chunks.len() << self.shift < rows {
            let mut chunk = Vec::new();
            chunk.try_reserve_exact(self.chunk_lines())?;
            self.chunks.try_reserve(1)?;
            self.clean.try_reserve(1)?;
            self.chunks.push(chunk);
            self.clean.push(0);
        }
        Ok(())
    }

    /// Makes the rows of a chunk exist, if the chunk has not begun. The chunk has room.
    #[inline(never)]
    pub(crate) fn begin(&mut self, chunk: usize) {
        let lines = self.chunk_lines();
        let chunk = &mut self.chunks[chunk];
        if chunk.is_empty() {
            chunk.resize(lines, Line::zeroed());
            bytemuck::cast_slice_mut::<Line, T>(chunk).fill(self.fill);
        }
    }

    #[inline(always)]
    pub(crate) fn row(&self, row: u32) -> &[T] {
        let chunk: &[T] = bytemuck::cast_slice(&self.chunks[(row >> self.shift) as usize]);
        &chunk[self.start(row)..][..self.width]
    }

    #[inline(always)]
    pub(crate) fn row_mut(&mut self, row: u32) -> &mut [T] {
        let (start, at) = (self.start(row), (row >> self.shift) as usize);
        self.clean[at] = 0;
        let chunk: &mut [T] = bytemuck::cast_slice_mut(&mut self.chunks[at]);
        &mut chunk[start..][..self.width]
    }

    /// Gives a row the value of a new row.
    pub(crate) fn blank(&mut self, row: u32) {
        let fill = self.fill;
        self.row_mut(row).fill(fill);
    }

    /// The rows of a chunk that has begun. A write to these rows counts as no change.
    pub(crate) fn chunk_mut(&mut self, chunk: usize) -> &mut [T] {
        bytemuck::cast_slice_mut(&mut self.chunks[chunk])
    }

    #[inline(always)]
    fn start(&self, row: u32) -> usize {
        (row as usize & ((1 << self.shift) - 1)) * self.width
    }

    fn chunk_lines(&self) -> usize {
        ((self.width << self.shift) * size_of::<T>()).div_ceil(size_of::<Line>())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.chunks.len() * self.chunk_lines() * size_of::<Line>()
    }

    /// The number of a chunk's rows below `rows`.
    fn rows_of(&self, chunk: usize, rows: u32) -> u32 {
        let first = (chunk as u32) << self.shift;
        assert!(first < rows, "there is no such chunk");
        (rows - first).min(1 << self.shift)
    }
}

impl<T: Pod + PartialEq> Chunks<T> {
    /// Whether a row is as [`blank`](Self::blank) leaves it.
    pub(crate) fn is_blank(&self, row: u32) -> bool {
        self.row(row).iter().all(|&value| value == self.fill)
    }
}

/// Chunks of rows of any type, as bytes. `rows` is the number of rows. The rest of the last chunk
/// is not saved.
pub(crate) trait Saved {
    /// Bytes of a row.
    fn row_bytes(&self) -> usize;
    /// Rows of a chunk.
    fn chunk_rows(&self) -> u32;
    fn bytes_of(&self, chunk: usize, rows: u32) -> &[u8];
    /// The place for the saved bytes of a chunk. Filling the place counts as no change.
    fn bytes_of_mut(&mut self, chunk: usize, rows: u32) -> &mut [u8];
    /// Whether a chunk has been written to since saving, or has more or fewer rows than at saving.
    fn is_dirty(&self, chunk: usize, rows: u32) -> bool;
    fn set_clean(&mut self, chunk: usize, rows: u32);
}

impl<T: Pod> Saved for Chunks<T> {
    fn row_bytes(&self) -> usize {
        self.width * size_of::<T>()
    }

    fn chunk_rows(&self) -> u32 {
        1 << self.shift
    }

    fn bytes_of(&self, chunk: usize, rows: u32) -> &[u8] {
        let length = self.rows_of(chunk, rows) as usize * self.row_bytes();
        &bytemuck::cast_slice(&self.chunks[chunk])[..length]
    }

    fn bytes_of_mut(&mut self, chunk: usize, rows: u32) -> &mut [u8] {
        self.set_clean(chunk, rows);
        self.begin(chunk);
        let length = self.rows_of(chunk, rows) as usize * self.row_bytes();
        &mut bytemuck::cast_slice_mut(&mut self.chunks[chunk])[..length]
    }

    fn is_dirty(&self, chunk: usize, rows: u32) -> bool {
        self.clean[chunk] != self.rows_of(chunk, rows)
    }

    fn set_clean(&mut self, chunk: usize, rows: u32) {
        self.clean[chunk] = self.rows_of(chunk, rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_filled_kept_and_aligned() {
        for width in [1, 3, 16, 768, 4096, 300_000] {
            let mut rows = Chunks::new(width, 7u32);
            rows.reserve(3).unwrap();
            rows.row_mut(1).fill(9);
            let before = rows.row(1).as_ptr();
            rows.reserve(20_000usize.min(200_000_000 / (width * 4))).unwrap();
            assert_eq!(rows.row(1).as_ptr(), before, "growing moves nothing");
            assert!(rows.row(0).iter().chain(rows.row(2)).all(|&value| value == 7));
            assert!(rows.row(1).iter().all(|&value| value == 9));
            assert_eq!(rows.row(0).as_ptr() as usize % 64, 0);
            assert!(rows.bytes() >= width * 4 * 3);
        }
    }

    #[test]
    fn a_chunk_is_dirty_until_it_is_saved_and_once_it_is_written_to_or_grows() {
        let mut rows = Chunks::new(1, 0u32);
        rows.reserve(2 * MAX_CHUNK_ROWS).unwrap();
        let most = MAX_CHUNK_ROWS as u32;
        assert!(rows.is_dirty(0, 10) && rows.is_dirty(1, most + 1), "never saved");
        rows.set_clean(0, 10);
        assert!(!rows.is_dirty(0, 10));
        assert!(rows.is_dirty(0, 11) && rows.is_dirty(0, 9), "of another length");
        rows.row_mut(most)[0] = 1;
        assert!(!rows.is_dirty(0, 10), "another chunk");
        rows.row_mut(most - 1)[0] = 1;
        assert!(rows.is_dirty(0, 10));
        rows.bytes_of_mut(0, 2 * most).fill(7);
        assert!(!rows.is_dirty(0, most + 5) && rows.row(most - 1)[0] == 0x0707_0707);
        assert_eq!(rows.bytes_of(1, most + 5), [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn memory_that_cannot_be_had_is_an_error() {
        let mut rows = Chunks::new(usize::MAX / 1024, 0u32);
        assert_eq!(rows.reserve(1), Err(Error::OutOfMemory));
    }
}
