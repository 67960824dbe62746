//! The results of walks of several widths, by one walk.

use super::view::IndexView;
use crate::Error;
use crate::hnsw::Scratch;
use crate::key::{Key, distance_of};
use crate::vectors::Query;

/// From this width on, walks follow more nodes on the levels above the lowest.
const WIDER_BEAM_FROM: usize = 40;

/// The nodes that a walk of each width keeps, nearest first. The walks leave a row out. The widths
/// come in ascending order.
///
/// A walk expands the nearest node that the walk has not expanded, until the nearest `width` nodes
/// are expanded. A wider walk expands the same nodes first. The nodes of a narrow walk are
/// therefore the nearest nodes of a wider walk, at the moment at which the nearest `width` nodes
/// are expanded.
pub(super) fn walk(
    view: &IndexView<'_>,
    slots: u32,
    query: &Query,
    left_out: u32,
    widths: &[usize],
    scratch: &mut Scratch,
) -> Result<Vec<Vec<Key>>, Error> {
    let mut pools = Vec::new();
    pools.try_reserve_exact(widths.len())?;
    for part in widths.chunk_by(|&a, &b| (a < WIDER_BEAM_FROM) == (b < WIDER_BEAM_FROM)) {
        walk_together(view, slots, query, left_out, part, scratch, &mut pools)?;
    }
    Ok(pools)
}

fn walk_together(
    view: &IndexView<'_>,
    slots: u32,
    query: &Query,
    left_out: u32,
    widths: &[usize],
    scratch: &mut Scratch,
    pools: &mut Vec<Vec<Key>>,
) -> Result<(), Error> {
    let IndexView { graph, vectors, alive } = view;
    let (&[narrowest, ..], &[.., widest]) = (widths, widths) else { return Ok(()) };
    let first = pools.len();
    scratch.begin(narrowest, slots)?;
    let entered = graph.approach(vectors, query, alive, Some(left_out), scratch);
    scratch.pool.raise_limit(widest)?;
    for &width in widths {
        if entered {
            scratch.pool.stop_at(width);
            graph.walk(vectors, query, 0, alive, u64::MAX, scratch);
        }
        let nearest = &scratch.pool.array()[..];
        pools.push(copy(&nearest[..width.min(nearest.len())])?);
    }
    // Of nodes at one distance, a narrow walk keeps some, and goes farther than its width.
    let tie = |pair: &[Key]| distance_of(pair[0]) == distance_of(pair[1]);
    if scratch.pool.array().windows(2).any(tie) {
        for (&width, pool) in widths.iter().zip(&mut pools[first..]) {
            scratch.begin(width, slots)?;
            graph.search(vectors, query, alive, u64::MAX / 2, Some(left_out), scratch);
            *pool = copy(scratch.pool.array())?;
        }
    }
    Ok(())
}

fn copy(nodes: &[Key]) -> Result<Vec<Key>, Error> {
    let mut copied = Vec::new();
    copied.try_reserve_exact(nodes.len())?;
    copied.extend_from_slice(nodes);
    Ok(copied)
}
