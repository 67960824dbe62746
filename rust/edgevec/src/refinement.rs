//! What a row's levels leave of it, in 4 or 12 bits more a component: where full rows are not kept,
//! answers are ranked by these.

use crate::Error;
use crate::chunks::{Chunks, Saved};
use crate::quantize::{BLOCK, BLOCK_BYTES, MOST_LEVEL, ZERO, is_zero_beyond, pack, round, step, unpack};
use crate::snapshot::Section;

pub(crate) struct Refinement {
    /// Packed as levels are.
    halves: Chunks<u8>,
    /// Eight bits more.
    bytes: Option<Chunks<u8>>,
    /// The row's step.
    steps: Chunks<f32>,
    numbers: Vec<i8>,
}

impl Refinement {
    /// For rows kept in 8 bits a component, or in 16 if `fine`.
    pub(crate) fn new(dimensions: usize, fine: bool) -> Self {
        let width = dimensions.next_multiple_of(BLOCK);
        Self {
            halves: Chunks::new(width / BLOCK * BLOCK_BYTES, ZERO | ZERO << 4),
            bytes: fine.then(|| Chunks::new(width, 0)),
            steps: Chunks::new(1, 0.0),
            numbers: vec![0; width],
        }
    }

    /// With room for no rows yet.
    pub(crate) fn renewed(&self) -> Self {
        Self::new(self.numbers.len(), self.bytes.is_some())
    }

    pub(crate) fn reserve(&mut self, rows: usize) -> Result<(), Error> {
        self.halves.reserve(rows)?;
        self.bytes.as_mut().map_or(Ok(()), |bytes| bytes.reserve(rows))?;
        self.steps.reserve(rows)
    }

    /// Stores what `levels` leave of a centred row.
    pub(crate) fn set(&mut self, slot: u32, centred: &[f32], levels: &[i8]) {
        let (step, inverse) = step(centred, MOST_LEVEL);
        self.steps.row_mut(slot)[0] = step;
        let parts = self.parts();
        // Half a level is half a part more than there is room for, and no more off than any other.
        let most = (parts - 1.0) / 2.0;
        let rest =
            |value: f32, level: i8| round((value * inverse - f32::from(level)) * parts).clamp(-most, most) as i16;
        let values = centred.iter().zip(levels);
        match &mut self.bytes {
            Some(bytes) => {
                for ((number, byte), (&value, &level)) in self.numbers.iter_mut().zip(bytes.row_mut(slot)).zip(values) {
                    let rest = rest(value, level);
                    (*number, *byte) = ((rest >> 8) as i8, rest as u8);
                }
            }
            None => {
                for (number, (&value, &level)) in self.numbers.iter_mut().zip(values) {
                    *number = rest(value, level) as i8;
                }
            }
        }
        pack(&self.numbers, self.halves.row_mut(slot));
    }

    /// Leaves nothing of a row.
    pub(crate) fn blank(&mut self, slot: u32) {
        self.halves.blank(slot);
        if let Some(bytes) = &mut self.bytes {
            bytes.blank(slot);
        }
        self.steps.blank(slot);
    }

    /// Whether a row is as [`blank`](Self::blank) leaves it.
    pub(crate) fn is_blank(&self, slot: u32) -> bool {
        let bytes = self.bytes.as_ref().is_none_or(|bytes| bytes.is_blank(slot));
        bytes && self.halves.is_blank(slot) && self.steps.is_blank(slot)
    }

    /// Writes the row that `levels` and what they left stand for.
    pub(crate) fn decode(&self, slot: u32, levels: &[i8], mean: &[f32], row: &mut [f32]) {
        let (step, part) = (self.steps.row(slot)[0], 1.0 / self.parts());
        let mut halves = [0; BLOCK];
        let blocks = self.halves.row(slot).as_chunks::<BLOCK_BYTES>().0;
        for (at, (packed, row)) in blocks.iter().zip(row.chunks_mut(BLOCK)).enumerate() {
            unpack(packed, &mut halves);
            let start = at * BLOCK;
            let known = mean[start..].iter().zip(&levels[start..]);
            match &self.bytes {
                Some(bytes) => {
                    let rests = halves.iter().zip(&bytes.row(slot)[start..]);
                    for ((value, (&mean, &level)), (&half, &byte)) in row.iter_mut().zip(known).zip(rests) {
                        let rest = f32::from(i16::from(half) << 8 | i16::from(byte));
                        *value = mean + step * (f32::from(level) + rest * part);
                    }
                }
                None => {
                    for ((value, (&mean, &level)), &half) in row.iter_mut().zip(known).zip(&halves) {
                        *value = mean + step * (f32::from(level) + f32::from(half) * part);
                    }
                }
            }
        }
    }

    /// Parts of a level: odd, so that nothing is exactly half.
    fn parts(&self) -> f32 {
        if self.bytes.is_some() { 4095.0 } else { 15.0 }
    }

    pub(crate) fn section(&self, section: Section) -> Option<&dyn Saved> {
        match section {
            Section::Halves => Some(&self.halves),
            Section::Bytes => self.bytes.as_ref().map(|bytes| bytes as &dyn Saved),
            Section::Steps => Some(&self.steps),
            _ => None,
        }
    }

    pub(crate) fn section_mut(&mut self, section: Section) -> Option<&mut dyn Saved> {
        match section {
            Section::Halves => Some(&mut self.halves),
            Section::Bytes => self.bytes.as_mut().map(|bytes| bytes as &mut dyn Saved),
            Section::Steps => Some(&mut self.steps),
            _ => None,
        }
    }

    /// Whether a row's step could be one, and its further bits end with its dimensions.
    pub(crate) fn is_sound(&self, slot: u32, dimensions: usize) -> bool {
        (0.0..=f32::MAX).contains(&self.steps.row(slot)[0])
            && is_zero_beyond(self.halves.row(slot), dimensions)
            && self.bytes.as_ref().is_none_or(|bytes| bytes.row(slot)[dimensions..].iter().all(|&byte| byte == 0))
    }

    pub(crate) fn bytes(&self) -> usize {
        self.halves.bytes() + self.bytes.as_ref().map_or(0, Chunks::bytes) + self.steps.bytes()
    }
}
