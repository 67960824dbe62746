//! Learns axes and margin from the rows, in small steps.
//!
//! The axes come from block power iterations on rows spread over all linked rows. Axes of the first
//! rows would fail if rows come in the order of their topics: with axes of 2,001 rows of one
//! corner, recall on books-768 fell from 0.946 to 0.784. At the end, a seeded rotation mixes the
//! axes, so that all axes carry about as much, and one size of steps fits all.

use std::collections::BinaryHeap;

use super::axes::squared_length;
use super::{AXES, Axes, SketchedQuery, Sketches};
use crate::Error;
use crate::codes::Codes;
use crate::kernels::Isa;
use crate::key::{Key, distance_of, key};
use crate::rng::hash;

/// Rows that the axes are learnt from.
pub(crate) const SAMPLE: usize = 2048;
/// Rounds of the power iteration.
const ROUNDS: usize = 4;
/// Rows multiplied, and rows sketched, in a step: some tenths of a millisecond.
const MULTIPLIED: usize = 16;
const SKETCHED: u32 = 64;
/// Rows that the margin is measured on.
pub(crate) const MEASURED: usize = 64;
/// Rows near to each of these, compared with it.
pub(crate) const NEAR: usize = 32;
const PASSED: usize = 10;
/// The margin is wider by `SAFETY` than this share of near rows need: rows to come may need more.
const WITHIN: f64 = 0.99;
const SAFETY: f32 = 1.2;
/// If more than this share of all rows are within the distance of the tenth nearest row, sketches
/// are not worth their time.
const MOST_PASSING: f32 = 0.25;

/// Learning under way.
pub(crate) struct Learning {
    isa: Isa,
    sample: Vec<u32>,
    axes: Axes,
    /// The axes as numbers, and the sums that become the next axes.
    basis: Vec<f32>,
    sums: Vec<f32>,
    phase: Phase,
    round: usize,
    next: usize,
    /// How far distances by sketches are above distances by codes, as keys.
    excesses: BinaryHeap<Key>,
    /// Queries, and the distances of the rows that are the tenth nearest.
    queries: Vec<(SketchedQuery, f32)>,
    margin: f32,
    /// Rows that passed, for all queries.
    passed: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Phase {
    Multiply,
    Orthonormalise,
    Mix,
    /// Sketching all rows.
    Fill,
    Measure,
    Count,
}

/// What sketches are worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Worth {
    /// The time that they take.
    Time,
    Nothing,
}

