//! A removed row is gone from all saved bytes, after its slot has been reclaimed.

use crate::support::{Clusters, add, soaks};
use edgevec::snapshot::{Restoring, Section};
use edgevec::{Index, Metric, Options, Precision};

const METRICS: [Metric; 3] = [Metric::Cosine, Metric::Dot, Metric::Euclidean];
const PRECISIONS: [Precision; 3] = [Precision::Float32, Precision::Int16, Precision::Int8];
/// The sections with data of rows: all sections except the graph.
const KEPT: [Section; 7] = [
    Section::Rows,
    Section::Lengths,
    Section::Codes,
    Section::Factors,
    Section::ResidualNibbles,
    Section::ResidualBytes,
    Section::Scales,
];

/// Dimensions, and the rows from which on there is a graph: with a graph and without; with codes
/// and, under float32, without.
const SHAPES: [(u32, u32); 3] = [(64, 300), (64, 2_000), (20, 300)];

/// Every pair of a metric, a precision and a shape; every triple if `soaks()`.
fn cases() -> impl Iterator<Item = Options> {
    (0..27).map(|case| (case / 9, case / 3 % 3, case % 3)).filter_map(|(metric, precision, shape)| {
        let (dimensions, exact_threshold) = SHAPES[shape];
        (soaks() || (metric + precision + shape) % 3 == 0).then(|| Options {
            metric: METRICS[metric],
            precision: PRECISIONS[precision],
            exact_threshold,
            ..Options::new(dimensions)
        })
    })
}

fn bytes_of(index: &Index, section: Section) -> Vec<u8> {
    (0..index.layout(section).chunks).flat_map(|chunk| index.chunk(section, chunk)).copied().collect()
}

/// The bytes of each slot in a section.
fn rows_of(index: &Index, section: Section) -> Vec<Vec<u8>> {
    let bytes = bytes_of(index, section);
    let slots = index.stats().slots as usize;
    if bytes.is_empty() { Vec::new() } else { bytes.chunks(bytes.len() / slots).map(<[u8]>::to_vec).collect() }
}

/// Asserts that a snapshot of `index` would hold nothing of these slots, as the slots were in
/// `before`.
fn assert_gone(index: &Index, before: &Index, removed: &[u32], name: &str) {
    for section in KEPT {
        let (then, now) = (rows_of(before, section), rows_of(index, section));
        let Some(blank) = now.get(removed[0] as usize) else { continue };
        for &slot in removed {
            assert!(now[slot as usize] == *blank, "{name}: slot {slot} is not blank in {section:?}");
            // Another row may have the same few bytes by chance, and a near row may have the same
            // codes.
            let alone = |row: &&Vec<u8>| row.len() >= 8 && then.iter().filter(|other| other == row).count() == 1;
            if let Some(row) = then.get(slot as usize).filter(alone) {
                assert!(!now.contains(row), "{name}: slot {slot} is still there in {section:?}");
            }
        }
    }
    // Anywhere: four successive components of a removed row appear nowhere.
    let all: Vec<u8> =
        Section::ALL.into_iter().flat_map(|section| bytes_of(index, section)).chain(index.header().unwrap()).collect();
    let windows: std::collections::HashSet<&[u8]> = all.windows(16).collect();
    for row in removed.iter().filter_map(|&slot| rows_of(before, Section::Rows).get(slot as usize).cloned()) {
        assert!(!row[..64].chunks_exact(16).any(|part| windows.contains(part)), "{name}: components are left");
    }
    for section in [Section::Links, Section::Parents] {
        let rows = rows_of(index, section);
        let empty = |slot: &&u32| rows[**slot as usize].iter().all(|&byte| byte == u8::MAX);
        assert!(removed.iter().all(|slot| empty(&slot)), "{name}: {section:?} are left");
    }
}

fn copy_of(index: &Index) -> Index {
    let mut restoring = Restoring::new(&index.header().unwrap(), |section| index.layout(section).bytes).unwrap();
    for section in Section::ALL {
        for chunk in 0..restoring.layout(section).chunks {
            restoring.chunk_mut(section, chunk).copy_from_slice(index.chunk(section, chunk));
        }
    }
    restoring.finish().unwrap().0
}

/// An index, and its bytes before a tenth of its rows was removed.
fn removed_from(options: Options) -> (Index, Index, Vec<u32>) {
    let mut data = Clusters::new(options.dimensions as usize, 20, 5);
    let mut index = Index::new(options).unwrap();
    let slots = add(&mut index, &data.rows(700));
    let before = copy_of(&index);
    let removed: Vec<u32> = slots.into_iter().step_by(10).collect();
    removed.iter().for_each(|&slot| assert!(index.remove(slot)));
    (index, before, removed)
}

#[test]
fn a_compaction_leaves_nothing_of_what_was_removed() {
    for options in cases() {
        let (mut index, before, removed) = removed_from(options);
        while index.compact(50) > 0 {}
        assert_eq!(index.stats().free as usize, removed.len());
        assert_gone(&index, &before, &removed, &format!("{options:?}"));
        assert_gone(&copy_of(&index), &before, &removed, &format!("{options:?}, read back"));
    }
}

#[test]
fn a_blanked_chunk_is_saved_again() {
    for options in cases() {
        let (mut index, _, removed) = removed_from(options);
        for section in Section::ALL {
            (0..index.layout(section).chunks).for_each(|chunk| index.set_clean(section, chunk));
        }
        while index.compact(50) > 0 {}
        for section in KEPT {
            let layout = index.layout(section);
            // A removed slot is in the first chunk.
            assert!(removed[0] == 0 && (layout.chunks == 0 || index.is_dirty(section, 0)), "{options:?}, {section:?}");
        }
    }
}

