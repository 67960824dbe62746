//! Lists of postings that never change: for each term of some thousands of rows, the rows with the
//! term, and how often each row has the term.
//!
//! A list has blocks of [`BLOCK`] postings, packed in as few bits as the block needs. In front of a
//! list of several blocks are the *marks* of the blocks: where a block ends, the last row of the
//! block, and the limits that tell the most that a posting of the block can score. A search
//! therefore passes over blocks without reading their postings.

use super::packing::{PADDING, pack, packed_bytes, push_varint, unpack, varint, width_of};
use super::rows::Rows;
use crate::Error;

/// Postings of a block.
pub(crate) const BLOCK: usize = 128;
/// Bytes of the mark of a block.
const MARK: usize = 16;

/// A row with a term, and how often the row has the term. Each time counts as often as the weight
/// of the field says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Posting {
    pub(crate) row: u32,
    pub(crate) frequency: u32,
}

/// What no posting of a block goes beyond.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) most_frequency: u32,
    pub(crate) least_length: u32,
}

impl Limits {
    const NONE: Self = Self { most_frequency: 0, least_length: u32::MAX };

    fn and(self, other: Self) -> Self {
        Self {
            most_frequency: self.most_frequency.max(other.most_frequency),
            least_length: self.least_length.min(other.least_length),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Segment {
    /// The number by which a slot names the segment.
    pub(crate) id: u32,
    pub(crate) rows: Rows,
    /// The terms with a list, ascending.
    terms: Vec<u32>,
    /// By list: the place in `bytes`.
    starts: Vec<u32>,
    bytes: Vec<u8>,
    postings: u32,
}

impl Segment {
    /// About how many postings are of live rows.
    pub(crate) fn live_postings(&self) -> u32 {
        let share = f64::from(self.rows.live()) / f64::from(self.rows.len().max(1));
        (f64::from(self.postings) * share) as u32
    }

    pub(crate) fn lists(&self) -> usize {
        self.terms.len()
    }

    pub(crate) fn term(&self, list: usize) -> u32 {
        self.terms[list]
    }

    /// The list of a term.
    pub(crate) fn list_of(&self, term: u32) -> Option<usize> {
        self.terms.binary_search(&term).ok()
    }

    /// A cursor before the first posting of a list.
    pub(crate) fn cursor(&self, list: usize) -> Cursor<'_> {
        let bytes = &self.bytes[self.starts[list] as usize..];
        let (count, at) = varint(bytes, 0);
        let blocks = (count as usize).div_ceil(BLOCK);
        let marks = if blocks > 1 { blocks * MARK } else { 0 };
        Cursor {
            bytes: &bytes[at..],
            count: count as usize,
            blocks,
            packed: marks,
            block: 0,
            loaded: usize::MAX,
            has_frequencies: false,
            rows: [0; BLOCK],
            frequencies: [0; BLOCK],
        }
    }

    /// The number of postings of a list.
    pub(crate) fn count(&self, list: usize) -> u32 {
        varint(&self.bytes, self.starts[list] as usize).0
    }

    /// Bytes of all lists.
    pub(crate) fn list_bytes(&self) -> usize {
        self.bytes.len() - PADDING
    }

    /// The lists that begin at these places.
    pub(crate) fn lists_between(&self, from: usize, to: usize) -> std::ops::Range<usize> {
        let place = |at: usize| self.starts.partition_point(|&start| (start as usize) < at);
        place(from)..place(to)
    }

    /// The number of postings of a list, and its packed blocks without their marks.
    pub(crate) fn packed(&self, list: usize) -> (usize, &[u8]) {
        let end = self.starts.get(list + 1).map_or(self.list_bytes(), |&start| start as usize);
        let bytes = &self.bytes[self.starts[list] as usize..end];
        let (count, at) = varint(bytes, 0);
        let blocks = (count as usize).div_ceil(BLOCK);
        (count as usize, &bytes[at + if blocks > 1 { blocks * MARK } else { 0 }..])
    }

    pub(crate) fn memory(&self) -> usize {
        self.rows.memory() + 4 * (self.terms.capacity() + self.starts.capacity()) + self.bytes.capacity()
    }
}

/// Writes the lists of a segment, in the order of their terms.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    segment: Segment,
    numbers: Vec<u32>,
    packed: Vec<u8>,
}

impl Writer {
    /// Appends the list of a term. The postings ascend, and `lengths` has the length of each row.
    pub(crate) fn push(&mut self, term: u32, postings: &[Posting], lengths: &[u32]) -> Result<(), Error> {
        let Segment { terms, starts, bytes, .. } = &mut self.segment;
        terms.try_reserve(1)?;
        starts.try_reserve(1)?;
        // A posting has at most eight bytes, and a block has a mark and two widths.
        let most = postings.len() * 8 + postings.len().div_ceil(BLOCK) * (MARK + 4) + 8;
        bytes.try_reserve(most + PADDING)?;
        let start = u32::try_from(bytes.len()).map_err(|_| Error::OutOfMemory)?;
        terms.push(term);
        starts.push(start);
        push_varint(postings.len() as u32, bytes);
        self.packed.clear();
        self.packed.try_reserve(most)?;
        let has_marks = postings.len() > BLOCK;
        let mut before = None;
        for block in postings.chunks(BLOCK) {
            self.numbers.clear();
            for posting in block {
                // The first row of a list as it is, and each further row as the rows between.
                self.numbers.push(before.map_or(posting.row, |before| posting.row - before - 1));
                before = Some(posting.row);
            }
            let row_width = width_of(&self.numbers);
            self.packed.push(row_width as u8);
            let at = self.packed.len();
            self.packed.push(0);
            pack(&self.numbers, row_width, &mut self.packed);
            self.numbers.clear();
            self.numbers.extend(block.iter().map(|posting| posting.frequency - 1));
            let frequency_width = width_of(&self.numbers);
            self.packed[at] = frequency_width as u8;
            pack(&self.numbers, frequency_width, &mut self.packed);
            if has_marks {
                let limits = limits_of(block.iter().copied(), lengths);
                let last = before.unwrap_or_default();
                for number in [self.packed.len() as u32, last, limits.most_frequency, limits.least_length] {
                    bytes.extend_from_slice(&number.to_le_bytes());
                }
            }
        }
        bytes.extend_from_slice(&self.packed);
        self.segment.postings += postings.len() as u32;
        Ok(())
    }

