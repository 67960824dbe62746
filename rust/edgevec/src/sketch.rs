//! A sketch of each row, in a single cache line: enough to tell that most rows are too far from a
//! query, before the engine reads the codes of these rows.
//!
//! Text embeddings vary mostly within a subspace of few dimensions. A sketch is the projection of a
//! row's codes onto that subspace: [`AXES`] components of four bits, a factor as codes have, the
//! row's bias, and the length of the rest of the row. The distance by sketches leaves out the dot
//! product of the two rests. That product is at most the product of the two lengths, and mostly a
//! small part of the product. The *margin* is the part that the engine allows for, measured on rows
//! near to each other ([`learning`]). The *bound* of a row is the distance by sketches less the
//! margin.
//!
//! Projections are made of integers by the kernel for codes, so every instruction set gives the
//! same sketches. Sketches are made of codes alone, and are not saved.

mod axes;
pub(crate) mod learning;

use axes::{AXES, Axes, Lengths};

use crate::Error;
use crate::chunks::Chunks;
use crate::codes::{CodedQuery, Codes, offset};
use crate::kernels::{BATCH, Isa};
use crate::quantize::{CODE_BLOCK, CODE_BLOCK_BYTES, MOST_CODE, MOST_QUERY, pack, round, step};

/// The numbers of a row's line: the bytes of the components, and the numbers behind.
const WIDTH: usize = CODE_BLOCK_BYTES / size_of::<f32>();
const PACKED: usize = AXES / 2 / size_of::<f32>();
const FACTOR: usize = PACKED;
const BIAS: usize = PACKED + 1;
const REST: usize = PACKED + 2;

/// Sketches have drifted if so many later rows lie outside the subspace by this factor more than
/// the learnt rows.
const DRIFTED_ROWS: u32 = 1024;
const DRIFT: f64 = 1.1;
/// A share outside the subspace that is too small for a comparison.
const LITTLE: f64 = 0.05;

pub(crate) struct Sketches {
    isa: Isa,
    axes: Axes,
    lines: Chunks<f32>,
    /// Slots below this have their sketches.
    next: u32,
    /// In parts of the product of the lengths of two rests.
    margin: f32,
    /// The share of all rows whose bound is within the distance of the tenth nearest row. `None`
    /// until searches may use the sketches.
    passing: Option<f32>,
    /// Of the rows sketched when the sketches were learnt, and of later rows.
    learnt: Energy,
    later: Energy,
    numbers: Vec<i8>,
}

/// Squared lengths of rows, in units of their codes: in all, and outside the subspace.
#[derive(Default)]
struct Energy {
    rows: u32,
    whole: f64,
    rest: f64,
}

impl Energy {
    fn add(&mut self, lengths: Lengths) {
        self.rows = self.rows.saturating_add(1);
        self.whole += f64::from(lengths.whole);
        self.rest += f64::from(lengths.whole - lengths.along);
    }

    /// The share outside the subspace.
    fn outside(&self) -> f64 {
        self.rest / self.whole.max(1.0)
    }
}

/// A query's projection, for comparison with the sketches of rows.
#[derive(Clone, Debug)]
pub(crate) struct SketchedQuery {
    numbers: [i8; CODE_BLOCK],
    factor: f32,
    bias: f32,
    offset: i32,
    /// The length of the rest, by the weight of a dot product in a distance.
    rest: f32,
}

/// The memory of a scan by sketches.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    /// The bound of each row of the scan, in the order of slots.
    pub(crate) bounds: Vec<f32>,
    /// The rows with near bounds.
    pub(crate) sifted: Vec<u32>,
}

impl Default for SketchedQuery {
    fn default() -> Self {
        Self { numbers: [0; CODE_BLOCK], factor: 0.0, bias: 0.0, offset: 0, rest: 0.0 }
    }
}

impl Sketches {
    /// No sketches yet, with room for `rows` rows.
    fn new(isa: Isa, axes: Axes, rows: usize) -> Result<Self, Error> {
        let numbers = vec![0; axes.width()];
        let (lines, learnt, later) = (Chunks::new(WIDTH, 0.0), Energy::default(), Energy::default());
        let mut sketches = Self { isa, axes, lines, next: 0, margin: 0.0, passing: None, learnt, later, numbers };
        sketches.reserve(rows)?;
        Ok(sketches)
    }

    pub(crate) fn reserve(&mut self, rows: usize) -> Result<(), Error> {
        self.lines.reserve(rows)
    }

    /// The share of all rows whose bound is within the distance of the tenth nearest row. `None`
    /// until searches may use the sketches.
    pub(crate) fn passing(&self) -> Option<f32> {
        self.passing
    }

    /// Makes the sketch of a row again, if the row's turn has come.
    pub(crate) fn renew(&mut self, slot: u32, codes: &Codes) {
        if slot < self.next {
            let lengths = self.set(slot, codes);
            self.later.add(lengths);
        }
    }

