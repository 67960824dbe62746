//! The rows as codes of four bits, and distances between rows by codes. The graph is built and
//! walked on these distances.
//!
//! A walk waits for memory, and codes take an eighth of the memory of rows. With `m` the mean, `x =
//! m + x'` a row and `q = m + q'` a query, only `x'` and `q'` are coded. Up to a term that is the
//! same for all rows, `-q·x` is `-m·x' - q'·x'` and `|q - x|²` is `|q'|² + |x'|² - 2 q'·x'`. A row
//! therefore has two numbers beside its codes. The *bias* is `-m·x'` or `|x'|²`. By the *factor*,
//! `|x'|² / (x'·codes)`, a dot product of codes estimates a dot product of rows without bias
//! (RaBitQ, arXiv 2405.12497). On books-768, such a walk found as much at each `ef` as a walk on
//! 7-bit codes or on full rows, after the nearest twenty rows were ranked again (docs/benchmarks).
//!
//! Invariant: the distance between two rows has the same bits, with either row as the query.

use crate::chunks::{Chunks, Saved};
use crate::kernels::{self, BATCH, Isa};
use crate::quantize::{
    CODE_BLOCK, CODE_BLOCK_BYTES, MOST_CODE, MOST_QUERY, ZERO, is_zero_beyond, pack, round, step, unpack,
};
use crate::rows::{most_squared_length, squared_length};
use crate::snapshot::{List, SavedQuantiser, Section};
use crate::{Error, Metric};

/// A row is ranked by its exact distance if its estimate is within this many root mean square
/// errors.
const CERTAINTY: f32 = 2.5;

/// The codes have drifted if more than this share of the rows' energy comes from the mean being
/// off.
const DRIFT: f64 = 0.1;

/// Two codes of zero.
const NONE: u8 = ZERO | ZERO << 4;

pub(crate) struct Codes {
    isa: Isa,
    metric: Metric,
    /// Padded to whole blocks, as everything in `Codes`.
    mean: Vec<f32>,
    trained: bool,
    /// The root mean square error of an estimated distance, in parts of the product of the two
    /// lengths.
    error: f32,
    /// Of the rows encoded so far, each less the mean: the sum of the rows, the sum of their
    /// squared lengths, and their number.
    sum: Vec<f64>,
    energy: f64,
    encoded: f64,
    packed: Chunks<u8>,
    /// Factor and bias of each row.
    factors: Chunks<f32>,
    /// A row less the mean, and the row's codes, during encoding.
    centred: Vec<f32>,
    rounded: Vec<f32>,
    numbers: Vec<i8>,
}

/// A vector as integers, for comparison with the codes of rows.
#[derive(Debug, Default)]
pub(crate) struct CodedQuery {
    numbers: Vec<i8>,
    factor: f32,
    bias: f32,
    /// The sum that the rows' [`ZERO`] adds to every dot product.
    offset: i32,
    /// The difference between distance and estimate, without the error of the estimate.
    base: f32,
    length: f32,
    /// The likely length of rows near the query.
    near_length: f32,
    centred: Vec<f32>,
}

impl CodedQuery {
    /// Makes room for this many components, rounded up to whole blocks of codes.
    pub(crate) fn reserve(&mut self, dimensions: usize) -> Result<(), Error> {
        let padded = dimensions.next_multiple_of(CODE_BLOCK);
        self.numbers.try_reserve_exact(padded)?;
        Ok(self.centred.try_reserve_exact(padded)?)
    }

    /// The query less the mean as whole numbers, the factor of a dot product with these, and the
    /// bias.
    pub(crate) fn parts(&self) -> (&[i8], f32, f32) {
        (&self.numbers, self.factor, self.bias)
    }
}

impl Codes {
    pub(crate) fn new(metric: Metric, isa: Isa, dimensions: usize) -> Self {
        let padded = vec![0.0; dimensions.next_multiple_of(CODE_BLOCK)];
        let bytes = padded.len() / CODE_BLOCK * CODE_BLOCK_BYTES;
        Self {
            isa,
            metric,
            trained: false,
            error: 0.0,
            sum: vec![0.0; padded.len()],
            energy: 0.0,
            encoded: 0.0,
            packed: Chunks::new(bytes, NONE),
            factors: Chunks::new(2, 0.0),
            numbers: vec![0; padded.len()],
            rounded: padded.clone(),
            centred: padded.clone(),
            mean: padded,
        }
    }

    pub(crate) fn reserve(&mut self, rows: usize) -> Result<(), Error> {
        self.packed.reserve(rows)?;
        self.factors.reserve(rows)
    }

