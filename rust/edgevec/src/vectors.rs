//! The stored vectors: codes for the graph to compare, and beside them full rows, or what codes
//! leave of those in fewer bits, as the precision asks. Answers are ranked by the most precise form
//! kept.

mod judged;

use crate::chunks::{Chunks, Saved};
use crate::codes::{CodedQuery, Codes};
use crate::kernels::{FLOAT_BLOCK, Isa};
use crate::residual::Residual;
use crate::rows::{MOST_LENGTH, Rows, check, lay_out, most_squared_length, squared_length};
use crate::snapshot::{SavedQuantiser, Section};
use crate::{Error, Metric, Precision};
pub(crate) use judged::Judged;

/// Vectors of fewer dimensions have no codes where the full rows are kept: comparing those is as
/// fast.
const LEAST_CODED: usize = 48;

/// The least rows to take the mean of.
const LEAST_SAMPLE: usize = 256;

/// Rows that codes are judged by, and how many of them are queries.
const JUDGED: usize = 4096;
const JUDGES: usize = 24;

pub(crate) struct Vectors {
    metric: Metric,
    isa: Isa,
    dimensions: usize,
    precision: Precision,
    /// Rows coded from the moment on that there are this many; they are the sample.
    sample: usize,
    /// Empty where codes alone are kept, once there are some.
    rows: Rows,
    codes: Option<Codes>,
    residual: Option<Residual>,
    renewal: Option<Renewal>,
    /// Codes could not tell the rows apart, so the rows themselves are compared.
    refused: bool,
    /// The length each row came with, under cosine; 1 where it was stored as it came.
    lengths: Chunks<f64>,
    /// A row being encoded.
    laid_out: Vec<f32>,
}

/// Codes about another mean, on their way to take the others' place.
struct Renewal {
    codes: Codes,
    residual: Option<Residual>,
    /// Slots below this are in.
    next: u32,
}

/// A vector laid out to be compared with rows.
#[derive(Debug, Default)]
pub(crate) struct Query {
    full: Vec<f32>,
    coded: CodedQuery,
}

impl Vectors {
    /// No vectors yet; from more than `threshold` on they are coded.
    pub(crate) fn new(metric: Metric, isa: Isa, dimensions: usize, precision: Precision, threshold: u32) -> Self {
        Self {
            metric,
            isa,
            dimensions,
            precision,
            sample: (threshold as usize).saturating_add(1).max(LEAST_SAMPLE),
            rows: Rows::new(metric, isa, dimensions),
            codes: None,
            residual: None,
            renewal: None,
            refused: false,
            lengths: Chunks::new(1, 1.0),
            laid_out: vec![0.0; dimensions.next_multiple_of(FLOAT_BLOCK)],
        }
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.dimensions
    }

    pub(crate) fn metric(&self) -> Metric {
        self.metric
    }

    /// Whether a graph may be built: not while codes are to come, since it would be one of other
    /// distances.
    pub(crate) fn ready(&self) -> bool {
        self.coded().is_some() || !self.wants_codes()
    }

    fn wants_codes(&self) -> bool {
        self.precision != Precision::Float32 || (self.dimensions >= LEAST_CODED && !self.refused)
    }

    /// The codes, once there are some.
    #[inline(always)]
    fn coded(&self) -> Option<&Codes> {
        self.codes.as_ref().filter(|codes| codes.is_trained())
    }

    fn keeps_rows(&self) -> bool {
        self.precision == Precision::Float32 || self.coded().is_none()
    }

    /// Makes room for `count` slots; those that are new must then be [`set`](Self::set) in order.
    pub(crate) fn reserve(&mut self, count: usize) -> Result<(), Error> {
        if self.metric == Metric::Cosine {
            self.lengths.reserve(count)?;
        }
        if self.keeps_rows() {
            let most = if self.precision == Precision::Float32 { count } else { self.sample };
            self.rows.reserve(count.min(most))?;
        }
        if self.codes.is_none() && self.wants_codes() && count >= self.sample {
            let fine = self.precision == Precision::Int16;
            self.codes = Some(Codes::new(self.metric, self.isa, self.dimensions));
            self.residual = (self.precision != Precision::Float32).then(|| Residual::new(self.dimensions, fine));
        }
        if let Some(renewal) = &mut self.renewal {
            renewal.reserve(count)?;
        }
        self.residual.as_mut().map_or(Ok(()), |residual| residual.reserve(count))?;
        self.codes.as_mut().map_or(Ok(()), |codes| codes.reserve(count))
    }

