//! The segments of an index as stored bytes, and back into another index.

use super::stored::{self, DAMAGED, Restoring};
use super::{NOWHERE, Place, TextIndex};
use crate::Error;

impl TextIndex {
    /// The numbers of the segments. A number stands for the same lists for good.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = u32> {
        self.segments.iter().map(|segment| segment.id)
    }

    /// The slots of the rows that are in no segment yet.
    pub fn unstored(&self) -> impl Iterator<Item = u32> {
        let rows = &self.tail.rows;
        (0..).zip(&rows.slots).filter(|&(row, _)| rows.is_live(row)).map(|(_, &slot)| slot)
    }

    /// The number of parts of a segment. 0 if there is no such segment any more.
    #[must_use]
    pub fn parts(&self, segment: u32) -> u32 {
        self.segment(segment).map_or(0, stored::parts)
    }

    /// Appends a part of a segment. Appends nothing if there is no such segment any more.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn write_part(&self, segment: u32, part: u32, out: &mut Vec<u8>) -> Result<(), Error> {
        self.segment(segment).map_or(Ok(()), |segment| stored::write_part(segment, &self.dictionary, part, out))
    }

    /// Appends the head: the removed rows of each segment.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn write_head(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        stored::write_head(&self.segments, out)
    }

    /// Begins to read a segment, by the head and the first part.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::OutOfMemory`].
    pub fn restore(&self, segment: u32, head: &[u8], rows: &[u8]) -> Result<Restoring, Error> {
        if segment >= self.tail_id || self.segment(segment).is_some() {
            return Err(DAMAGED);
        }
        Restoring::begin(segment, head, rows)
    }

    /// Takes in a further part of a segment.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::OutOfMemory`].
    pub fn restore_lists(&mut self, restoring: &mut Restoring, part: &[u8]) -> Result<(), Error> {
        restoring.take(&mut self.dictionary, part)
    }

    /// A step of reading a segment whose parts are all in: about so many postings. At the end the
    /// segment takes its place, with the rows that `allow` allows and whose slots have no words
    /// yet. Returns false then.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::OutOfMemory`].
    pub fn restore_step(&mut self, restoring: &mut Restoring, postings: u32, allow: &[u32]) -> Result<bool, Error> {
        if restoring.step(postings as usize)? {
            return Ok(true);
        }
        let mut segment = restoring.finish();
        let is_allowed = |slot: u32| allow.get(slot as usize / 32).is_some_and(|word| word >> (slot % 32) & 1 == 1);
        let slots = segment.rows.slots.iter().filter(|&&slot| is_allowed(slot)).max();
        let slots = slots.map_or(0, |&slot| slot as usize + 1);
        self.places.try_reserve(slots.saturating_sub(self.places.len()))?;
        self.segments.try_reserve(1)?;
        if self.places.len() < slots {
            self.places.resize(slots, NOWHERE);
        }
        let rows = &mut segment.rows;
        for row in 0..rows.len() {
            let slot = rows.slots[row as usize];
            if !rows.is_live(row) {
                continue;
            }
            if is_allowed(slot) && self.places[slot as usize] == NOWHERE {
                self.places[slot as usize] = Place { segment: segment.id, row };
                self.rows += 1;
                self.lengths += u64::from(rows.lengths[row as usize]);
            } else {
                rows.remove(row);
            }
        }
        self.segments.push(segment);
        Ok(false)
    }
}
