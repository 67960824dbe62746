//! Any bytes for a header. The first byte chooses the index with the announced chunks, so that some
//! headers fit their chunks.
#![no_main]

use edgevec::Scratch;
use edgevec::snapshot::{Restoring, Section};
use edgevec_fuzz::{Filter, search_allowed, seeds, vectors, within};
use libfuzzer_sys::fuzz_target;

// Made before the first input, since the time of an input is limited.
fuzz_target!(init: { seeds(); }, |input: &[u8]| {
    let Some((&seed, header)) = input.split_first() else { return };
    let seed = &seeds()[usize::from(seed) % seeds().len()];
    let announced: u64 = Section::ALL.into_iter().map(|section| seed.bytes(section)).sum();
    within(header.len() + announced as usize, || {
        if let Ok(restoring) = Restoring::new(header, |section| seed.bytes(section)) {
            let empty = Section::ALL.into_iter().all(|section| restoring.layout(section).chunks == 0);
            let finished = restoring.finish();
            assert_eq!(finished.is_ok(), empty, "no row has been written");
            if let Ok((index, _)) = finished {
                let filter = Filter::drawn(header, 64);
                search_allowed(&index, &mut Scratch::default(), &vectors(&index, 1, 7), 10, &filter);
            }
        }
    });
});
