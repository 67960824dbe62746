//! The stored vectors: codes for the graph, and full rows or residuals beside the codes, as the
//! precision asks. Answers are ranked by the most precise form kept.

mod coding;
mod judged;
mod query;
mod renewal;
mod saved;
mod scoring;
mod sketching;
mod training;

use crate::chunks::Chunks;
use crate::codes::Codes;
use crate::kernels::{FLOAT_BLOCK, Isa};
use crate::residual::Residual;
use crate::rows::{Rows, check, lay_out};
use crate::sketch::Sketches;
use crate::{Error, Metric, Precision};
use coding::{Decoded, Renewal, encode};
pub(crate) use judged::Judged;
pub(crate) use query::Query;

/// Vectors of fewer dimensions have no codes, under every precision: comparing full rows is as
/// fast, and the codes of a row fill 128 components. In few dimensions, eight bits a component also
/// lose neighbours: of three dimensions, half.
const LEAST_CODED: usize = 48;

/// The smallest number of rows for a mean.
const LEAST_SAMPLE: usize = 256;

pub(crate) struct Vectors {
    metric: Metric,
    isa: Isa,
    dimensions: usize,
    /// The precision that the caller asked for.
    asked: Precision,
    /// The precision of the rows after codes have begun: the asked precision, or a finer one.
    kept: Precision,
    /// At this number of rows, coding begins. These rows are the sample for the mean.
    sample: usize,
    /// Empty after codes have begun, if the index keeps only codes and residuals.
    rows: Rows,
    codes: Option<Codes>,
    residual: Option<Residual>,
    renewal: Option<Renewal>,
    /// Of the codes. Boxed, since few indexes have sketches.
    sketches: Option<Box<Sketches>>,
    /// Codes could not tell the rows apart, so the engine compares full rows.
    refused: bool,
    /// The original length of each row under cosine, or 1 for a row stored without scaling.
    lengths: Chunks<f64>,
    /// A row being encoded.
    laid_out: Vec<f32>,
}

impl Vectors {
    /// No vectors yet. Coding begins above `threshold` vectors.
    pub(crate) fn new(metric: Metric, isa: Isa, dimensions: usize, precision: Precision, threshold: u32) -> Self {
        Self {
            metric,
            isa,
            dimensions,
            asked: precision,
            kept: least_kept(dimensions, precision),
            sample: (threshold as usize).saturating_add(1).max(LEAST_SAMPLE),
            rows: Rows::new(metric, isa, dimensions),
            codes: None,
            residual: None,
            renewal: None,
            sketches: None,
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

    /// Whether a graph may be built. Not before the codes begin, since the graph would be made of
    /// other distances.
    pub(crate) fn ready(&self) -> bool {
        self.coded().is_some() || !self.wants_codes()
    }

    /// How much is kept of each vector.
    pub(crate) fn kept(&self) -> Precision {
        self.kept
    }

    fn wants_codes(&self) -> bool {
        self.kept != Precision::Float32 || (self.dimensions >= LEAST_CODED && !self.refused)
    }

    /// The codes, after codes have begun.
    #[inline(always)]
    fn coded(&self) -> Option<&Codes> {
        self.codes.as_ref().filter(|codes| codes.is_trained())
    }

    fn keeps_rows(&self) -> bool {
        self.kept == Precision::Float32 || self.coded().is_none()
    }

    /// Makes room for `count` slots. The caller must then [`set`](Self::set) the new slots in
    /// order. Before codes have begun, there is room for each form that the slots may get, since
    /// the rows decide on the form.
    pub(crate) fn reserve(&mut self, count: usize) -> Result<(), Error> {
        if self.metric == Metric::Cosine {
            self.lengths.reserve(count)?;
        }
        if self.keeps_rows() {
            self.rows.reserve(count)?;
        }
        if self.codes.is_none() && self.wants_codes() && count >= self.sample {
            self.codes = Some(Codes::new(self.metric, self.isa, self.dimensions));
            self.residual = self.new_residual(true);
        }
        if let Some(renewal) = &mut self.renewal {
            renewal.reserve(count)?;
        }
        if let Some(sketches) = &mut self.sketches {
            sketches.reserve(count)?;
        }
        self.residual.as_mut().map_or(Ok(()), |residual| residual.reserve(count))?;
        self.codes.as_mut().map_or(Ok(()), |codes| codes.reserve(count))
    }

    /// The residual beside codes, in 16 bits a component if `fine`, without rows yet. None if the
    /// index keeps full rows.
    fn new_residual(&self, fine: bool) -> Option<Residual> {
        (self.kept != Precision::Float32).then(|| Residual::new(self.dimensions, fine))
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
                self.sketch_again(slot);
            }
            Some(_) if slot as usize + 1 == self.sample => self.begin_codes(),
            _ => {}
        }
    }

    /// Leaves nothing of a row, neither in the slot nor in the sums over all rows. Free slots are
    /// blank.
    pub(crate) fn blank(&mut self, slot: u32) {
        let mut room = Decoded::default();
        let is_coded = self.coded().is_none_or(|codes| !codes.is_blank(slot));
        // A row with blank codes is no longer in the sums, though storage may still hold the full
        // row.
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
        if let Some(sketches) = &mut self.sketches {
            sketches.blank(slot);
        }
        if self.keeps_rows() {
            self.rows.blank(slot);
        }
        if self.metric == Metric::Cosine {
            self.lengths.blank(slot);
        }
    }

    /// Whether a slot is as [`blank`](Self::blank) leaves a slot. The row has been read back.
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

    /// Forgets every vector.
    pub(crate) fn clear(&mut self) {
        self.codes = None;
        self.residual = None;
        self.renewal = None;
        self.sketches = None;
        self.refused = false;
        self.kept = least_kept(self.dimensions, self.asked);
        self.rows.forget_missing();
    }

    /// The original vector, except for rounding: if cosine changed the length, or if the index
    /// keeps only codes and residuals.
    pub(crate) fn get(&self, slot: u32, vector: &mut [f32]) {
        let length = if self.metric == Metric::Cosine { self.lengths.row(slot)[0] } else { 1.0 };
        for (value, &stored) in vector.iter_mut().zip(self.stored(slot, &mut Decoded::default())) {
            // Rounding may lead beyond the largest `f32`, and so may an invented length in a file.
            let most = f64::from(f32::MAX);
            *value = if length == 1.0 { stored } else { (f64::from(stored) * length).clamp(-most, most) as f32 };
        }
    }

    /// The stored row, decoded into `room` if necessary.
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

    /// Bytes of sketches.
    pub(crate) fn sketch_bytes(&self) -> usize {
        self.sketches.as_ref().map_or(0, |sketches| sketches.bytes())
    }

    /// Bytes of full rows or residuals, and bytes of codes.
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

/// The precision that rows have at least, whatever the rows are.
fn least_kept(dimensions: usize, asked: Precision) -> Precision {
    if dimensions < LEAST_CODED { Precision::Float32 } else { asked }
}
