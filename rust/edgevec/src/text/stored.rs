//! Segments as stored bytes, and back.
//!
//! A segment never changes but for removed rows, so its *parts* are written once: first the rows,
//! then the lists with their words, some hundred kilobytes a part. The *head* has the removed rows
//! of all segments, and is written again at each change. Rows of the tail are not stored.
//!
//! The head and each part begin with the version, a byte. All numbers are in bytes of seven bits,
//! the lowest bits first.
//!
//! - The head has, for each segment, its number, the number of its rows, and a bit for each row,
//!   set if the row is removed.
//! - Part 0 has the number of rows, and for each row its slot, its length, and its place in the
//!   order of insertion.
//! - Each further part has lists: the word (length, bytes), the number of postings, and the packed
//!   blocks (length, bytes).
//!
//! A packed block has a byte with the width of its rows, a byte with the width of its frequencies,
//! the rows and the frequencies. The first row of a list is as it is. Of each further row, the
//! block has the number of rows between. A frequency is stored less one.
//!
//! Words come with their lists, because the numbers of terms are of this index alone. Reading
//! trusts no byte: every list is unpacked, checked and packed again.

use super::dictionary::Dictionary;
use super::packing::{PADDING, packed_bytes, unpack};
use super::rows::Rows;
use super::segment::{BLOCK, Posting, Segment, Writer};
use crate::Error;

/// The first byte of the head and of each part.
const VERSION: u8 = 1;
/// About the bytes of a part with lists.
const PART: usize = 1 << 19;

/// A segment that is read, part by part.
#[derive(Debug)]
pub struct Restoring {
    id: u32,
    rows: Rows,
    writer: Writer,
    /// The packed lists, in the order of the parts.
    packed: Vec<u8>,
    lists: Vec<List>,
    /// The next list to be unpacked, once the lists are in the order of their terms.
    next: Option<usize>,
    postings: Vec<Posting>,
}

#[derive(Debug)]
struct List {
    term: u32,
    start: usize,
    count: usize,
}

/// The number of parts of a segment.
pub(crate) fn parts(segment: &Segment) -> u32 {
    1 + segment.list_bytes().div_ceil(PART) as u32
}

/// Appends a part of a segment.
pub(crate) fn write_part(
    segment: &Segment,
    dictionary: &Dictionary,
    part: u32,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let rows = &segment.rows;
    out.try_reserve(1 + NUMBER)?;
    out.push(VERSION);
    let Some(part) = part.checked_sub(1) else {
        push(u64::from(rows.len()), out);
        out.try_reserve(rows.slots.len() * 3 * NUMBER)?;
        for (row, &slot) in rows.slots.iter().enumerate() {
            push(u64::from(slot), out);
            push(u64::from(rows.lengths[row]), out);
            push(rows.orders[row], out);
        }
        return Ok(());
    };
    for list in segment.lists_between(part as usize * PART, (part as usize + 1) * PART) {
        let (word, (count, packed)) = (dictionary.word(segment.term(list)), segment.packed(list));
        out.try_reserve(word.len() + packed.len() + 3 * NUMBER)?;
        push(word.len() as u64, out);
        out.extend_from_slice(word);
        push(count as u64, out);
        push(packed.len() as u64, out);
        out.extend_from_slice(packed);
    }
    Ok(())
}

/// Appends the head: the removed rows of each segment.
pub(crate) fn write_head(segments: &[Segment], out: &mut Vec<u8>) -> Result<(), Error> {
    out.try_reserve(1)?;
    out.push(VERSION);
    for segment in segments {
        let rows = segment.rows.len();
        out.try_reserve(2 * NUMBER + rows.div_ceil(8) as usize)?;
        push(u64::from(segment.id), out);
        push(u64::from(rows), out);
        out.extend((0..rows).step_by(8).map(|first| {
            let removed = (first..rows.min(first + 8)).filter(|&row| !segment.rows.is_live(row));
            removed.fold(0u8, |bits, row| bits | 1 << (row - first))
        }));
    }
    Ok(())
}

impl Restoring {
    /// Begins with the head and the first part.
    pub(crate) fn begin(segment: u32, head: &[u8], rows: &[u8]) -> Result<Self, Error> {
        let (count, removed) = removed_rows(segment, head)?;
        let mut reader = Reader::new(rows)?;
        // A row has at least three bytes.
        if reader.number::<u32>()? != count || count as usize > rows.len() / 3 {
            return Err(DAMAGED);
        }
        let mut read = Rows::default();
        read.reserve(count as usize)?;
        for row in 0..count {
            let (slot, length) = (reader.number()?, reader.number()?);
            read.push(slot, length, reader.number()?);
            if slot == u32::MAX || length == 0 {
                return Err(DAMAGED);
            }
            if removed[row as usize / 8] >> (row % 8) & 1 == 1 {
                read.remove(row);
            }
        }
        reader.end()?;
        Ok(Self {
            id: segment,
            rows: read,
            writer: Writer::default(),
            packed: Vec::new(),
            lists: Vec::new(),
            next: None,
            postings: Vec::new(),
        })
    }

