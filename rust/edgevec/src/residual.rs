//! The residual of a row beyond its codes, in 4 or 12 bits more a component. If full rows are not
//! kept, answers are ranked by codes and residuals.

use crate::Error;
use crate::chunks::{Chunks, Saved};
use crate::quantize::{CODE_BLOCK, CODE_BLOCK_BYTES, MOST_CODE, ZERO, is_zero_beyond, pack, round, step, unpack};
use crate::snapshot::Section;

pub(crate) struct Residual {
    /// Packed as codes are.
    nibbles: Chunks<u8>,
    /// Eight bits more.
    bytes: Option<Chunks<u8>>,
    /// The size of the row's steps.
    scales: Chunks<f32>,
    numbers: Vec<i8>,
}

impl Residual {
    /// For rows kept in 8 bits a component, or in 16 if `fine`.
    pub(crate) fn new(dimensions: usize, fine: bool) -> Self {
        let width = dimensions.next_multiple_of(CODE_BLOCK);
        Self {
            nibbles: Chunks::new(width / CODE_BLOCK * CODE_BLOCK_BYTES, ZERO | ZERO << 4),
            bytes: fine.then(|| Chunks::new(width, 0)),
            scales: Chunks::new(1, 0.0),
            numbers: vec![0; width],
        }
    }

    /// An empty residual of the same shape, without room.
    pub(crate) fn renewed(&self) -> Self {
        Self::new(self.numbers.len(), self.bytes.is_some())
    }

    /// Takes away the room for the eight further bits, so that rows are stored in 8 bits a
    /// component. [`set_bytes`](Self::set_bytes) gives the room back.
    pub(crate) fn take_bytes(&mut self) -> Option<Chunks<u8>> {
        self.bytes.take()
    }

    /// Stores further rows in 16 bits a component. The caller must store earlier rows again.
    pub(crate) fn set_bytes(&mut self, bytes: Option<Chunks<u8>>) {
        self.bytes = bytes;
    }

    pub(crate) fn reserve(&mut self, rows: usize) -> Result<(), Error> {
        self.nibbles.reserve(rows)?;
        self.bytes.as_mut().map_or(Ok(()), |bytes| bytes.reserve(rows))?;
        self.scales.reserve(rows)
    }

    /// Stores the residual of a centred row beyond `codes`.
    pub(crate) fn set(&mut self, slot: u32, centred: &[f32], codes: &[i8]) {
        let (step, inverse) = step(centred, MOST_CODE);
        self.scales.row_mut(slot)[0] = step;
        let parts = self.parts();
        // Half a step needs half a part more than the largest residual. Clamping adds no larger
        // error than rounding does elsewhere.
        let most = (parts - 1.0) / 2.0;
        let rest = |value: f32, code: i8| round((value * inverse - f32::from(code)) * parts).clamp(-most, most) as i16;
        let values = centred.iter().zip(codes);
        match &mut self.bytes {
            Some(bytes) => {
                for ((number, byte), (&value, &code)) in self.numbers.iter_mut().zip(bytes.row_mut(slot)).zip(values) {
                    let rest = rest(value, code);
                    (*number, *byte) = ((rest >> 8) as i8, rest as u8);
                }
            }
            None => {
                for (number, (&value, &code)) in self.numbers.iter_mut().zip(values) {
                    *number = rest(value, code) as i8;
                }
            }
        }
        pack(&self.numbers, self.nibbles.row_mut(slot));
    }

    /// Leaves nothing of a row.
    pub(crate) fn blank(&mut self, slot: u32) {
        self.nibbles.blank(slot);
        if let Some(bytes) = &mut self.bytes {
            bytes.blank(slot);
        }
        self.scales.blank(slot);
    }

    /// Whether a row is as [`blank`](Self::blank) leaves it.
    pub(crate) fn is_blank(&self, slot: u32) -> bool {
        let bytes = self.bytes.as_ref().is_none_or(|bytes| bytes.is_blank(slot));
        bytes && self.nibbles.is_blank(slot) && self.scales.is_blank(slot)
    }

    /// Writes the row decoded from `codes` and residual.
    pub(crate) fn decode(&self, slot: u32, codes: &[i8], mean: &[f32], row: &mut [f32]) {
        let (step, part) = (self.scales.row(slot)[0], 1.0 / self.parts());
        let mut nibbles = [0; CODE_BLOCK];
        let blocks = self.nibbles.row(slot).as_chunks::<CODE_BLOCK_BYTES>().0;
        for (at, (packed, row)) in blocks.iter().zip(row.chunks_mut(CODE_BLOCK)).enumerate() {
            unpack(packed, &mut nibbles);
            let start = at * CODE_BLOCK;
            let known = mean[start..].iter().zip(&codes[start..]);
            match &self.bytes {
                Some(bytes) => {
                    let rests = nibbles.iter().zip(&bytes.row(slot)[start..]);
                    for ((value, (&mean, &code)), (&nibble, &byte)) in row.iter_mut().zip(known).zip(rests) {
                        let rest = f32::from(i16::from(nibble) << 8 | i16::from(byte));
                        *value = mean + step * (f32::from(code) + rest * part);
                    }
                }
                None => {
                    for ((value, (&mean, &code)), &nibble) in row.iter_mut().zip(known).zip(&nibbles) {
                        *value = mean + step * (f32::from(code) + f32::from(nibble) * part);
                    }
                }
            }
        }
    }

    /// Parts of a step: an odd number, so that nothing is exactly half.
    fn parts(&self) -> f32 {
        if self.bytes.is_some() { 4095.0 } else { 15.0 }
    }

    pub(crate) fn section(&self, section: Section) -> Option<&dyn Saved> {
        match section {
            Section::ResidualNibbles => Some(&self.nibbles),
            Section::ResidualBytes => self.bytes.as_ref().map(|bytes| bytes as &dyn Saved),
            Section::Scales => Some(&self.scales),
            _ => None,
        }
    }

    pub(crate) fn section_mut(&mut self, section: Section) -> Option<&mut dyn Saved> {
        match section {
            Section::ResidualNibbles => Some(&mut self.nibbles),
            Section::ResidualBytes => self.bytes.as_mut().map(|bytes| bytes as &mut dyn Saved),
            Section::Scales => Some(&mut self.scales),
            _ => None,
        }
    }

    /// Whether a row's step is a sound number, and the row's residual ends with the dimensions.
    pub(crate) fn is_sound(&self, slot: u32, dimensions: usize) -> bool {
        (0.0..=f32::MAX).contains(&self.scales.row(slot)[0])
            && is_zero_beyond(self.nibbles.row(slot), dimensions)
            && self.bytes.as_ref().is_none_or(|bytes| bytes.row(slot)[dimensions..].iter().all(|&byte| byte == 0))
    }

    pub(crate) fn bytes(&self) -> usize {
        self.nibbles.bytes() + self.bytes.as_ref().map_or(0, Chunks::bytes) + self.scales.bytes()
    }
}
