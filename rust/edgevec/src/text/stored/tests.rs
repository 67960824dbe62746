//! The bytes of segments, also broken bytes. `text/tests.rs` stores and reads an index between
//! searches.

use proptest::prelude::*;

use super::DAMAGED;
use crate::Error;
use crate::text::{QueryWord, TextIndex, TextOptions, TextScratch};

pub(in crate::text) type Parts = Vec<Vec<u8>>;

/// The bytes of all segments: the head, and the parts of each segment by its number.
pub(in crate::text) fn stored(index: &TextIndex) -> (Vec<u8>, Vec<(u32, Parts)>) {
    let mut head = Vec::new();
    index.write_head(&mut head).unwrap();
    let part = |segment, part| {
        let mut bytes = Vec::new();
        index.write_part(segment, part, &mut bytes).unwrap();
        bytes
    };
    let parts = |segment| (0..index.parts(segment)).map(|number| part(segment, number)).collect();
    (head, index.segments().map(|segment| (segment, parts(segment))).collect())
}

/// Reads a segment into the index, with the rows that `allow` allows.
pub(in crate::text) fn read(
    index: &mut TextIndex,
    segment: u32,
    head: &[u8],
    parts: &[Vec<u8>],
    allow: &[u32],
) -> Result<(), Error> {
    let (rows, lists) = parts.split_first().expect("a segment has a part with its rows");
    let mut restoring = index.restore(segment, head, rows)?;
    for part in lists {
        index.restore_lists(&mut restoring, part)?;
    }
    while index.restore_step(&mut restoring, 50, allow)? {}
    Ok(())
}

/// Makes a segment of the tail, however small.
pub(in crate::text) fn seal(index: &mut TextIndex) {
    if index.tail.rows.len() > 0 {
        let segment = index.tail.seal(index.tail_id).unwrap();
        index.segments.push(segment);
        index.tail_id = index.new_id();
    }
}

#[test]
fn the_bytes_of_a_segment_stay_the_same() {
    let mut index = TextIndex::with_segments_from(TextOptions::default(), 3);
    index.add(7, 1, [("whale", 3), ("ship", 1)]).unwrap();
    index.add(300, 2, [("whale", 1)]).unwrap();
    seal(&mut index);
    assert!(index.remove(300));
    let (head, segments) = stored(&index);
    assert_eq!(head, [1, 3, 2, 0b10]);
    let rows = vec![1, 2, 7, 4, 1, 0xac, 0x02, 1, 2];
    // For each word: its row as it is, and one less than its frequency, behind the two widths.
    let lists = [b"\x01\x05whale\x02\x03\x00\x02\x02".as_slice(), b"\x04ship\x01\x02\x00\x00"].concat();
    assert_eq!(segments, [(3, vec![rows, lists])]);
}

/// An index of two segments and a tail.
fn two_segments() -> TextIndex {
    let mut index = TextIndex::new(TextOptions::default());
    for slot in 0..700 {
        let words: Vec<String> = (0..20).map(|i| format!("w{}", (slot * 7 + i * i) % 90)).collect();
        index.add(slot, u64::from(slot), words.iter().map(|word| (word.as_str(), 1))).unwrap();
        if slot % 300 == 299 {
            seal(&mut index);
        }
    }
    (0..40).for_each(|slot| assert!(index.remove(slot * 13)));
    index
}

#[test]
fn a_segment_that_is_read_and_stored_again_has_the_same_bytes() {
    let index = two_segments();
    let (head, segments) = stored(&index);
    assert_eq!((segments.len(), index.unstored().count()), (2, 100));
    let mut other = TextIndex::with_segments_from(TextOptions::default(), 10);
    for (segment, parts) in &segments {
        assert!(parts.len() > 1);
        read(&mut other, *segment, &head, parts, &[u32::MAX; 22]).unwrap();
    }
    assert_eq!(stored(&other).0, head);
    assert_eq!(other.rows(), index.rows() - 100);
    assert_eq!(stored(&other).1[0], segments[0], "the first segment has the terms in the same order");
    // New rows come into segments with other numbers.
    other.add(700, 700, [("whale", 1)]).unwrap();
    seal(&mut other);
    assert_eq!(other.segments().collect::<Vec<_>>(), [segments[0].0, segments[1].0, 10]);
}

