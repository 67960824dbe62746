//! Exact search: the judge in tests, and the faster way for small sets.

use crate::Error;
use crate::bitset::Bitset;
use crate::hnsw::Scratch;
use crate::rows::Rows;

/// Rows scored before the pool is looked at.
const BLOCK: usize = 64;

/// Fills the scratch's pool with the `k` rows of `among` nearest to a laid-out query.
pub(crate) fn search(
    rows: &Rows,
    query: &[f32],
    k: usize,
    among: &Bitset,
    slots: u32,
    scratch: &mut Scratch,
) -> Result<(), Error> {
    scratch.begin(k, slots)?;
    let mut wanted = among.iter().peekable();
    while wanted.peek().is_some() {
        scratch.visit(rows, query, wanted.by_ref().take(BLOCK), among);
    }
    Ok(())
}