#[test]
fn rows_rolled_back_and_rows_left_in_a_graph_without_others_are_gone_too() {
    for options in cases() {
        let mut data = Clusters::new(options.dimensions as usize, 20, 5);
        let mut index = Index::new(options).unwrap();
        let kept = add(&mut index, &data.rows(10));
        let mut slots = Vec::new();
        index.commit(&data.rows(700), &mut slots).unwrap();
        while index.link(500) > 0 {}
        // Published, so that `before` holds the bytes of a snapshot with these rows.
        slots.iter().for_each(|&slot| assert!(index.publish(slot)));
        let before = copy_of(&index);
        slots.iter().chain(&kept[..9]).for_each(|&slot| assert!(index.remove(slot)));
        // The next row finds only tombstones, or a graph with a single living node.
        assert!(index.remove(kept[9]) && index.stats().slots == 0, "all is new again");
        let again = add(&mut index, &data.rows(400));
        let left: Vec<u32> = again.iter().copied().step_by(4).collect();
        let before_that = copy_of(&index);
        left.iter().for_each(|&slot| assert!(index.remove(slot)));
        while index.compact(50) > 0 {}
        assert_gone(&index, &before_that, &left, &format!("{options:?}"));
        // Nothing of the earlier rows, though new rows use their slots.
        for section in KEPT {
            let (then, now) = (rows_of(&before, section), rows_of(&index, section));
            let old = then.iter().filter(|row| row.len() >= 16);
            assert!(old.into_iter().all(|row| !now.contains(row)), "{options:?}: {section:?}");
        }
    }
}

#[test]
fn a_graph_of_tombstones_that_makes_way_is_gone() {
    for metric in METRICS {
        let options = Options { metric, exact_threshold: 100, ..Options::new(64) };
        let mut data = Clusters::new(64, 20, 5);
        let mut index = Index::new(options).unwrap();
        let old = add(&mut index, &data.rows(300));
        let mut new = Vec::new();
        index.commit(&data.rows(200), &mut new).unwrap();
        let before = copy_of(&index);
        old.iter().for_each(|&slot| assert!(index.remove(slot)));
        while index.link(500) > 0 {}
        new.iter().for_each(|&slot| assert!(index.publish(slot)));
        assert_eq!(index.stats().free, 300, "the tombstones went");
        assert_gone(&index, &before, &old, &format!("{metric:?}"));
    }
}

#[test]
fn a_compaction_blanks_what_an_earlier_version_left_in_free_slots() {
    for options in cases() {
        let (mut index, before, removed) = removed_from(options);
        while index.compact(50) > 0 {}
        // Earlier versions left rows and links in reclaimed slots.
        let mut restoring = Restoring::new(&index.header().unwrap(), |section| index.layout(section).bytes).unwrap();
        for section in Section::ALL {
            let (then, now) = (bytes_of(&before, section), bytes_of(&index, section));
            let row = if section == Section::UpperLinks { 0 } else { now.len() / index.stats().slots as usize };
            let mut bytes = now;
            for &slot in removed.iter().filter(|_| row > 0) {
                let at = slot as usize * row;
                bytes[at..at + row].copy_from_slice(&then[at..at + row]);
            }
            let mut rest = bytes.as_slice();
            for chunk in 0..restoring.layout(section).chunks {
                let into = restoring.chunk_mut(section, chunk);
                into.copy_from_slice(rest.split_off(..into.len()).unwrap());
            }
        }
        let (mut index, _) = restoring.finish().unwrap();
        assert_eq!((index.stats().tombstones, index.stats().free as usize), (0, removed.len()));
        assert!(index.compact(1) > 0, "in slices");
        while index.compact(7) > 0 {}
        assert_gone(&index, &before, &removed, &format!("{options:?}"));
        let mut data = Clusters::new(options.dimensions as usize, 20, 8);
        add(&mut index, &data.rows(200));
        assert_eq!((index.stats().free, index.compact(1)), (0, 0), "once");
    }
}

#[test]
fn codes_made_anew_hold_nothing_of_free_slots() {
    for precision in [Precision::Float32, Precision::Int16] {
        for before_it in [true, false] {
            let options = Options { metric: Metric::Euclidean, precision, exact_threshold: 300, ..Options::new(64) };
            let (mut index, _, mut removed) = removed_from(options);
            let far: Vec<f32> = Clusters::new(64, 20, 8).rows(900).iter().map(|value| value + 200.0).collect();
            let later = add(&mut index, &far);
            let before = copy_of(&index);
            while before_it && index.stats().tombstones > 0 {
                index.compact(50);
            }
            assert!(index.stats().drifted);
            if !before_it {
                while index.stats().tombstones > 0 {
                    index.compact(50);
                }
                assert!(index.compact(400) > 0, "under way");
                // A slot that is coded again already, and a slot that is not yet.
                for slot in [1, later[850]] {
                    assert!(index.remove(slot));
                    removed.push(slot);
                }
            }
            while index.compact(50) > 0 {}
            assert!(!index.stats().drifted && index.stats().tombstones == 0);
            assert_gone(&index, &before, &removed, &format!("{precision:?}, {before_it}"));
        }
    }
}