    /// Takes the mean of a sample of laid-out rows. The caller must store earlier rows again.
    pub(crate) fn train<'a>(&mut self, sample: impl Iterator<Item = &'a [f32]>) {
        let mut sums = vec![0.0f64; self.mean.len()];
        let mut count = 0.0;
        for row in sample {
            count += 1.0;
            sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
        }
        self.mean.iter_mut().zip(sums).for_each(|(mean, sum)| *mean = (sum / count) as f32);
        self.trained = true;
    }

    /// Whether so many rows lie to one side of the mean that codes about a new mean would be
    /// clearly finer.
    pub(crate) fn has_drifted(&self) -> bool {
        let aside: f64 = self.sum.iter().map(|sum| sum * sum).sum();
        aside > DRIFT * self.energy * self.encoded
    }

    /// As [`has_drifted`](Self::has_drifted), judged by rows laid out as queries.
    pub(crate) fn lie_aside<'a>(&self, queries: impl Iterator<Item = &'a CodedQuery>) -> bool {
        let mut sum = vec![0.0f64; self.mean.len()];
        let (mut energy, mut count) = (0.0, 0.0);
        for query in queries {
            sum.iter_mut().zip(&query.centred).for_each(|(sum, &value)| *sum += f64::from(value));
            energy += f64::from(query.length) * f64::from(query.length);
            count += 1.0;
        }
        sum.iter().map(|sum| sum * sum).sum::<f64>() > DRIFT * energy * count
    }

    /// Takes the mean for the mean of the rows so far.
    pub(crate) fn forget_drift(&mut self) {
        self.sum.fill(0.0);
        (self.energy, self.encoded) = (0.0, 0.0);
    }

    /// Leaves nothing of a row, neither in the slot nor in the sums. `row` is the row, as far as
    /// the row is known.
    pub(crate) fn blank(&mut self, slot: u32, row: Option<&[f32]>) {
        match row {
            Some(row) => self.take_from_sums(row),
            None => self.forget_drift(),
        }
        self.packed.blank(slot);
        self.factors.blank(slot);
    }

    /// Whether a row is as [`blank`](Self::blank) leaves it.
    pub(crate) fn is_blank(&self, slot: u32) -> bool {
        self.packed.is_blank(slot) && self.factors.is_blank(slot)
    }

    /// Takes a laid-out row out of the sums. After few encoded rows, the sums are little more than
    /// these rows, and would give a removed row away.
    fn take_from_sums(&mut self, row: &[f32]) {
        subtract(row, &self.mean, &mut self.centred);
        let [energy] = self.isa.dot(&self.centred, [&self.centred]);
        self.sum.iter_mut().zip(&self.centred).for_each(|(sum, &value)| *sum -= f64::from(value));
        self.energy = (self.energy - f64::from(energy)).max(0.0);
        self.encoded -= 1.0;
        // The row may not be among the summed rows, if the drift was forgotten since. The sums may
        // then fit no rows.
        if self.encoded < 1.0 || !self.sums_are_sound() {
            self.forget_drift();
        }
    }

    /// Forgets sums of more rows than the index has: earlier versions left reclaimed rows in the
    /// sums.
    pub(crate) fn forget_more_than(&mut self, rows: u32) {
        if self.encoded > f64::from(rows) {
            self.forget_drift();
        }
    }

    /// Whether the sums could be sums of rows within the longest length allowed.
    fn sums_are_sound(&self) -> bool {
        // A row may be as far from the mean as two of the longest rows are from each other.
        let most_apart = 4.0 * most_squared_length(self.metric);
        let (rows, most_apart) = if self.encoded == 0.0 { (1.0, 0.0) } else { (self.encoded, most_apart) };
        let squared_aside: f64 = self.sum.iter().map(|sum| (sum / rows) * (sum / rows)).sum();
        (1.0..=f64::MAX).contains(&rows)
            && squared_aside <= most_apart
            && (0.0..=most_apart).contains(&(self.energy / rows))
    }

    /// Empty codes about the present mean of the rows.
    pub(crate) fn renewed(&self) -> Self {
        let mut renewed = Self::new(self.metric, self.isa, self.mean.len());
        for ((renewed, &mean), &sum) in renewed.mean.iter_mut().zip(&self.mean).zip(&self.sum) {
            *renewed = (f64::from(mean) + sum / self.encoded) as f32;
        }
        // In parts of lengths, the error hardly depends on the mean.
        renewed.error = self.error;
        renewed.trained = true;
        renewed
    }

    /// Whether the codes have a mean. Nothing can be coded without a mean.
    #[inline(always)]
    pub(crate) fn is_trained(&self) -> bool {
        self.trained
    }

    pub(crate) fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// Stores a laid-out row. Returns the row less the mean, and the row's codes.
    pub(crate) fn set(&mut self, slot: u32, row: &[f32]) -> (&[f32], &[i8]) {
        subtract(row, &self.mean, &mut self.centred);
        let (_, inverse) = step(&self.centred, MOST_CODE);
        for ((number, rounded), &value) in self.numbers.iter_mut().zip(&mut self.rounded).zip(&self.centred) {
            *rounded = round(value * inverse);
            *number = *rounded as i8;
        }
        pack(&self.numbers, self.packed.row_mut(slot));
        let [energy] = self.isa.dot(&self.centred, [&self.centred]);
        let [along] = self.isa.dot(&self.centred, [&self.rounded]);
        self.sum.iter_mut().zip(&self.centred).for_each(|(sum, &value)| *sum += f64::from(value));
        self.energy += f64::from(energy);
        self.encoded += 1.0;
        let factor = if along > 0.0 { energy / along } else { 0.0 };
        let bias = bias(self.metric, self.isa, &self.mean, &self.centred);
        self.factors.row_mut(slot).copy_from_slice(&[factor, bias]);
        (&self.centred, &self.numbers)
    }

    /// Whether two rows have the same codes.
    pub(crate) fn are_copies(&self, a: u32, b: u32) -> bool {
        self.factors.row(a) == self.factors.row(b) && self.packed.row(a) == self.packed.row(b)
    }

    /// A row's factor and bias.
    pub(crate) fn factors(&self, slot: u32) -> [f32; 2] {
        let factors = self.factors.row(slot);
        [factors[0], factors[1]]
    }

    /// A row's codes, unpacked.
    pub(crate) fn unpack(&self, slot: u32, numbers: &mut [i8]) {
        unpack(self.packed.row(slot), numbers);
    }

    /// Codes a laid-out vector as a query, in eight bits.
    pub(crate) fn prepare(&self, vector: &[f32], query: &mut CodedQuery) {
        query.centred.clear();
        query.centred.resize(self.mean.len(), 0.0);
        subtract(vector, &self.mean, &mut query.centred);
        let (step, inverse) = step(&query.centred, MOST_QUERY);
        query.numbers.clear();
        query.numbers.extend(query.centred.iter().map(|&value| round(value * inverse) as i8));
        query.factor = self.weight() * step;
        query.bias = bias(self.metric, self.isa, &self.mean, &query.centred);
        query.offset = offset(&query.numbers);
        query.length = self.isa.dot(&query.centred, [&query.centred])[0].sqrt();
        // A row near the query is about as long as the query. If the query's length says little,
        // the row is as long as rows are on average.
        query.near_length = query.length.max((self.energy / self.encoded.max(1.0)).sqrt() as f32);
        query.base = match self.metric {
            Metric::Cosine | Metric::Dot => -self.isa.dot(&self.mean, [&self.mean])[0],
            Metric::Euclidean => 0.0,
        };
    }

    /// As [`prepare`](Self::prepare), for a vector that is a row, and as long as the rows nearby.
    /// The average length of rows depends on the number of rows coded by now.
    pub(crate) fn prepare_stored(&self, row: &[f32], query: &mut CodedQuery) {
        self.prepare(row, query);
        query.near_length = query.length;
    }

    /// The number that turns an estimate into a distance when added, and the largest likely error
    /// of the sum.
    pub(crate) fn estimate(&self, query: &CodedQuery) -> (f32, f32) {
        let (base, unit) = self.error_unit(query);
        (base, CERTAINTY * self.error * unit)
    }

    /// The number that turns an estimate into a distance when added, and the unit of errors.
    pub(crate) fn error_unit(&self, query: &CodedQuery) -> (f32, f32) {
        (query.base, query.length * query.near_length)
    }

    /// Sets the root mean square error of estimates, in parts of [`error_unit`](Self::error_unit).
    pub(crate) fn set_error(&mut self, error: f32) {
        self.error = if error.is_finite() { error } else { f32::MAX };
    }

    /// Makes a row the query.
    pub(crate) fn prepare_row(&self, slot: u32, query: &mut CodedQuery) {
        query.numbers.resize(self.mean.len(), 0);
        unpack(self.packed.row(slot), &mut query.numbers);
        let factors = self.factors.row(slot);
        query.factor = self.weight() * factors[0];
        query.bias = factors[1];
        query.offset = offset(&query.numbers);
    }

    /// Starts to bring the codes of the next rows into the cache.
    #[inline(always)]
    pub(crate) fn prefetch(&self, slots: &[u32]) {
        kernels::prefetch(slots.iter().map(|&slot| self.packed.row(slot)));
    }

    /// Distances of a query to rows, ordered as walk distances, into a place for each row.
    #[inline]
    pub(crate) fn score(&self, query: &CodedQuery, slots: &[u32], distances: &mut [f32]) {
        let (batches, rest) = slots.as_chunks::<BATCH>();
        let (scored, rest_scored) = distances.as_chunks_mut::<BATCH>();
        for (batch, distances) in batches.iter().zip(scored) {
            *distances = self.distances(query, *batch);
        }
        match *rest {
            [] => {}
            [slot] => rest_scored.copy_from_slice(&self.distances(query, [slot])),
            // Scoring the last row again costs less than scoring rows one by one.
            _ => {
                let distances: [f32; BATCH] =
                    self.distances(query, std::array::from_fn(|n| rest[n.min(rest.len() - 1)]));
                rest_scored.copy_from_slice(&distances[..rest.len()]);
            }
        }
    }

    #[inline(always)]
    fn distances<const N: usize>(&self, query: &CodedQuery, slots: [u32; N]) -> [f32; N] {
        // Loops, since the functions of arrays are not always inlined.
        let mut rows: [&[u8]; N] = [&[]; N];
        for n in 0..N {
            rows[n] = self.packed.row(slots[n]);
        }
        let dots = self.isa.dot_codes(&query.numbers, rows);
        let mut distances = [0.0; N];
        for n in 0..N {
            let factors = self.factors.row(slots[n]);
            distances[n] = (query.bias + factors[1]) + query.factor * factors[0] * (dots[n] - query.offset) as f32;
        }
        distances
    }

    /// The weight of a dot product in a distance: a power of two, so that nothing is rounded.
    fn weight(&self) -> f32 {
        if self.metric == Metric::Euclidean { -2.0 } else { -1.0 }
    }

    /// The mean and the sums, for saving beside the codes.
    pub(crate) fn saved(&self) -> SavedQuantiser<'_> {
        let Self { energy, encoded, error, .. } = *self;
        SavedQuantiser { mean: List::of(&self.mean), sum: List::of(&self.sum), energy, encoded, error }
    }

    /// Codes with the saved mean and sums, without a row yet. None if no rows of these dimensions
    /// could have left this mean and these sums. The next mean is made of the mean and the sums,
    /// and rows less the next mean must stay within the range of distances.
    pub(crate) fn from_saved(metric: Metric, isa: Isa, dimensions: usize, saved: &SavedQuantiser<'_>) -> Option<Self> {
        let SavedQuantiser { energy, encoded, error, .. } = *saved;
        let mut codes = Self { trained: true, energy, encoded, error, ..Self::new(metric, isa, dimensions) };
        let fits = saved.mean.copy_to(&mut codes.mean) && saved.sum.copy_to(&mut codes.sum);
        let sound = fits
            && codes.mean[dimensions..].iter().all(|&value| value == 0.0)
            && codes.sum[dimensions..].iter().all(|&sum| sum == 0.0)
            && squared_length(&codes.mean) <= most_squared_length(metric)
            && codes.sums_are_sound()
            && (0.0..=f32::MAX).contains(&error);
        sound.then_some(codes)
    }

    pub(crate) fn section(&self, section: Section) -> Option<&dyn Saved> {
        match section {
            Section::Codes => Some(&self.packed),
            Section::Factors => Some(&self.factors),
            _ => None,
        }
    }

    pub(crate) fn section_mut(&mut self, section: Section) -> Option<&mut dyn Saved> {
        match section {
            Section::Codes => Some(&mut self.packed),
            Section::Factors => Some(&mut self.factors),
            _ => None,
        }
    }

    /// Whether a row's factor and bias are numbers, and the row's codes end with the dimensions:
    /// later means are made of decoded rows, padding included.
    pub(crate) fn is_sound(&self, slot: u32, dimensions: usize) -> bool {
        self.factors.row(slot).iter().all(|value| value.is_finite())
            && is_zero_beyond(self.packed.row(slot), dimensions)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.packed.bytes() + self.factors.bytes()
    }
}

/// `vector - mean` into `centred`, whose padding stays zero.
fn subtract(vector: &[f32], mean: &[f32], centred: &mut [f32]) {
    for ((centred, &value), &mean) in centred.iter_mut().zip(vector).zip(mean) {
        *centred = value - mean;
    }
}

fn bias(metric: Metric, isa: Isa, mean: &[f32], centred: &[f32]) -> f32 {
    match metric {
        Metric::Cosine | Metric::Dot => -isa.dot(mean, [centred])[0],
        Metric::Euclidean => isa.dot(centred, [centred])[0],
    }
}

/// The sum that [`ZERO`], added to each code, adds to a dot product with these numbers.
pub(crate) fn offset(numbers: &[i8]) -> i32 {
    i32::from(ZERO) * numbers.iter().map(|&number| i32::from(number)).sum::<i32>()
}
