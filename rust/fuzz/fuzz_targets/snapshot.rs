//! Snapshots with some bytes changed or missing. The input chooses the snapshot, and then makes
//! edits of [`EDIT`] bytes each. The bytes left over are a filter for the searches.
#![no_main]

use edgevec_fuzz::{Filter, complete, live_on, restore, seeds};
use libfuzzer_sys::fuzz_target;

/// The kind of edit, the section, the word, and the value.
const EDIT: usize = 8;

// Made before the first input, since the time of an input is limited.
fuzz_target!(init: { seeds(); }, |input: &[u8]| {
    let Some((&seed, edits)) = input.split_first() else { return };
    let mut snapshot = seeds()[usize::from(seed) % seeds().len()].clone();
    let mut lost = Vec::new();
    let (edits, filter) = edits.as_chunks::<EDIT>();
    for &[what, section, low, high, ref value @ ..] in edits {
        let at = usize::from(u16::from_le_bytes([low, high]));
        let sections = snapshot.sections.len();
        let (bytes, section) = match usize::from(section) % (sections + 1) {
            0 => (&mut snapshot.header, None),
            number => {
                let (section, chunks) = &mut snapshot.sections[number - 1];
                let Some(chunk) = chunks.first_mut() else { continue };
                (chunk, Some(*section))
            }
        };
        if bytes.is_empty() {
            continue;
        }
        let at = at % bytes.len();
        let word = at / 4 * 4;
        match what % 8 {
            0 => bytes[at] = value[0],
            1 => bytes[at] ^= 1 << (value[0] % 8),
            2..=4 if word + 4 <= bytes.len() => bytes[word..word + 4].copy_from_slice(value),
            // Another number of the same section: links to nodes, factors of rows.
            5 if word + 4 <= bytes.len() => {
                let from = usize::from(u16::from_le_bytes([value[0], value[1]])) % (bytes.len() / 4) * 4;
                bytes.copy_within(from..from + 4, word);
            }
            6 => bytes.truncate(at),
            7 => lost.extend(section),
            _ => {}
        }
    }
    let Ok((index, _)) = restore(&snapshot, |section, _| lost.contains(&section)) else { return };
    let filter = Filter::drawn(filter, index.stats().slots);
    // If a snapshot with codes leaves out rows, the rows come later.
    if let Some(index) = complete(index, &snapshot, &filter) {
        live_on(index, &filter);
    }
});
