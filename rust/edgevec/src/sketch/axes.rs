//! The axes of the subspace in which rows vary most.

use crate::codes::offset;
use crate::kernels::{BATCH, Isa};
use crate::quantize::{CODE_BLOCK, CODE_BLOCK_BYTES, MOST_CODE, ZERO, pack, round, step};

/// The number of axes: as many components of four bits as a cache line holds beside three numbers
/// of a row, in whole batches.
pub(crate) const AXES: usize = 104;

/// Axes in four bits a component, packed as the codes of rows.
pub(crate) struct Axes {
    packed: Vec<u8>,
    /// What turns a dot product with the packed axis into one with the axis.
    scales: [f32; AXES],
}

/// Squared lengths of projected numbers: of the projection, and in all.
#[derive(Clone, Copy)]
pub(super) struct Lengths {
    pub(super) along: f32,
    pub(super) whole: f32,
}

impl Lengths {
    /// The length of what lies outside the subspace.
    pub(super) fn rest(self) -> f32 {
        (self.whole - self.along).max(0.0).sqrt()
    }
}

impl Axes {
    /// Axes without a value, for rows of so many packed bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self { packed: vec![ZERO | ZERO << 4; AXES * bytes], scales: [0.0; AXES] }
    }

    fn bytes(&self) -> usize {
        self.packed.len() / AXES
    }

    /// Components of an axis, padded to whole blocks.
    pub(super) fn width(&self) -> usize {
        self.bytes() / CODE_BLOCK_BYTES * CODE_BLOCK
    }

    /// Takes an axis of length 1, or of zeros.
    #[inline(never)]
    pub(super) fn set(&mut self, at: usize, axis: &[f32]) {
        let (_, inverse) = step(axis, MOST_CODE);
        let (mut numbers, mut dot) = (vec![0; axis.len()], 0.0);
        for (number, &value) in numbers.iter_mut().zip(axis) {
            let rounded = round(value * inverse);
            *number = rounded as i8;
            dot += value * rounded;
        }
        let bytes = self.bytes();
        pack(&numbers, &mut self.packed[at * bytes..][..bytes]);
        self.scales[at] = if dot > 0.0 { 1.0 / dot } else { 0.0 };
    }

    /// Dot products of whole numbers with the packed axes, into a place for each axis.
    #[inline(never)]
    pub(super) fn dots(&self, isa: Isa, numbers: &[i8], dots: &mut [f32]) {
        let (bytes, offset) = (self.bytes(), offset(numbers));
        for (axes, dots) in self.packed.chunks_exact(BATCH * bytes).zip(dots.as_chunks_mut::<BATCH>().0) {
            let rows: [&[u8]; BATCH] = std::array::from_fn(|n| &axes[n * bytes..][..bytes]);
            *dots = isa.dot_codes(numbers, rows).map(|dot| (dot - offset) as f32);
        }
    }

    /// The components of whole numbers along the axes.
    #[inline(never)]
    pub(super) fn project(&self, isa: Isa, numbers: &[i8], along: &mut [f32]) -> Lengths {
        self.dots(isa, numbers, along);
        let mut squares = 0.0;
        for (along, scale) in along.iter_mut().zip(&self.scales) {
            *along *= scale;
            squares += *along * *along;
        }
        Lengths { along: squares, whole: squared_length(numbers) }
    }
}

/// The squared length of whole numbers.
#[inline(never)]
pub(super) fn squared_length(numbers: &[i8]) -> f32 {
    numbers.iter().map(|&number| i32::from(number) * i32::from(number)).sum::<i32>() as f32
}