    /// Whether later rows lie outside the subspace so much more than the rows that the axes were
    /// learnt from that the axes are to be learnt again. The margin holds for rows like the learnt
    /// rows.
    pub(crate) fn have_drifted(&self) -> bool {
        self.later.rows >= DRIFTED_ROWS && self.later.outside() > DRIFT * self.learnt.outside().max(LITTLE)
    }

    #[inline(never)]
    fn set(&mut self, slot: u32, codes: &Codes) -> Lengths {
        codes.unpack(slot, &mut self.numbers);
        let [factor, bias] = codes.factors(slot);
        let mut along = [0.0; AXES];
        let lengths = self.axes.project(self.isa, &self.numbers, &mut along);
        let mut numbers = [0; CODE_BLOCK];
        let (_, dot) = lay_out(&along, MOST_CODE, &mut numbers);
        let line = self.lines.row_mut(slot);
        pack(&numbers, bytemuck::cast_slice_mut(line));
        line[FACTOR] = if dot > 0.0 { factor * (lengths.along / dot) } else { 0.0 };
        line[BIAS] = bias;
        line[REST] = factor * lengths.rest();
        lengths
    }

    /// Leaves nothing of a row.
    pub(crate) fn blank(&mut self, slot: u32) {
        self.lines.blank(slot);
    }

    /// The sketch of a query.
    #[inline(never)]
    pub(crate) fn sketch(&self, coded: &CodedQuery) -> SketchedQuery {
        let (numbers, factor, bias) = coded.parts();
        let mut along = [0.0; AXES];
        let lengths = self.axes.project(self.isa, numbers, &mut along);
        let rest = factor.abs() * lengths.rest();
        let mut query = SketchedQuery { bias, rest, ..SketchedQuery::default() };
        let (step, _) = lay_out(&along, MOST_QUERY, &mut query.numbers);
        query.factor = factor * step;
        query.offset = offset(&query.numbers);
        query
    }

    /// The bounds of rows, into a place for each slot.
    pub(crate) fn bounds(&self, query: &SketchedQuery, slots: &[u32], bounds: &mut [f32]) {
        let margin = self.margin * query.rest;
        let (batches, rest) = slots.as_chunks::<BATCH>();
        let (bounded, rest_bounded) = bounds.as_chunks_mut::<BATCH>();
        for (batch, bounds) in batches.iter().zip(bounded) {
            *bounds = self.bounds_of(query, margin, *batch);
        }
        if !rest.is_empty() {
            let last: [f32; BATCH] =
                self.bounds_of(query, margin, std::array::from_fn(|n| rest[n.min(rest.len() - 1)]));
            rest_bounded.copy_from_slice(&last[..rest.len()]);
        }
    }

    /// Inlined: a call for each four rows took a quarter of the time of a scan.
    #[inline(always)]
    fn bounds_of(&self, query: &SketchedQuery, margin: f32, slots: [u32; BATCH]) -> [f32; BATCH] {
        // Loops, since the functions of arrays are not always inlined.
        let mut lines: [&[f32]; BATCH] = [&[]; BATCH];
        for n in 0..BATCH {
            lines[n] = self.lines.row(slots[n]);
        }
        let mut rows: [&[u8]; BATCH] = [&[]; BATCH];
        for n in 0..BATCH {
            rows[n] = bytemuck::cast_slice(lines[n]);
        }
        let dots = self.isa.dot_codes(&query.numbers, rows);
        let mut bounds = [0.0; BATCH];
        for n in 0..BATCH {
            let line = lines[n];
            let dot = (dots[n] - query.offset) as f32;
            bounds[n] = (query.bias + line[BIAS]) + query.factor * line[FACTOR] * dot - margin * line[REST];
        }
        bounds
    }

    /// The part of the product of the lengths of the rests by which the distance by sketches is
    /// more than this distance by codes.
    fn excess(&self, query: &SketchedQuery, slot: u32, distance: f32) -> f32 {
        let [estimate, ..] = self.bounds_of(query, 0.0, [slot; BATCH]);
        (estimate - distance) / (query.rest * self.lines.row(slot)[REST])
    }

    pub(crate) fn bytes(&self) -> usize {
        self.lines.bytes()
    }
}

/// Rounds components to whole numbers of steps, `most` at most, in the places where the kernel for
/// codes expects the components of a line. The other places belong to the numbers behind the
/// components, and are zero. Returns the size of a step, and the dot product of the components and
/// the whole numbers.
#[inline(never)]
fn lay_out(along: &[f32], most: f32, numbers: &mut [i8]) -> (f32, f32) {
    let (step, inverse) = step(along, most);
    let (first, second) = numbers.split_at_mut(CODE_BLOCK_BYTES);
    let places = first[..AXES / 2].iter_mut().chain(&mut second[..AXES / 2]);
    let mut dot = 0.0;
    for (number, &value) in places.zip(along) {
        let rounded = round(value * inverse);
        *number = rounded as i8;
        dot += value * rounded;
    }
    (step, dot)
}
