//! An index read back gives the same answers, and takes the same later calls, as the saved index.

use edgevec::snapshot::Recovered;
use edgevec::{Index, Metric, Options, Precision};

use super::header::Header;
use super::indexes::{build, cases, live_on, lived_in, options, read_back};
use super::saved::Snapshot;
use crate::support::{Clusters, add};

#[test]
fn an_index_read_back_answers_and_goes_on_like_the_saved_index() {
    for (case, (options, rows)) in cases().into_iter().enumerate() {
        let mut index = lived_in(options, rows, 7 + case as u64);
        let stats = index.stats();
        assert!(stats.hidden > 0 && stats.tombstones > 0 && stats.unlinked > 0, "{stats:?}");
        assert_eq!(stats.calibrated_rows > 0, options.exact_threshold < rows as u32);
        let mut restored = read_back(&index, &format!("case {case}"));
        live_on(&mut index, 5);
        live_on(&mut restored, 5);
    }
}

#[test]
fn an_empty_index_is_saved_too() {
    let restored = read_back(&Index::new(Options::new(8)).unwrap(), "never used");
    assert_eq!(restored.stats().slots, 0);
    let mut index = lived_in(cases()[1].0, 900, 3);
    (0..900).for_each(|slot| _ = index.remove(slot));
    let mut restored = read_back(&index, "emptied");
    assert_eq!(restored.stats().slots, 0);
    live_on(&mut restored, 5);
}

#[test]
fn hidden_rows_alone_leave_an_empty_index() {
    for (options, rows) in cases() {
        let mut index = Index::new(options).unwrap();
        let mut data = Clusters::new(options.dimensions as usize, 20, 3);
        index.commit(&data.rows(rows), &mut Vec::new()).unwrap();
        while index.link(500) > 0 {}
        let (mut restored, recovered) = Snapshot::of(&index).restore().unwrap();
        assert_eq!(recovered, Recovered::Whole);
        assert_eq!(restored.stats().slots, 0);
        let slots = add(&mut restored, &data.rows(rows));
        assert_eq!(slots, (0..rows as u32).collect::<Vec<_>>());
        live_on(&mut restored, 5);
    }
}

#[test]
fn rows_that_drifted_are_coded_again_after_reading_back() {
    for precision in [Precision::Float32, Precision::Int16] {
        for done in [0, 400] {
            let mut index = lived_in(options(64, Metric::Euclidean, precision, 100), 900, 3);
            while index.compact(500) > 0 {}
            let later: Vec<f32> = Clusters::new(64, 20, 8).rows(600).iter().map(|value| value + 200.0).collect();
            add(&mut index, &later);
            assert!(done == 0 || index.compact(done) > 0, "under way");
            assert!(index.stats().drifted);
            let mut restored = read_back(&index, &format!("{precision:?}, {done} rows coded again"));
            while restored.compact(500) > 0 {}
            assert!(!restored.stats().drifted);
            live_on(&mut read_back(&restored, "coded again"), 5);
        }
    }
}

/// Rows in clusters a thousand times narrower than the distances between the clusters.
fn narrow(dimensions: usize, count: usize) -> Vec<f32> {
    let centres = Clusters::new(dimensions, 4, 9).rows(4);
    let rows = Clusters::new(dimensions, 20, 3).rows(count);
    rows.iter().zip(centres.iter().cycle()).map(|(row, centre)| centre + 0.001 * row).collect()
}

#[test]
fn an_index_that_refused_codes_goes_on_without_codes() {
    let index = build(options(96, Metric::Euclidean, Precision::Float32, 300), &narrow(96, 900));
    assert_eq!(index.stats().code_bytes, 0);
    let mut restored = read_back(&index, "refused");
    assert_eq!(restored.stats().code_bytes, 0);
    live_on(&mut restored, 5);
    assert_eq!(restored.stats().code_bytes, 0);
    let refuses = |index: &Index| Snapshot::of(index).forged(|header| header.refused = true).restore().is_err();
    for (dimensions, precision, rows, why) in [
        (96, Precision::Float32, 300, "too few rows for codes"),
        (96, Precision::Float32, 301, "the index has codes"),
        (96, Precision::Int8, 300, "the codes are the only copy of the rows"),
        (40, Precision::Float32, 301, "rows of so few dimensions have no codes"),
    ] {
        let options = options(dimensions, Metric::Euclidean, precision, 300);
        assert!(refuses(&build(options, &Clusters::new(dimensions as usize, 20, 3).rows(rows))), "{why}");
    }
}

#[test]
fn the_entry_point_read_back_is_a_visible_row_of_the_highest_level() {
    let options = options(64, Metric::Cosine, Precision::Float32, 100);
    let rows = Clusters::new(64, 20, 3).rows(900);
    let with_hidden = |hidden: Option<u32>| {
        let mut index = Index::new(options).unwrap();
        let mut slots = Vec::new();
        index.commit(&rows, &mut slots).unwrap();
        while index.link(500) > 0 {}
        slots.iter().filter(|&&slot| Some(slot) != hidden).for_each(|&slot| assert!(index.publish(slot)));
        index
    };
    let entry_of = |index: &Index| Header::read(&index.header().unwrap()).entry.unwrap();
    let entry = entry_of(&with_hidden(None));
    let index = with_hidden(Some(entry));
    let (mut restored, recovered) = Snapshot::of(&index).restore().unwrap();
    assert_eq!(recovered, Recovered::Whole);

    let header = Header::read(&index.header().unwrap());
    let visible: Vec<u32> = (0..header.slots).filter(|&slot| header.is_visible(slot)).collect();
    let top = visible.iter().map(|&slot| header.level_of(slot)).max().unwrap();
    assert!(top > 0 && header.level_of(entry) >= top);
    for entered in [entry_of(&index), entry_of(&restored)] {
        assert!(entered != entry && header.level_of(entered) == top);
    }
    live_on(&mut restored, 5);

    let low = visible.into_iter().find(|&slot| header.level_of(slot) == 0);
    for other in [low, Some(entry)] {
        let (mut restored, recovered) = Snapshot::of(&index).forged(|header| header.entry = other).restore().unwrap();
        assert_eq!(recovered, Recovered::Whole);
        let entered = entry_of(&restored);
        assert!(header.is_visible(entered) && header.level_of(entered) == top);
        live_on(&mut restored, 5);
    }
}
