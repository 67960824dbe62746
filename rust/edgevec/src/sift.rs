//! A scan by sketches: first the bounds of all rows, and then the codes of the rows whose bounds
//! are near enough.

use std::collections::BinaryHeap;

use crate::Error;
use crate::bitset::Bitset;
use crate::flat::{SCAN_BLOCK, keep};
use crate::hnsw::Scratch;
use crate::key::{Key, distance_of, key};
use crate::sketch::{Bounds, SketchedQuery, Sketches};
use crate::vectors::{Query, Vectors};

/// Finds the bounds of the `count` rows of `among`, and fills the scratch's pool with the `kept`
/// rows of the least bounds. The distances of the pool are bounds.
#[inline(never)]
pub(crate) fn bound(
    sketches: &Sketches,
    query: &SketchedQuery,
    kept: usize,
    among: &Bitset,
    count: u32,
    scratch: &mut Scratch,
) -> Result<(), Error> {
    scratch.pool.reset(kept)?;
    let all = &mut scratch.bounds.bounds;
    all.clear();
    all.try_reserve(count as usize)?;
    let mut nearest = BinaryHeap::from(std::mem::take(scratch.pool.array()));
    let mut farthest = f32::INFINITY;
    let (mut slots, mut bounds, mut filled) = ([0; SCAN_BLOCK], [0.0; SCAN_BLOCK], 0);
    let mut take = |slots: &[u32]| {
        let bounds = &mut bounds[..slots.len()];
        sketches.bounds(query, slots, bounds);
        all.extend_from_slice(bounds);
        for (&slot, &bound) in slots.iter().zip(&*bounds) {
            if bound <= farthest {
                keep(&mut nearest, kept, key(bound, slot));
                let last = nearest.peek().filter(|_| nearest.len() == kept);
                farthest = last.map_or(farthest, |&last| distance_of(last));
            }
        }
    };
    among.for_each(|slot| {
        slots[filled] = slot;
        filled += 1;
        if filled == SCAN_BLOCK {
            take(&slots);
            filled = 0;
        }
    });
    take(&slots[..filled]);
    *scratch.pool.array() = nearest.into_sorted_vec();
    Ok(())
}

/// Adds the rows of `among` with walk distances within `within` to the scratch's pool, which has
/// the rows that [`bound`] kept. `last` is the key of the greatest of their bounds. Reads
/// the codes of rows with bounds within `within` alone.
#[inline(never)]
pub(crate) fn sift(
    vectors: &Vectors,
    query: &Query,
    among: &Bitset,
    last: Key,
    within: f32,
    scratch: &mut Scratch,
) -> Result<(), Error> {
    let Bounds { bounds, sifted } = &mut scratch.bounds;
    let range = distance_of(last)..=within;
    let count = bounds.iter().filter(|bound| range.contains(bound)).count();
    sifted.clear();
    sifted.try_reserve(count)?;
    let mut bounds = bounds.iter();
    among.for_each(|slot| {
        if let Some(&bound) = bounds.next()
            && range.contains(&bound)
            && key(bound, slot) > last
        {
            sifted.push(slot);
        }
    });
    scratch.pool.array().try_reserve(count)?;
    let sifted = std::mem::take(sifted);
    let mut found = BinaryHeap::from(std::mem::take(scratch.pool.array()));
    for slots in sifted.chunks(SCAN_BLOCK) {
        scratch.choose(slots.iter().copied());
        scratch.score_chosen_ahead(vectors, query);
        let near = scratch.scored().filter(|&(_, distance)| distance <= within);
        found.extend(near.map(|(slot, distance)| key(distance, slot)));
    }
    *scratch.pool.array() = found.into_sorted_vec();
    scratch.bounds.sifted = sifted;
    Ok(())
}