#[test]
fn long_lists_of_many_blocks_are_read_in_steps() {
    let mut index = TextIndex::new(TextOptions::default());
    for slot in 0..1_500 {
        let words = [("whale".to_owned(), 1 + slot % 5), (format!("w{}", slot % 7), 1), (format!("only{slot}"), 1)];
        index.add(slot, u64::from(slot), words.iter().map(|(word, weight)| (word.as_str(), *weight))).unwrap();
    }
    seal(&mut index);
    let (head, segments) = stored(&index);
    let mut other = TextIndex::with_segments_from(TextOptions::default(), 10);
    read(&mut other, segments[0].0, &head, &segments[0].1, &[u32::MAX; 47]).unwrap();
    assert_eq!(stored(&other), (head, segments));
}

#[test]
fn a_segment_is_read_once_and_never_takes_the_slot_of_newer_words() {
    let (head, segments) = stored(&two_segments());
    let (segment, parts) = &segments[0];
    let mut other = TextIndex::with_segments_from(TextOptions::default(), 10);
    other.add(5, 5, [("whale", 1)]).unwrap();
    read(&mut other, *segment, &head, parts, &[u32::MAX; 22]).unwrap();
    let mut scratch = TextScratch::default();
    let hits = other.search(&mut scratch, [QueryWord::exact("whale")], 10, None).unwrap();
    assert_eq!(hits.iter().map(|hit| hit.slot).collect::<Vec<_>>(), [5]);
    assert_eq!(other.rows(), 300 - 24);
    assert_eq!(read(&mut other, *segment, &head, parts, &[u32::MAX; 22]), Err(DAMAGED));
    // A number that new segments take.
    let mut below = TextIndex::with_segments_from(TextOptions::default(), *segment);
    assert_eq!(read(&mut below, *segment, &head, parts, &[u32::MAX; 22]), Err(DAMAGED));
}

proptest! {
    #![proptest_config(crate::seeded(400))]
    #[test]
    fn broken_bytes_are_damage_or_words(which in 0usize..4, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let (mut head, mut segments) = stored(&two_segments());
        let (segment, parts) = &mut segments[1];
        let bytes = if which == 0 { &mut head } else { parts.get_mut(which % 2).unwrap() };
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        let mut index = TextIndex::with_segments_from(TextOptions::default(), 10);
        // The words of the other segment stay whole.
        let (first, whole) = &stored(&two_segments()).1[0];
        let _ = read(&mut index, *first, &stored(&two_segments()).0, whole, &[u32::MAX; 22]);
        let before = index.rows();
        if let Err(error) = read(&mut index, *segment, &head, parts, &[u32::MAX; 22]) {
            prop_assert_eq!(error, DAMAGED);
            prop_assert_eq!(index.rows(), before);
        }
        // Whatever was read can be searched, changed, merged and stored.
        let mut scratch = TextScratch::default();
        for word in ["w1", "w45", "w89"] {
            let word = QueryWord { prefix: true, fuzzy: true, ..QueryWord::exact(word) };
            let hits = index.search(&mut scratch, [word], 1_000, None).unwrap();
            prop_assert!(hits.iter().all(|hit| hit.slot < 704 && hit.score >= 0.0));
        }
        (0..704).for_each(|slot| assert!(!index.remove(slot) || index.rows() < 700));
        while index.merge(1_000).unwrap() {}
        prop_assert_eq!((index.rows(), index.segments.len(), index.lengths), (0, 0, 0));
    }
}