    /// As [`check`].
    pub(crate) fn check(&self, vector: &[f32], row: usize) -> Result<f64, Error> {
        check(self.metric, vector, row)
    }

    /// Stores a vector that [`check`](Self::check) found to have `length`.
    pub(crate) fn set(&mut self, slot: u32, vector: &[f32], length: f64) {
        if self.metric == Metric::Cosine {
            self.lengths.row_mut(slot)[0] = length;
        }
        let keeps_rows = self.keeps_rows();
        let Self { rows, codes, residual, renewal, laid_out, .. } = self;
        let row = if keeps_rows { rows.row_mut(slot) } else { laid_out.as_mut_slice() };
        lay_out(vector, length, row);
        match codes {
            Some(codes) if codes.is_trained() => {
                encode(codes, residual, slot, row);
                if let Some(renewal) = renewal.as_mut().filter(|renewal| slot < renewal.next) {
                    encode(&mut renewal.codes, &mut renewal.residual, slot, row);
                }
            }
            Some(_) if slot as usize + 1 == self.sample => self.begin_codes(),
            _ => {}
        }
    }

    /// Leaves nothing of a row: neither in what is kept of it nor in what is kept of all of them.
    /// Free slots are blank.
    pub(crate) fn blank(&mut self, slot: u32) {
        let mut room = Decoded::default();
        let is_coded = self.coded().is_none_or(|codes| !codes.is_blank(slot));
        // One whose codes are blank is in the sums no more, though the row may have been left in
        // storage.
        let known = (is_coded && self.missing_chunk_of(slot).is_none()).then(|| self.stored(slot, &mut room).to_vec());
        if let Some(codes) = self.codes.as_mut().filter(|codes| codes.is_trained()) {
            if is_coded {
                codes.blank(slot, known.as_deref());
            }
            if let Some(residual) = &mut self.residual {
                residual.blank(slot);
            }
        }
        if let Some(renewal) = self.renewal.as_mut().filter(|renewal| slot < renewal.next) {
            renewal.codes.blank(slot, known.as_deref());
            if let Some(residual) = &mut renewal.residual {
                residual.blank(slot);
            }
        }
        if self.keeps_rows() {
            self.rows.blank(slot);
        }
        if self.metric == Metric::Cosine {
            self.lengths.blank(slot);
        }
    }

    /// Whether a slot is as [`blank`](Self::blank) leaves it. Its row has been read back.
    pub(crate) fn is_blank(&self, slot: u32) -> bool {
        (!self.keeps_rows() || self.rows.is_blank(slot))
            && (self.metric != Metric::Cosine || self.lengths.is_blank(slot))
            && self.coded().is_none_or(|codes| codes.is_blank(slot))
            && self.coded().and(self.residual.as_ref()).is_none_or(|residual| residual.is_blank(slot))
    }

    /// As [`Codes::forget_more_than`].
    pub(crate) fn forget_more_than(&mut self, rows: u32) {
        if let Some(codes) = &mut self.codes {
            codes.forget_more_than(rows);
        }
    }

    /// There are rows enough to take the mean of: they become codes.
    fn begin_codes(&mut self) {
        let Self { rows, codes, residual, .. } = self;
        let Some(codes) = codes else { return };
        let sample = 0..self.sample as u32;
        codes.train(sample.clone().map(|slot| rows.row(slot)));
        sample.clone().for_each(|slot| encode(codes, residual, slot, rows.row(slot)));
        let judged = self.codes.as_ref().map(|codes| self.judge(codes, self.sample as u32, |_| false));
        let Some((codes, judged)) = self.codes.as_mut().zip(judged) else { return };
        codes.set_error(judged.error());
        if self.precision == Precision::Float32 {
            self.refused = judged.are_indistinct();
            if self.refused {
                self.codes = None;
            }
        } else {
            self.rows = Rows::new(self.metric, self.isa, self.dimensions);
        }
    }