impl Learning {
    /// Begins with slots spread over all linked rows, for codes of so many packed bytes.
    pub(crate) fn new(isa: Isa, sample: Vec<u32>, bytes: usize) -> Result<Self, Error> {
        let axes = Axes::new(bytes);
        let (mut basis, mut sums) = (Vec::new(), Vec::new());
        for numbers in [&mut basis, &mut sums] {
            numbers.try_reserve_exact(AXES * axes.width())?;
            numbers.resize(AXES * axes.width(), 0.0);
        }
        let mut learning = Self {
            isa,
            sample,
            axes,
            basis,
            sums,
            phase: Phase::Multiply,
            round: 0,
            next: 0,
            excesses: BinaryHeap::new(),
            queries: Vec::new(),
            margin: 0.0,
            passed: 0,
        };
        let width = learning.axes.width();
        for (at, axis) in learning.basis.chunks_mut(width).enumerate() {
            axis.iter_mut().zip(0..).for_each(|(value, i)| *value = uniform(at as u64, i));
            learning.axes.set(at, axis);
        }
        Ok(learning)
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    /// About how many steps are left, at least one, for `slots` slots.
    pub(crate) fn left(&self, sketches: Option<&Sketches>, slots: u32) -> u32 {
        let (rows, axes, next) = (self.sample.len().div_ceil(MULTIPLIED), AXES, self.next);
        let sketched = sketches.map_or(0, |sketches| sketches.next);
        let fill = slots.saturating_sub(sketched).div_ceil(SKETCHED) as usize;
        let rounds = (ROUNDS - 1 - self.round.min(ROUNDS - 1)) * (rows + axes) + 2 * axes;
        let left = match self.phase {
            Phase::Multiply => rows - next.div_ceil(MULTIPLIED) + axes + rounds + fill + 2 * MEASURED,
            Phase::Orthonormalise => axes - next + rounds + fill + 2 * MEASURED,
            Phase::Mix => 2 * axes - next + fill + 2 * MEASURED,
            Phase::Fill => fill + 2 * MEASURED,
            Phase::Measure => 2 * MEASURED - next.min(MEASURED),
            Phase::Count => self.queries.len() - next.min(self.queries.len()),
        };
        left.max(1) as u32
    }

    /// A step of a phase before [`Phase::Fill`].
    pub(crate) fn step(&mut self, codes: &Codes) {
        match self.phase {
            Phase::Multiply => self.multiply(codes),
            Phase::Orthonormalise => self.orthonormalise(),
            Phase::Mix => self.mix(),
            Phase::Fill | Phase::Measure | Phase::Count => {}
        }
    }

    /// Adds some rows, each by its components along the axes. Each row counts as if of length 1.
    #[inline(never)]
    fn multiply(&mut self, codes: &Codes) {
        let width = self.axes.width();
        let (mut numbers, mut row, mut dots) = (vec![0i8; width], vec![0.0f32; width], [0.0; AXES]);
        for &slot in self.sample.iter().skip(self.next).take(MULTIPLIED) {
            codes.unpack(slot, &mut numbers);
            let squared = squared_length(&numbers);
            if squared == 0.0 {
                continue;
            }
            row.iter_mut().zip(&numbers).for_each(|(value, &number)| *value = f32::from(number));
            self.axes.dots(self.isa, &numbers, &mut dots);
            for (sums, dot) in self.sums.chunks_exact_mut(width).zip(dots) {
                add(sums, dot / squared, &row);
            }
        }
        self.next += MULTIPLIED;
        if self.next >= self.sample.len() {
            (self.phase, self.next) = (Phase::Orthonormalise, 0);
        }
    }

    /// Makes an axis of the next sums. Twice, since rounding leaves something of the other axes.
    #[inline(never)]
    fn orthonormalise(&mut self) {
        let width = self.axes.width();
        let (done, rest) = self.sums.split_at_mut(self.next * width);
        let axis = &mut rest[..width];
        let before = dot(self.isa, axis, axis);
        for _ in 0..2 {
            for other in done.chunks_exact(width) {
                let along = dot(self.isa, axis, other);
                add(axis, -along, other);
            }
        }
        let after = dot(self.isa, axis, axis);
        // Rows may lie in fewer dimensions than there are axes. What is left then is rounding.
        let inverse = if after > 1e-8 * before { 1.0 / after.sqrt() } else { 0.0 };
        axis.iter_mut().for_each(|value| *value *= inverse);
        self.axes.set(self.next, axis);
        self.next += 1;
        if self.next == AXES {
            std::mem::swap(&mut self.basis, &mut self.sums);
            self.sums.fill(0.0);
            self.round += 1;
            self.next = 0;
            self.phase = match self.round {
                ..ROUNDS => Phase::Multiply,
                ROUNDS => Phase::Mix,
                _ => Phase::Fill,
            };
        }
    }

    #[inline(never)]
    fn mix(&mut self) {
        let width = self.axes.width();
        let mixed = &mut self.sums[self.next * width..][..width];
        for (axis, at) in self.basis.chunks_exact(width).zip(0..) {
            add(mixed, uniform(self.next as u64, at), axis);
        }
        self.next += 1;
        if self.next == AXES {
            (self.phase, self.next) = (Phase::Orthonormalise, 0);
        }
    }

    /// Sketches for `rows` rows, once the axes are known.
    pub(crate) fn begin(&mut self, rows: usize) -> Result<Sketches, Error> {
        let bytes = self.axes.width() / 2;
        let axes = std::mem::replace(&mut self.axes, Axes::new(bytes));
        (self.basis, self.sums) = (Vec::new(), Vec::new());
        Sketches::new(self.isa, axes, rows)
    }

    /// Sketches some of the slots below `slots`.
    pub(crate) fn fill(&mut self, sketches: &mut Sketches, slots: u32, codes: &Codes) {
        let from = sketches.next;
        sketches.next = from.saturating_add(SKETCHED).min(slots);
        for slot in from..sketches.next {
            let lengths = sketches.set(slot, codes);
            sketches.learnt.add(lengths);
        }
        if sketches.next == slots {
            sketches.next = u32::MAX;
            (self.phase, self.next) = (Phase::Measure, 0);
        }
    }

    /// The slot of the next row to measure on. `None` after the last.
    pub(crate) fn next_measured(&mut self) -> Option<u32> {
        let at = self.next * (self.sample.len() / MEASURED).max(1);
        let slot = self.sample.get(at).copied().filter(|_| self.next < MEASURED);
        self.next += 1;
        if slot.is_none() {
            (self.phase, self.next) = (Phase::Count, 0);
        }
        slot
    }

    /// Takes in the rows nearest to a query, nearest first, with their distances by codes.
    pub(crate) fn measure(&mut self, sketches: &Sketches, query: SketchedQuery, nearest: &[(u32, f32)]) {
        let excesses = nearest.iter().map(|&(slot, distance)| sketches.excess(&query, slot, distance));
        self.excesses.extend(excesses.filter(|excess| excess.is_finite()).map(|excess| key(excess, 0)));
        if let Some(&(_, within)) = nearest.get(PASSED - 1) {
            self.queries.push((query, within));
        }
    }

    /// Counts the rows that a query's bounds let pass. At the end, the sketches are ready, or not
    /// worth their time.
    pub(crate) fn count(&mut self, sketches: &mut Sketches, counts: impl Fn(u32) -> bool) -> Option<Worth> {
        if self.next == 0 {
            let excesses = std::mem::take(&mut self.excesses).into_sorted_vec();
            let at = (excesses.len() as f64 * WITHIN) as usize;
            self.margin = SAFETY * excesses.get(at).map_or(0.0, |&excess| distance_of(excess)).max(0.0);
            self.sample.retain(|&slot| counts(slot));
        }
        if let Some((query, within)) = self.queries.get(self.next) {
            let mut bounds = vec![0.0; self.sample.len()];
            sketches.margin = self.margin;
            sketches.bounds(query, &self.sample, &mut bounds);
            self.passed += bounds.iter().filter(|&bound| bound <= within).count();
            self.next += 1;
            return None;
        }
        let tested = self.queries.len() * self.sample.len();
        let passing = if tested == 0 { 1.0 } else { self.passed as f32 / tested as f32 };
        if passing > MOST_PASSING {
            return Some(Worth::Nothing);
        }
        sketches.passing = Some(passing);
        Some(Worth::Time)
    }
}

#[inline(never)]
fn dot(isa: Isa, a: &[f32], b: &[f32]) -> f32 {
    isa.dot(a, [b])[0]
}

/// `sums + factor * row`.
#[inline(never)]
fn add(sums: &mut [f32], factor: f32, row: &[f32]) {
    for (sum, &value) in sums.iter_mut().zip(row) {
        *sum += factor * value;
    }
}

/// A seeded number from -1 to 1.
fn uniform(seed: u64, number: u64) -> f32 {
    (hash(seed, number) >> 40) as f32 / (1u32 << 23) as f32 - 1.0
}
