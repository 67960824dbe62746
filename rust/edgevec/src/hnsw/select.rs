//! Choosing links that lead in different directions (algorithm 4 of arXiv 1603.09320).

use super::search::Scratch;
use crate::vectors::Vectors;

/// Two rows are one point, seen from a third row, if the squared distance between the two is less
/// than this part of the squared distance to the third.
const ONE_POINT: f32 = 0.01;

/// Chooses at most `most` of the candidates. The candidates come nearest first. A candidate is
/// chosen if the candidate is nearer to the node than to any row chosen before. `own` is the
/// distance of the node to itself. Every `pinned` candidate is chosen; the caller must not pin more
/// than `most` candidates.
///
/// Of copies of one vector, one copy is chosen. A chosen row may lie where the node lies, as seen
/// from a candidate. Such a row says nothing about the way to the candidate, and is not compared
/// with the candidate. Otherwise a node with a copy would have no other links.
#[inline(never)]
pub(super) fn select(
    vectors: &Vectors,
    own: f32,
    candidates: &[(u32, f32)],
    most: usize,
    pinned: &dyn Fn(u32) -> bool,
    scratch: &mut Scratch,
    chosen: &mut Vec<u32>,
) {
    chosen.clear();
    let mut reserved = candidates.iter().filter(|&&(slot, _)| pinned(slot)).count();
    let mut distances: Vec<f32> = Vec::with_capacity(most);
    let mut crowd = Vec::new();
    for &(slot, distance) in candidates {
        if pinned(slot) {
            reserved -= 1;
        } else {
            if chosen.len() + reserved >= most {
                continue;
            }
            let apart = |distance: f32| (distance - own).abs();
            let near = ONE_POINT * apart(distance);
            let here = distances.iter().take_while(|&&other| apart(other) < near).count();
            let mut ties = chosen.iter().zip(&distances).filter(|&(_, &other)| other == distance);
            if ties.any(|(&other, _)| vectors.are_copies(other, slot)) {
                continue;
            }
            if let Some((other, within)) = scratch.first_within(vectors, slot, &chosen[here..], distance) {
                // Rows of a crowd are one point from here. The distance of the chosen row to itself
                // is computed only if the distance matters.
                let alike = (within - own).abs() <= 10.0 * near
                    && within - scratch.own_distance(vectors, other) <= near
                    && !crowd.iter().any(|&other| vectors.are_copies(other, slot));
                if alike {
                    crowd.push(slot);
                }
                continue;
            }
        }
        chosen.push(slot);
        distances.push(distance);
    }
    crowd.truncate(most - chosen.len());
    chosen.append(&mut crowd);
}
