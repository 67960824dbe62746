//! Distances by a third of each row, for a scan that rules out most rows before the scan reads the
//! other two thirds.

use std::ops::Range;

use super::{CodedQuery, Codes, offset};
use crate::kernels::{self, BATCH};
use crate::quantize::{CODE_BLOCK, CODE_BLOCK_BYTES};

/// A part is one of so many parts of a row.
pub(crate) const PARTS: usize = 3;

/// A part of each row: whole blocks of codes.
pub(crate) struct Part {
    blocks: Range<usize>,
    /// As the offset of a query, for the blocks.
    offset: i32,
}

impl Codes {
    /// Whether rows have parts.
    pub(crate) fn has_parts(&self) -> bool {
        self.mean.len() >= PARTS * CODE_BLOCK
    }

    /// The part in which the query is longest: this part of a row says most about the distance.
    /// `None` if a row has fewer than [`PARTS`] blocks.
    pub(crate) fn part(&self, query: &CodedQuery) -> Option<Part> {
        let blocks = self.mean.len() / CODE_BLOCK / PARTS;
        let numbers = |part: usize| &query.numbers[part * blocks * CODE_BLOCK..][..blocks * CODE_BLOCK];
        let energy = |part| numbers(part).iter().map(|&number| i64::from(number) * i64::from(number)).sum::<i64>();
        let longest = (0..PARTS).filter(|_| self.has_parts()).max_by_key(|&part| energy(part))?;
        Some(Part { blocks: longest * blocks..(longest + 1) * blocks, offset: offset(numbers(longest)) })
    }

    /// Distances as [`score`](Self::score) gives, if the rows were zero outside the part. Starts to
    /// bring the parts of all rows into the cache first.
    #[inline(never)]
    pub(crate) fn score_parts(&self, query: &CodedQuery, part: &Part, slots: &[u32], distances: &mut [f32]) {
        let numbers = &query.numbers[part.blocks.start * CODE_BLOCK..part.blocks.end * CODE_BLOCK];
        let bytes = part.blocks.start * CODE_BLOCK_BYTES..part.blocks.end * CODE_BLOCK_BYTES;
        kernels::prefetch(slots.iter().map(|&slot| &self.packed.row(slot)[bytes.clone()]));
        for (slots, distances) in slots.chunks(BATCH).zip(distances.chunks_mut(BATCH)) {
            let mut rows: [&[u8]; BATCH] = [&[]; BATCH];
            for n in 0..BATCH {
                // Scoring the last row again costs less than scoring rows one by one.
                rows[n] = &self.packed.row(slots[n.min(slots.len() - 1)])[bytes.clone()];
            }
            let dots = self.isa.dot_codes(numbers, rows);
            for ((distance, &slot), dot) in distances.iter_mut().zip(slots).zip(dots) {
                let factors = self.factors.row(slot);
                *distance = (query.bias + factors[1]) + query.factor * factors[0] * (dot - part.offset) as f32;
            }
        }
    }
}