    /// Forgets every vector.
    pub(crate) fn clear(&mut self) {
        self.codes = None;
        self.residual = None;
        self.renewal = None;
        self.refused = false;
        self.rows.forget_missing();
    }

    /// How these codes compare with exact distances among some of the slots below `slots`, but for
    /// free ones.
    fn judge(&self, codes: &Codes, slots: u32, is_free: impl Fn(u32) -> bool) -> Judged {
        let apart = (slots as usize).div_ceil(JUDGED).max(1);
        let rows: Vec<u32> = (0..slots).step_by(apart).filter(|&slot| !is_free(slot)).collect();
        let (mut query, mut room) = (Query::default(), Decoded::default());
        let (mut exact, mut estimates) = (vec![0.0; rows.len()], vec![0.0; rows.len()]);
        let mut judged = Judged::default();
        for (at, &slot) in rows.iter().enumerate().step_by(rows.len().div_ceil(JUDGES).max(1)) {
            query.full.clear();
            query.full.extend_from_slice(self.stored(slot, &mut room));
            codes.prepare(&query.full, &mut query.coded);
            self.score_exactly(&query, &rows, &mut exact);
            codes.score(&query.coded, &rows, &mut estimates);
            let (base, unit) = codes.error_unit(&query.coded);
            let others = exact.iter().zip(&estimates).enumerate().filter(|&(other, _)| other != at);
            let others: Vec<_> = others.map(|(_, (&exact, &estimate))| (exact, estimate + base)).collect();
            judged.add_any(others.iter().copied(), unit);
            judged.add(&others, unit);
        }
        judged
    }

    /// Does without codes from now on, if the rows themselves are kept; false if not. The graph
    /// stays: its links are as good as codes were at choosing them.
    pub(crate) fn refuse(&mut self) -> bool {
        let refused = self.precision == Precision::Float32 && self.coded().is_some();
        if refused {
            self.refused = true;
            (self.codes, self.renewal) = (None, None);
        }
        refused
    }

    /// As [`Codes::error_unit`], where there are codes.
    pub(crate) fn error_unit(&self, query: &Query) -> Option<(f32, f32)> {
        self.coded().map(|codes| codes.error_unit(&query.coded))
    }

    /// As [`Codes::set_error`], where there are codes.
    pub(crate) fn set_error(&mut self, error: f32) {
        if let Some(codes) = &mut self.codes {
            codes.set_error(error);
        }
    }

    /// Whether the codes are about a mean that is no longer the rows'. One byte a component is too
    /// little to code rows again from.
    pub(crate) fn has_drifted(&self) -> bool {
        self.precision != Precision::Int8 && self.coded().is_some_and(Codes::has_drifted)
    }

