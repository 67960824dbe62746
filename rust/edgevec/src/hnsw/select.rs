//! Choosing links that lead in different directions (algorithm 4 of arXiv 1603.09320).

use super::search::Scratch;
use crate::vectors::Vectors;

/// Chooses at most `most` of the candidates, which come nearest first: those nearer to the node than to any chosen before them. A row
/// as near to a chosen one as to the node is left out, so copies of one vector do not fill each other's lists. `pinned` ones are
/// always chosen; there must be no more of them than `most`.
#[inline(never)]
pub(super) fn select(
    vectors: &Vectors,
    candidates: &[(u32, f32)],
    most: usize,
    pinned: impl Fn(u32) -> bool,
    scratch: &mut Scratch,
    chosen: &mut Vec<u32>,
) {
    chosen.clear();
    let mut reserved = candidates.iter().filter(|&&(slot, _)| pinned(slot)).count();
    for &(slot, distance) in candidates {
        if pinned(slot) {
            reserved -= 1;
            chosen.push(slot);
        } else if chosen.len() + reserved < most && !scratch.any_within(vectors, slot, chosen, distance) {
            chosen.push(slot);
        }
    }
}
