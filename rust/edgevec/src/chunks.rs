//! Rows of one width in fixed-size chunks.
//!
//! Growing allocates a chunk: nothing is copied, nothing doubles, and a row never moves. A chunk holds a power of two of rows
//! and at most about a mebibyte; it starts on a cache line, so rows of whole lines do too.

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
    width: usize,
    shift: u32,
    fill: T,
}

impl<T: Pod> Chunks<T> {
    /// No rows yet, of `width` values each; new rows hold `fill`.
    pub(crate) fn new(width: usize, fill: T) -> Self {
        let rows = (CHUNK_BYTES / (width * size_of::<T>())).clamp(1, MAX_CHUNK_ROWS);
        Self { chunks: Vec::new(), width, shift: rows.ilog2(), fill }
    }

    /// Makes the rows below `rows` exist. Fails without losing any.
    #[inline(never)]
    pub(crate) fn reserve(&mut self, rows: usize) -> Result<(), Error> {
        while self.chunks.len() << self.shift < rows {
            let mut chunk = Vec::new();
            chunk.try_reserve_exact(self.chunk_lines())?;
            self.chunks.try_reserve(1)?;
            chunk.resize(self.chunk_lines(), Line::zeroed());
            bytemuck::cast_slice_mut::<Line, T>(&mut chunk).fill(self.fill);
            self.chunks.push(chunk);
        }
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn row(&self, row: u32) -> &[T] {
        let chunk: &[T] = bytemuck::cast_slice(&self.chunks[(row >> self.shift) as usize]);
        &chunk[self.start(row)..][..self.width]
    }

    #[inline(always)]
    pub(crate) fn row_mut(&mut self, row: u32) -> &mut [T] {
        let start = self.start(row);
        let chunk: &mut [T] = bytemuck::cast_slice_mut(&mut self.chunks[(row >> self.shift) as usize]);
        &mut chunk[start..][..self.width]
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
    fn memory_that_cannot_be_had_is_an_error() {
        let mut rows = Chunks::new(usize::MAX / 1024, 0u32);
        assert_eq!(rows.reserve(1), Err(Error::OutOfMemory));
    }
}
