//! Filters drawn from the bytes of an input, and the promises of a filtered search.

use edgevec::{Hit, Index, Mode, Scratch, Strategy};

/// The words of a set of allowed slots.
pub struct Filter(Vec<u32>);

impl Filter {
    /// Draws a filter for so many slots from three bytes: the kind, the length, and a seed. Missing
    /// bytes count as 0. Without bytes, the filter allows about half of the slots.
    pub fn drawn(bytes: &[u8], slots: u32) -> Self {
        let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
        let words = slots.div_ceil(32) as usize;
        // A filter may have fewer words than there are slots, or more.
        let length = match byte(1) % 5 {
            0 => words,
            1 => words / 2,
            2 => words.saturating_sub(1),
            3 => words + 1,
            _ => words + 7,
        };
        // xorshift64* (Vigna, 2016).
        let mut state = u64::from(byte(2)) + 1;
        let mut next = || {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) as u32
        };
        let mut word: Box<dyn FnMut() -> u32> = match byte(0) % 6 {
            0 => Box::new(next),
            1 => Box::new(|| 0),
            2 => Box::new(|| u32::MAX),
            3 => Box::new(|| next() & next() & next() & next()),
            4 => Box::new(|| next() | next() | next()),
            // A few slots of neighbouring rows.
            _ => Box::new(|| if next() % 8 == 0 { u32::MAX } else { 0 }),
        };
        Self((0..length).map(|_| word()).collect())
    }

    pub fn words(&self) -> &[u32] {
        &self.0
    }

    fn allows(&self, slot: u32) -> bool {
        self.0.get(slot as usize / 32).is_some_and(|word| word >> (slot % 32) & 1 == 1)
    }
}

/// Searches a whole index in every mode, and compares the answers with the exact ranking of all
/// rows.
pub fn search_allowed(index: &Index, scratch: &mut Scratch, query: &[f32], k: usize, filter: &Filter) {
    let ranked = pairs(index.search(scratch, query, usize::MAX, 0, Mode::Exact).unwrap());
    assert_eq!(ranked.len(), index.stats().rows as usize);
    let allowed: Vec<_> = ranked.into_iter().filter(|&(slot, _)| filter.allows(slot)).collect();
    let nearest = &allowed[..k.min(allowed.len())];
    let mut distances = vec![None; index.stats().slots as usize];
    allowed.iter().for_each(|&(slot, distance)| distances[slot as usize] = Some(distance));
    for mode in [Mode::Auto, Mode::Exact, Mode::Graph] {
        let hits = pairs(index.search_allowed(scratch, query, k, 40, mode, filter.words()).unwrap());
        assert_eq!(hits.len(), nearest.len(), "as many hits as there are rows, {mode:?}");
        assert!(hits.is_sorted_by(|a, b| a.1 <= b.1), "the nearest row first, {mode:?}");
        assert!(mode != Mode::Exact || (hits == nearest && scratch.strategy() == Strategy::Scan), "exact");
        // Each row once, so the row is taken out of the table.
        let mut left = distances.clone();
        let is_allowed = |&(slot, distance): &(u32, f32)| left[slot as usize].take() == Some(distance);
        assert!(hits.iter().all(is_allowed), "visible rows that the filter allows, {mode:?}");
    }
}

fn pairs(hits: &[Hit]) -> Vec<(u32, f32)> {
    hits.iter().map(|hit| (hit.slot, hit.distance)).collect()
}
