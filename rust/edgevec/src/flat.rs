//! Exact search: the judge in tests, and the faster way for small sets.

use std::collections::BinaryHeap;

use crate::Error;
use crate::bitset::Bitset;
use crate::hnsw::Scratch;
use crate::key::{Key, key};
use crate::vectors::{Query, Vectors};

/// Rows scored before the heap is looked at.
pub(crate) const SCAN_BLOCK: usize = 64;

/// Adds a key to the `k` least.
pub(crate) fn keep(nearest: &mut BinaryHeap<Key>, k: usize, key: Key) {
    if nearest.len() < k {
        nearest.push(key);
    } else if let Some(mut farthest) = nearest.peek_mut()
        && key < *farthest
    {
        *farthest = key;
    }
}

/// The distances of a scan.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum By {
    /// The distances by which the graph is walked. The scan leaves out rows that are farther than
    /// this distance.
    Estimates(f32),
    /// The most precise distances.
    Rows,
}

/// Fills the scratch's pool with the `k` rows of `among` nearest to a laid-out query.
#[inline(never)]
pub(crate) fn search(
    vectors: &Vectors,
    query: &Query,
    k: usize,
    among: &Bitset,
    by: By,
    scratch: &mut Scratch,
) -> Result<(), Error> {
    scratch.pool.reset(k)?;
    if k == 0 {
        return Ok(());
    }
    // The farthest of the nearest on top. A heap, since `k` may be as large as the set; it lives in
    // the pool's array.
    let mut nearest = BinaryHeap::from(std::mem::take(scratch.pool.array()));
    let mut wanted = among.iter().peekable();
    while wanted.peek().is_some() {
        let block = wanted.by_ref().take(SCAN_BLOCK);
        scratch.choose(block);
        let within = match by {
            By::Estimates(within) => {
                scratch.score_chosen_ahead(vectors, query);
                within
            }
            By::Rows => {
                scratch.score_chosen_exactly(vectors, query);
                f32::INFINITY
            }
        };
        for (slot, distance) in scratch.scored().filter(|&(_, distance)| distance <= within) {
            keep(&mut nearest, k, key(distance, slot));
        }
    }
    *scratch.pool.array() = nearest.into_sorted_vec();
    Ok(())
}
