//! Choosing links that lead in different directions (algorithm 4 of arXiv 1603.09320).

use super::search::{Scratch, Selection};
use crate::vectors::Vectors;

/// Two rows are one point, seen from a third row, if the squared distance between the two is less
/// than this part of the squared distance to the third.
const ONE_POINT: f32 = 0.01;

/// Candidates compared with each chosen row at a time. With all candidates at a time, the
/// candidates behind the last chosen row would be compared in vain. With fewer at a time, chosen
/// rows would be unpacked more often.
const WINDOW: usize = 64;

/// Chooses at most `most` of the candidates. The candidates come nearest first. A candidate is
/// chosen if the candidate is nearer to the node than to any row chosen before. `own` is the
/// distance of the node to itself. Every `pinned` candidate is chosen; the caller must not pin more
/// than `most` candidates.
///
/// Of copies of one vector, one copy is chosen. A chosen row may lie where the node lies, as seen
/// from a candidate. Such a row says nothing about the way to the candidate, and is not compared
/// with the candidate. Otherwise a node with a copy would have no other links.
///
/// A chosen row is unpacked, and compared with all candidates of the window that are left. To
/// unpack every candidate would take longer, since few of many candidates are chosen.
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
    let mut selection = std::mem::take(&mut scratch.selection);
    let Selection { distances, open, nearer, crowd } = &mut selection;
    let apart = |distance: f32| (distance - own).abs();
    let near = |distance: f32| ONE_POINT * apart(distance);
    // Closes the candidates that are nearer to a chosen row than to the node. As seen from the
    // node, no row chosen up to this row is farther than `farthest_apart`.
    let close =
        |row: u32, farthest_apart: f32, open: &mut Vec<usize>, nearer: &mut [Option<_>], scratch: &mut Scratch| {
            let is_compared = |&other: &usize| farthest_apart >= near(candidates[other].1);
            let compared = open.iter().filter(|other| is_compared(other));
            scratch.score_row(vectors, row, compared.map(|&other| candidates[other].0));
            let mut scored = scratch.scored().map(|(_, within)| within);
            open.retain(|other| {
                let within = if is_compared(other) { scored.next() } else { None };
                nearer[*other] = within.filter(|&within| within < candidates[*other].1).map(|within| (row, within));
                nearer[*other].is_none()
            });
        };
    chosen.clear();
    distances.clear();
    crowd.clear();
    nearer.clear();
    nearer.resize(candidates.len(), None);
    let mut reserved = candidates.iter().filter(|&&(slot, _)| pinned(slot)).count();
    let mut farthest_apart = 0.0f32;
    for (at, &(slot, distance)) in candidates.iter().enumerate() {
        let is_full = |chosen: &[u32], reserved| chosen.len() + reserved >= most;
        if at % WINDOW == 0 && !is_full(chosen, reserved) {
            open.clear();
            open.extend((at..candidates.len().min(at + WINDOW)).filter(|&other| !pinned(candidates[other].0)));
            let mut farthest_apart = 0.0f32;
            for (&row, &distance) in chosen.iter().zip(&*distances) {
                farthest_apart = farthest_apart.max(apart(distance));
                close(row, farthest_apart, open, nearer, scratch);
            }
        }
        if pinned(slot) {
            reserved -= 1;
        } else {
            if is_full(chosen, reserved) {
                continue;
            }
            let mut ties = chosen.iter().zip(&*distances).filter(|&(_, &other)| other == distance);
            if ties.any(|(&other, _)| vectors.are_copies(other, slot)) {
                continue;
            }
            if let Some((other, within)) = nearer[at] {
                // Rows of a crowd are one point from here. The distance of the chosen row to itself
                // is computed only if the distance matters.
                let alike = (within - own).abs() <= 10.0 * near(distance)
                    && within - scratch.own_distance(vectors, other) <= near(distance)
                    && !crowd.iter().any(|&other| vectors.are_copies(other, slot));
                if alike {
                    crowd.push(slot);
                }
                continue;
            }
        }
        chosen.push(slot);
        distances.push(distance);
        farthest_apart = farthest_apart.max(apart(distance));
        open.drain(..open.partition_point(|&other| other <= at));
        if !is_full(chosen, reserved) && !open.is_empty() {
            close(slot, farthest_apart, open, nearer, scratch);
        }
    }
    crowd.truncate(most - chosen.len());
    chosen.append(crowd);
    scratch.selection = selection;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Isa;
    use crate::rng::hash;
    use crate::{Metric, Precision};

    const ROWS: u32 = 400;

    /// Rows of a coarse grid around a few centres: copies, ties and crowds are common.
    fn vectors(metric: Metric, dimensions: usize) -> Vectors {
        // Under int8, codes stay that cannot tell the rows of a centre apart.
        let precision = if dimensions < 48 { Precision::Float32 } else { Precision::Int8 };
        let mut vectors = Vectors::new(metric, Isa::detect(), dimensions, precision, 300);
        vectors.reserve(ROWS as usize).unwrap();
        for slot in 0..ROWS {
            let draw = |of: u64, i: usize| hash(of, i as u64) % 7;
            let value =
                |i| 20.0 * draw(u64::from(slot) % 9, i) as f32 + draw(1_000 + u64::from(slot) / 2, i) as f32 + 0.5;
            let row: Vec<f32> = (0..dimensions).map(value).collect();
            let length = vectors.check(&row, 0).unwrap();
            vectors.set(slot, &row, length);
        }
        vectors
    }

    /// As [`select`], a candidate at a time, as the paper describes the heuristic.
    fn select_plainly(
        vectors: &Vectors,
        own: f32,
        candidates: &[(u32, f32)],
        most: usize,
        pinned: &dyn Fn(u32) -> bool,
        scratch: &mut Scratch,
    ) -> Vec<u32> {
        let mut distance_between = |a, b| {
            scratch.score_row(vectors, a, std::iter::once(b));
            scratch.scored().next().unwrap().1
        };
        let mut reserved = candidates.iter().filter(|&&(slot, _)| pinned(slot)).count();
        let (mut chosen, mut crowd): (Vec<(u32, f32)>, Vec<u32>) = Default::default();
        for &(slot, distance) in candidates {
            if pinned(slot) {
                reserved -= 1;
                chosen.push((slot, distance));
            } else if chosen.len() + reserved < most {
                let near = ONE_POINT * (distance - own).abs();
                let here = chosen.iter().take_while(|&&(_, other)| (other - own).abs() < near).count();
                let is_copy = |other| vectors.are_copies(other, slot);
                if chosen.iter().any(|&(other, apart)| apart == distance && is_copy(other)) {
                    continue;
                }
                let mut within = chosen[here..].iter().map(|&(other, _)| (other, distance_between(slot, other)));
                let Some((other, within)) = within.find(|&(_, within)| within < distance) else {
                    chosen.push((slot, distance));
                    continue;
                };
                if (within - own).abs() <= 10.0 * near
                    && within - distance_between(other, other) <= near
                    && !crowd.iter().any(|&other| is_copy(other))
                {
                    crowd.push(slot);
                }
            }
        }
        crowd.truncate(most - chosen.len());
        chosen.into_iter().map(|(slot, _)| slot).chain(crowd).collect()
    }

    #[test]
    fn the_choice_is_that_of_one_candidate_at_a_time() {
        let (mut crowded, mut full) = (0, 0);
        for (metric, dimensions) in
            [(Metric::Cosine, 64), (Metric::Dot, 64), (Metric::Euclidean, 64), (Metric::Euclidean, 5)]
        {
            let vectors = vectors(metric, dimensions);
            assert_eq!(vectors.estimate(&Default::default()).is_some(), dimensions == 64);
            let (mut scratch, mut ranked, mut chosen) = (Scratch::default(), Vec::new(), Vec::new());
            for case in 0..300u64 {
                let draw = |number: u64| hash(case, number);
                let node = draw(0) as u32 % ROWS;
                let every = 1 + draw(1) % 12;
                let others: Vec<u32> =
                    (0..ROWS).filter(|&slot| slot != node && draw(100 + u64::from(slot)) % every == 0).collect();
                let pinned = |slot: u32| draw(1_000 + u64::from(slot)) % 40 == 0;
                let most = others.iter().filter(|&&slot| pinned(slot)).count() + (draw(2) % 16) as usize;
                let own = scratch.rank(&vectors, node, &others, draw(3) as u32, &mut ranked);
                select(&vectors, own, &ranked, most, &pinned, &mut scratch, &mut chosen);
                assert_eq!(
                    chosen,
                    select_plainly(&vectors, own, &ranked, most, &pinned, &mut scratch),
                    "{metric:?}, case {case}"
                );
                full += usize::from(chosen.len() == most);
                crowded += usize::from(
                    !scratch.selection.crowd.is_empty()
                        || !chosen.is_sorted_by_key(|slot| ranked.iter().position(|row| row.0 == *slot)),
                );
            }
        }
        assert!(crowded > 50 && full > 50, "{crowded} crowds, {full} full lists");
    }
}