    /// The segment, once `step` has returned false.
    pub(crate) fn finish(&mut self) -> Segment {
        std::mem::take(&mut self.writer).finish(self.id, std::mem::take(&mut self.rows))
    }

    /// Takes in a further part.
    pub(crate) fn take(&mut self, dictionary: &mut Dictionary, part: &[u8]) -> Result<(), Error> {
        let mut reader = Reader::new(part)?;
        self.packed.try_reserve(part.len())?;
        while !reader.is_over() {
            let length = reader.number()?;
            let word = reader.take(length)?;
            let count: usize = reader.number()?;
            let length = reader.number()?;
            let packed = reader.take(length)?;
            // A word is a line of text, and a row has at most one posting in a list.
            if word.is_empty() || word.contains(&b'\n') || count == 0 || count > self.rows.slots.len() {
                return Err(DAMAGED);
            }
            self.lists.try_reserve(1)?;
            self.lists.push(List { term: dictionary.intern(word)?, start: self.packed.len(), count });
            self.packed.extend_from_slice(packed);
        }
        Ok(())
    }

    /// Unpacks about so many postings. Returns false if nothing is left.
    pub(crate) fn step(&mut self, postings: usize) -> Result<bool, Error> {
        if self.next.is_none() {
            self.lists.sort_unstable_by_key(|list| list.term);
            if self.lists.windows(2).any(|pair| pair[0].term == pair[1].term) {
                return Err(DAMAGED);
            }
            self.packed.try_reserve(PADDING)?;
            self.packed.extend_from_slice(&[0; PADDING]);
        }
        let mut next = self.next.unwrap_or(0);
        let mut done = 0;
        while let Some(list) = self.lists.get(next)
            && done < postings
        {
            self.postings.clear();
            self.postings.try_reserve(list.count)?;
            unpack_list(&self.packed, list, self.rows.len(), &mut self.postings)?;
            self.writer.push(list.term, &self.postings, &self.rows.lengths)?;
            // A list counts as several postings, however short the list is.
            done += list.count + 8;
            next += 1;
        }
        self.next = Some(next);
        Ok(next < self.lists.len())
    }
}

/// Reads a list. `packed` ends with padding.
fn unpack_list(packed: &[u8], list: &List, rows: u32, out: &mut Vec<Posting>) -> Result<(), Error> {
    let mut at = list.start;
    let (mut numbers, mut frequencies) = ([0; BLOCK], [0; BLOCK]);
    let mut next = 0u32;
    for first in (0..list.count).step_by(BLOCK) {
        let length = BLOCK.min(list.count - first);
        let [row_width, width] = [at, at + 1].map(|at| u32::from(packed.get(at).copied().unwrap_or(u8::MAX)));
        if row_width > 32 || width > 32 {
            return Err(DAMAGED);
        }
        let middle = at + 2 + packed_bytes(length, row_width);
        let end = middle + packed_bytes(length, width);
        if end + PADDING > packed.len() {
            return Err(DAMAGED);
        }
        unpack(&packed[at + 2..], row_width, &mut numbers[..length]);
        unpack(&packed[middle..], width, &mut frequencies[..length]);
        at = end;
        for (&number, &frequency) in numbers.iter().zip(&frequencies).take(length) {
            let row = next.checked_add(number).filter(|&row| row < rows).ok_or(DAMAGED)?;
            out.push(Posting { row, frequency: frequency.checked_add(1).ok_or(DAMAGED)? });
            next = row + 1;
        }
    }
    Ok(())
}

/// The number of rows of a segment, and a bit for each removed row, from the head.
fn removed_rows(segment: u32, head: &[u8]) -> Result<(u32, &[u8]), Error> {
    let mut reader = Reader::new(head)?;
    while !reader.is_over() {
        let (id, rows): (u32, u32) = (reader.number()?, reader.number()?);
        let bits = reader.take(rows.div_ceil(8) as usize)?;
        if id == segment {
            return Ok((rows, bits));
        }
    }
    Err(DAMAGED)
}

/// Bytes that no index has written.
pub(crate) const DAMAGED: Error = Error::Damaged { what: "the words" };

/// The most bytes of a number.
const NUMBER: usize = 10;

/// Appends a number, seven bits a byte, the lowest bits first.
fn push(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        match bytes.split_first() {
            Some((&VERSION, left)) => Ok(Self { left }),
            _ => Err(DAMAGED),
        }
    }

    fn is_over(&self) -> bool {
        self.left.is_empty()
    }

    fn end(&self) -> Result<(), Error> {
        if self.is_over() { Ok(()) } else { Err(DAMAGED) }
    }

    fn take(&mut self, bytes: usize) -> Result<&'a [u8], Error> {
        let (taken, left) = self.left.split_at_checked(bytes).ok_or(DAMAGED)?;
        self.left = left;
        Ok(taken)
    }

    /// A number of [`push`] that fits into the type.
    fn number<T: TryFrom<u64>>(&mut self) -> Result<T, Error> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return T::try_from(value).map_err(|_| DAMAGED);
            }
        }
        Err(DAMAGED)
    }
}

#[cfg(test)]
pub(super) mod tests;
