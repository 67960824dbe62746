//! Rows coded and decoded.

use crate::Error;
use crate::codes::Codes;
use crate::residual::Residual;

/// Codes about another mean, before the codes replace the old codes.
pub(super) struct Renewal {
    pub(super) codes: Codes,
    pub(super) residual: Option<Residual>,
    /// Slots below this are coded.
    pub(super) next: u32,
}

impl Renewal {
    pub(super) fn reserve(&mut self, count: usize) -> Result<(), Error> {
        self.residual.as_mut().map_or(Ok(()), |residual| residual.reserve(count))?;
        self.codes.reserve(count)
    }
}

/// Room for a row that is decoded.
#[derive(Default)]
pub(super) struct Decoded {
    pub(super) codes: Vec<i8>,
    pub(super) row: Vec<f32>,
}

/// Stores a laid-out row as codes, and as residual if residuals are kept.
pub(super) fn encode(codes: &mut Codes, residual: &mut Option<Residual>, slot: u32, row: &[f32]) {
    let (centred, coded) = codes.set(slot, row);
    if let Some(residual) = residual {
        residual.set(slot, centred, coded);
    }
}