    /// As [`has_drifted`](Self::has_drifted), as far as some stored vectors tell: how many are
    /// stored depends on time.
    pub(crate) fn have_drifted<'a>(&self, stored: impl Iterator<Item = &'a Query>) -> bool {
        let coded = stored.map(|query| &query.coded);
        self.precision != Precision::Int8 && self.coded().is_some_and(|codes| codes.lie_aside(coded))
    }

    /// Codes up to `budget` of the slots below `slots` again, but for free ones, should the codes
    /// have drifted. Returns how many are left; when none are, the new codes take the others'
    /// place. 0 also where there is no memory for it: the codes go on as they are. They also do
    /// where the new ones tell the rows apart no better.
    pub(crate) fn renew(&mut self, budget: u32, slots: u32, is_free: impl Fn(u32) -> bool) -> u32 {
        let mut renewal = match (self.renewal.take(), &self.codes) {
            (Some(renewal), _) => renewal,
            (None, Some(codes)) if self.has_drifted() => {
                let fresh = codes.renewed();
                // Rows that were taken out of the sums need not have been in them: then this is the
                // mean of no rows.
                if squared_length(fresh.mean()) > most_squared_length(self.metric) {
                    self.codes.iter_mut().for_each(Codes::forget_drift);
                    return 0;
                }
                let residual = self.residual.as_ref().map(Residual::renewed);
                let mut renewal = Renewal { codes: fresh, residual, next: 0 };
                if renewal.reserve(slots as usize).is_err() {
                    return 0;
                }
                renewal
            }
            _ => return 0,
        };
        let mut room = Decoded::default();
        for slot in renewal.next..renewal.next.saturating_add(budget.max(1)).min(slots) {
            if !is_free(slot) {
                encode(&mut renewal.codes, &mut renewal.residual, slot, self.stored(slot, &mut room));
            }
            renewal.next = slot + 1;
        }
        let left = slots - renewal.next;
        if left == 0 {
            let agreement = |codes: &Codes| self.judge(codes, slots, &is_free).agreement();
            let better = self.codes.as_ref().is_none_or(|codes| agreement(&renewal.codes) > agreement(codes));
            if better {
                (self.codes, self.residual) = (Some(renewal.codes), renewal.residual);
            } else if let Some(codes) = &mut self.codes {
                codes.forget_drift();
            }
        } else {
            self.renewal = Some(renewal);
        }
        left
    }

    /// Whether codes about another mean are on their way, or would be begun.
    pub(crate) fn is_renewing(&self) -> bool {
        self.renewal.is_some() || self.has_drifted()
    }

    /// Checks a query and lays it out.
    pub(crate) fn prepare(&self, vector: &[f32], query: &mut Query) -> Result<(), Error> {
        if vector.len() != self.dimensions {
            return Err(Error::DimensionMismatch { expected: self.dimensions, got: vector.len() });
        }
        let length = self.check(vector, 0)?;
        // Cleared first: what an index of other dimensions left behind must not become padding.
        query.full.clear();
        query.full.resize(self.dimensions.next_multiple_of(FLOAT_BLOCK), 0.0);
        lay_out(vector, length, &mut query.full);
        self.code(query);
        Ok(())
    }

    /// Makes room for a query, so that laying one out cannot fail.
    pub(crate) fn reserve_query(&self, query: &mut Query) -> Result<(), Error> {
        query.full.try_reserve_exact(self.laid_out.len())?;
        self.coded().map_or(Ok(()), |_| query.coded.reserve(self.laid_out.len()))
    }

    /// Makes a stored vector the query, as [`prepare`](Self::prepare) would, but for what depends
    /// on rows beside it.
    pub(crate) fn prepare_stored(&self, slot: u32, query: &mut Query) {
        query.full.clear();
        query.full.extend_from_slice(self.stored(slot, &mut Decoded::default()));
        if let Some(codes) = self.coded() {
            codes.prepare_stored(&query.full, &mut query.coded);
        }
    }

    fn code(&self, query: &mut Query) {
        if let Some(codes) = self.coded() {
            codes.prepare(&query.full, &mut query.coded);
        }
    }

    /// Makes a stored vector the query, to be compared by [`score`](Self::score) only.
    pub(crate) fn prepare_row(&self, slot: u32, query: &mut Query) {
        if let Some(codes) = self.coded() {
            codes.prepare_row(slot, &mut query.coded);
        } else {
            query.full.clear();
            query.full.extend_from_slice(self.rows.row(slot));
        }
    }

    /// Whether two stored rows are one vector, as far as [`score`](Self::score) can tell.
    pub(crate) fn are_copies(&self, a: u32, b: u32) -> bool {
        match self.coded() {
            Some(codes) => codes.are_copies(a, b),
            None => self.rows.row(a) == self.rows.row(b),
        }
    }

    /// The vector as it came, but for rounding where cosine changed its length or codes are all
    /// that is kept.
    pub(crate) fn get(&self, slot: u32, vector: &mut [f32]) {
        let length = if self.metric == Metric::Cosine { self.lengths.row(slot)[0] } else { 1.0 };
        for (value, &stored) in vector.iter_mut().zip(self.stored(slot, &mut Decoded::default())) {
            // Rounding may take the largest numbers beyond what f32 holds, and so may a length that
            // a file makes up.
            let most = f64::from(f32::MAX);
            *value = if length == 1.0 { stored } else { (f64::from(stored) * length).clamp(-most, most) as f32 };
        }
    }

    /// The row as it is kept, decoded into `room` where it must be.
    fn stored<'a>(&'a self, slot: u32, room: &'a mut Decoded) -> &'a [f32] {
        if self.keeps_rows() { self.rows.row(slot) } else { self.decode(slot, room) }
    }

    fn decode<'a>(&self, slot: u32, decoded: &'a mut Decoded) -> &'a [f32] {
        let (Some(codes), Some(residual)) = (&self.codes, &self.residual) else {
            unreachable!("without rows there are codes and their residual")
        };
        decoded.codes.resize(codes.mean().len(), 0);
        decoded.row.resize(self.laid_out.len(), 0.0);
        codes.unpack(slot, &mut decoded.codes);
        residual.decode(slot, &decoded.codes, codes.mean(), &mut decoded.row);
        &decoded.row
    }

    /// Starts to bring what the next [`score`](Self::score) reads into the cache. For codes only:
    /// a walk over full rows, eight times as long, took a fifth longer with it.
    #[inline(always)]
    pub(crate) fn prefetch(&self, slots: &[u32]) {
        if let Some(codes) = self.coded() {
            codes.prefetch(slots);
        }
    }

    /// Distances by which the graph is built and walked, into a place for each slot.
    #[inline]
    pub(crate) fn score(&self, query: &Query, slots: &[u32], distances: &mut [f32]) {
        match self.coded() {
            Some(codes) => codes.score(&query.coded, slots, distances),
            None => self.rows.score(&query.full, slots, distances),
        }
    }

    /// Walk distances of the most precise form kept, into a place for each slot.
    pub(crate) fn score_exactly(&self, query: &Query, slots: &[u32], distances: &mut [f32]) {
        if self.keeps_rows() {
            return self.rows.score(&query.full, slots, distances);
        }
        let mut decoded = Decoded::default();
        for (&slot, distance) in slots.iter().zip(distances) {
            [*distance] = self.metric.walk(self.isa, &query.full, [self.decode(slot, &mut decoded)]);
        }
    }

    /// Where [`score`](Self::score) estimates, what is to be added to an estimate to make it a walk
    /// distance, and how far that may be off.
    pub(crate) fn estimate(&self, query: &Query) -> Option<(f32, f32)> {
        self.coded().map(|codes| codes.estimate(&query.coded))
    }

    pub(crate) fn refused(&self) -> bool {
        self.refused
    }

    /// What the codes are about, to be saved.
    pub(crate) fn saved_quantiser(&self) -> Option<SavedQuantiser<'_>> {
        self.coded().map(Codes::saved)
    }

    /// Becomes what holds `slots` rows of a snapshot, though there is no room for them yet.
    pub(crate) fn expect(
        &mut self,
        refused: bool,
        codes: Option<&SavedQuantiser<'_>>,
        slots: u32,
    ) -> Result<(), Error> {
        let damaged = Error::Damaged { what: "its codes are not those of its rows" };
        let sampled = self.wants_codes() && slots as usize >= self.sample;
        // Only where full rows are kept can codes be done without.
        if codes.is_some() != (sampled && !refused) || (refused && !(sampled && self.precision == Precision::Float32)) {
            return Err(damaged);
        }
        self.refused = refused;
        if let Some(saved) = codes {
            let codes = Codes::from_saved(self.metric, self.isa, self.dimensions, saved).ok_or(damaged)?;
            self.codes = Some(codes);
            let fine = self.precision == Precision::Int16;
            self.residual = (self.precision != Precision::Float32).then(|| Residual::new(self.dimensions, fine));
        }
        Ok(())
    }

    /// The rows of a section, where it holds some.
    pub(crate) fn section(&self, section: Section) -> Option<&dyn Saved> {
        match section {
            Section::Rows => self.keeps_rows().then(|| self.rows.saved()),
            Section::Lengths => (self.metric == Metric::Cosine).then_some(&self.lengths as &dyn Saved),
            Section::Codes | Section::Factors => self.coded()?.section(section),
            _ => self.coded().and(self.residual.as_ref())?.section(section),
        }
    }

    pub(crate) fn section_mut(&mut self, section: Section) -> Option<&mut dyn Saved> {
        match section {
            Section::Rows => self.keeps_rows().then(|| self.rows.saved_mut()),
            Section::Lengths => (self.metric == Metric::Cosine).then_some(&mut self.lengths as &mut dyn Saved),
            Section::Codes | Section::Factors => self.codes.as_mut()?.section_mut(section),
            _ => self.residual.as_mut()?.section_mut(section),
        }
    }

    /// Whether what is stored of the slots below `slots` could have been stored by
    /// [`set`](Self::set), as far as it matters: whatever is done with it, distances stay numbers.
    pub(crate) fn are_sound(&self, slots: u32) -> bool {
        let mut room = Decoded::default();
        // What is left of a row in few bits may be longer than it was.
        let most = 2.0 * most_squared_length(self.metric);
        (0..slots).all(|slot| {
            let length = if self.metric == Metric::Cosine { self.lengths.row(slot)[0] } else { 1.0 };
            let row = if self.keeps_rows() {
                self.missing_chunk_of(slot).is_some() || self.rows.is_sound(slot, self.dimensions)
            } else {
                squared_length(self.decode(slot, &mut room)) <= most
            };
            row && length > 0.0
                && length <= MOST_LENGTH
                && self.coded().is_none_or(|codes| codes.is_sound(slot, self.dimensions))
                && self.residual.as_ref().is_none_or(|residual| residual.is_sound(slot, self.dimensions))
        })
    }

    /// Whether full rows only rank answers, so that they may come after all else.
    pub(crate) fn can_wait_for_rows(&self) -> bool {
        self.precision == Precision::Float32 && self.coded().is_some()
    }

    /// Full rows, as far as they have been read back.
    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    pub(crate) fn rows_mut(&mut self) -> &mut Rows {
        &mut self.rows
    }

    /// As [`Rows::missing_chunk_of`].
    pub(crate) fn missing_chunk_of(&self, slot: u32) -> Option<u32> {
        self.rows.missing_chunk_of(slot)
    }

    /// As [`Rows::load_chunk`].
    pub(crate) fn load_chunk(&mut self, chunk: u32, saved: &[f32]) -> Result<(), Error> {
        self.rows.load_chunk(chunk, saved, self.dimensions)
    }

    /// Bytes of full rows or what stands for them, and of codes.
    pub(crate) fn bytes(&self) -> (usize, usize) {
        let renewal = self.renewal.as_ref().map(|renewal| (&renewal.codes, &renewal.residual));
        let coded = self.codes.as_ref().map(|codes| (codes, &self.residual));
        let (mut row_bytes, mut code_bytes) = (self.rows.bytes() + self.lengths.bytes(), 0);
        for (codes, residual) in coded.into_iter().chain(renewal) {
            row_bytes += residual.as_ref().map_or(0, Residual::bytes);
            code_bytes += codes.bytes();
        }
        (row_bytes, code_bytes)
    }
}

impl Renewal {
    fn reserve(&mut self, count: usize) -> Result<(), Error> {
        self.residual.as_mut().map_or(Ok(()), |residual| residual.reserve(count))?;
        self.codes.reserve(count)
    }
}

/// Room for a row that is decoded.
#[derive(Default)]
struct Decoded {
    codes: Vec<i8>,
    row: Vec<f32>,
}

fn encode(codes: &mut Codes, residual: &mut Option<Residual>, slot: u32, row: &[f32]) {
    let (centred, coded) = codes.set(slot, row);
    if let Some(residual) = residual {
        residual.set(slot, centred, coded);
    }
}