    pub(crate) fn memory(&self) -> usize {
        self.segment.memory() + 4 * self.numbers.capacity() + self.packed.capacity()
    }

    pub(crate) fn finish(self, id: u32, rows: Rows) -> Segment {
        let mut segment = self.segment;
        segment.id = id;
        segment.rows = rows;
        segment.bytes.extend_from_slice(&[0; PADDING]);
        segment.terms.shrink_to_fit();
        segment.starts.shrink_to_fit();
        segment.bytes.shrink_to_fit();
        segment
    }
}

fn limits_of(postings: impl Iterator<Item = Posting>, lengths: &[u32]) -> Limits {
    postings.fold(Limits::NONE, |limits, Posting { row, frequency }| {
        limits.and(Limits { most_frequency: frequency, least_length: lengths[row as usize] })
    })
}

/// A place in a list, block by block.
pub(crate) struct Cursor<'a> {
    /// The marks of the blocks, and the packed blocks.
    bytes: &'a [u8],
    count: usize,
    blocks: usize,
    /// The place of the first block.
    packed: usize,
    block: usize,
    /// The block whose rows have been read.
    loaded: usize,
    has_frequencies: bool,
    rows: [u32; BLOCK],
    frequencies: [u32; BLOCK],
}

impl Cursor<'_> {
    /// Whether the cursor is behind the last block.
    pub(crate) fn is_over(&self) -> bool {
        self.block >= self.blocks
    }

    pub(crate) fn next_block(&mut self) {
        self.block += 1;
    }

    /// Goes to the block that may have this row, or a later row.
    pub(crate) fn seek_block(&mut self, row: u32) {
        if self.blocks == 1 {
            return;
        }
        while self.block < self.blocks && self.mark(self.block, 1) < row {
            self.block += 1;
        }
    }

    /// The rows of the present block.
    pub(crate) fn rows(&mut self) -> &[u32] {
        let length = self.length();
        if self.loaded != self.block {
            self.loaded = self.block;
            self.has_frequencies = false;
            let (row_width, _, at) = self.widths();
            unpack(&self.bytes[at..], row_width, &mut self.rows[..length]);
            let mut next = if self.block == 0 { 0 } else { self.mark(self.block - 1, 1) + 1 };
            for row in &mut self.rows[..length] {
                *row += next;
                next = *row + 1;
            }
        }
        &self.rows[..length]
    }

    /// How often each row of the present block has the term. `rows` has read the block.
    pub(crate) fn frequencies(&mut self) -> &[u32] {
        let length = self.length();
        if !self.has_frequencies {
            self.has_frequencies = true;
            let (row_width, width, at) = self.widths();
            let at = at + packed_bytes(length, row_width);
            unpack(&self.bytes[at..], width, &mut self.frequencies[..length]);
            self.frequencies[..length].iter_mut().for_each(|frequency| *frequency += 1);
        }
        &self.frequencies[..length]
    }

    /// The rows of the present block, and how often each row has the term.
    pub(crate) fn postings(&mut self) -> (&[u32], &[u32]) {
        self.rows();
        self.frequencies();
        let length = self.length();
        (&self.rows[..length], &self.frequencies[..length])
    }

    /// What no posting of the present block goes beyond.
    pub(crate) fn limits(&mut self, lengths: &[u32]) -> Limits {
        if self.blocks > 1 {
            return self.marked_limits(self.block);
        }
        self.rows();
        self.frequencies();
        let pairs = self.rows.iter().zip(&self.frequencies).take(self.count);
        limits_of(pairs.map(|(&row, &frequency)| Posting { row, frequency }), lengths)
    }

    /// What no posting of the list goes beyond.
    pub(crate) fn all_limits(&mut self, lengths: &[u32]) -> Limits {
        if self.blocks == 1 {
            return self.limits(lengths);
        }
        (0..self.blocks).fold(Limits::NONE, |limits, block| limits.and(self.marked_limits(block)))
    }

    /// The number of postings of the present block.
    fn length(&self) -> usize {
        BLOCK.min(self.count - self.block * BLOCK)
    }

    fn marked_limits(&self, block: usize) -> Limits {
        Limits { most_frequency: self.mark(block, 2), least_length: self.mark(block, 3) }
    }

    /// The widths of rows and frequencies of the present block, and the place of the packed rows.
    fn widths(&self) -> (u32, u32, usize) {
        let before = if self.block == 0 { 0 } else { self.mark(self.block - 1, 0) };
        let at = self.packed + before as usize;
        (u32::from(self.bytes[at]), u32::from(self.bytes[at + 1]), at + 2)
    }

    /// A number of the mark of a block.
    fn mark(&self, block: usize, number: usize) -> u32 {
        let at = block * MARK + 4 * number;
        u32::from_le_bytes(self.bytes[at..at + 4].try_into().unwrap_or_default())
    }
}
