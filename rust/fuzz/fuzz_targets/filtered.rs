//! Any calls of an index in any order, with filtered searches between. The first byte of the input
//! chooses the options of the index, and each call takes [`CALL`] bytes.
#![no_main]

use edgevec::snapshot::Section;
use edgevec::{Index, Scratch};
use edgevec_fuzz::{CASES, Filter, Snapshot, complete, options, restore, search_allowed, vectors};
use libfuzzer_sys::fuzz_target;

/// The kind of call, and three operands.
const CALL: usize = 4;
/// Further calls are left out, since the time of an input is limited.
const MOST_CALLS: usize = 48;
/// Enough rows for codes, and for walks that are given up.
const MOST_SLOTS: u32 = 700;

/// An index, and the rows that are neither free nor removed.
struct Life {
    index: Index,
    hidden: Vec<u32>,
    visible: Vec<u32>,
    scratch: Scratch,
    restarts: u32,
}

fuzz_target!(|input: &[u8]| {
    let Some((&case, calls)) = input.split_first() else { return };
    let index = Index::new(options(CASES[usize::from(case) % CASES.len()])).unwrap();
    let (hidden, visible) = (Vec::new(), Vec::new());
    let mut life = Life { index, hidden, visible, scratch: Scratch::default(), restarts: 0 };
    let (calls, filter) = calls.as_chunks::<CALL>();
    for &[what, operands @ ..] in calls.iter().take(MOST_CALLS) {
        life.call(what, operands);
    }
    life.search(Filter::drawn(filter, life.index.stats().slots), 10, 1);
});

impl Life {
    fn call(&mut self, what: u8, [a, b, c]: [u8; 3]) {
        let slots = self.index.stats().slots;
        match what % 10 {
            0 | 1 => self.commit((u32::from(a) + 1).min(MOST_SLOTS.saturating_sub(slots)) as usize, b, c),
            2 => self.publish(a),
            3 => self.remove(a, b),
            4 => _ = self.index.link(u32::from(a) * 4),
            5 => _ = self.index.compact(u32::from(a) * 8),
            6 => self.index.postpone(u32::from(a)),
            7 if self.restarts < 2 => self.restart(&Filter::drawn(&[a, b, c], slots), a >= 128),
            _ => self.search(Filter::drawn(&[a, b], slots), usize::from(c), b),
        }
    }

    /// Adds hidden rows. Some rows may be copies of a single row.
    fn commit(&mut self, rows: usize, seed: u8, copies: u8) {
        let mut rows = vectors(&self.index, rows, u64::from(seed) + 1);
        let dimensions = self.index.options().dimensions as usize;
        for copy in 1..(rows.len() / dimensions).min(usize::from(copies / 4)) {
            rows.copy_within(..dimensions, copy * dimensions);
        }
        let mut slots = Vec::new();
        self.index.commit(&rows, &mut slots).unwrap();
        self.hidden.extend(slots);
    }

    /// Publishes a part of the hidden rows.
    fn publish(&mut self, part: u8) {
        let count = (self.hidden.len() * (usize::from(part) + 1)).div_ceil(256);
        for slot in self.hidden.drain(..count) {
            assert!(self.index.publish(slot));
            self.visible.push(slot);
        }
    }

    /// Removes a part of the visible rows, and some hidden rows.
    fn remove(&mut self, part: u8, first: u8) {
        let count = self.visible.len() * usize::from(part) / 256;
        let first = usize::from(first).min(self.visible.len() - count);
        for slot in self.visible.drain(first..first + count).chain(self.hidden.drain(..self.hidden.len() / 16)) {
            assert!(self.index.remove(slot));
        }
    }

    /// Saves the index, and reads the index back. The rows may come last, if there are codes.
    fn restart(&mut self, filter: &Filter, rows_last: bool) {
        self.restarts += 1;
        let snapshot = Snapshot::of(&self.index);
        let rows_last = rows_last && self.index.stats().code_bytes > 0;
        let (index, _) = restore(&snapshot, |section, _| rows_last && section == Section::Rows).unwrap();
        self.index = complete(index, &snapshot, filter).expect("every chunk was saved");
        // A hidden row does not outlive its process.
        self.hidden.clear();
    }

    fn search(&mut self, filter: Filter, k: usize, seed: u8) {
        assert_eq!(self.index.stats().rows as usize, self.visible.len());
        let query = match self.visible.get(usize::from(seed)) {
            // A row of the index.
            Some(&slot) if seed % 2 == 0 => {
                let mut row = vec![0.0; self.index.options().dimensions as usize];
                assert!(self.index.get(slot, &mut row));
                row
            }
            _ => vectors(&self.index, 1, u64::from(seed) + 1_000),
        };
        search_allowed(&self.index, &mut self.scratch, &query, k, &filter);
    }
}
