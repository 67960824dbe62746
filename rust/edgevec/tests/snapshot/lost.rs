//! Snapshots that are cut short, of another format, or without a whole graph.

use edgevec::snapshot::{FORMAT_VERSION, Recovered, Restoring, Section};
use edgevec::{Error, Metric, Mode, Precision};

use super::header::Header;
use super::indexes::{answers, build, cases, live_on, lived_in, options};
use super::saved::Snapshot;
use crate::support::{Clusters, add};

const NONE: u32 = u32::MAX;

#[test]
fn another_format_and_other_lengths_are_refused() {
    let snapshot = Snapshot::of(&lived_in(cases()[1].0, 900, 3));
    let mut newer = snapshot.clone();
    newer.header[0] = FORMAT_VERSION as u8 + 1;
    assert_eq!(newer.refusal(), Error::UnsupportedFormat { expected: FORMAT_VERSION, got: FORMAT_VERSION + 1 });

    let mut short = snapshot.clone();
    short.chunks_mut(Section::Rows).last_mut().unwrap().pop();
    assert!(matches!(short.refusal(), Error::Damaged { .. }));

    for length in 0..snapshot.header.len() {
        let mut cut = snapshot.clone();
        cut.header.truncate(length);
        assert!(matches!(cut.refusal(), Error::Damaged { .. }), "{length} bytes");
    }
    let mut long = snapshot;
    long.header.push(0);
    assert!(matches!(long.refusal(), Error::Damaged { .. }));
}

#[test]
fn a_header_asks_for_no_more_memory_than_there_are_bytes() {
    // Ten million rows of 16 KiB, all removed.
    let (slots, none) = (10_000_000, vec![0; 10_000_000 / 8]);
    let header = Header {
        dimensions: 4096,
        metric: 1,
        m: 16,
        ef_construction: 200,
        seed: 0,
        exact_threshold: u32::MAX,
        precision: 0,
        slots,
        nodes: none.clone(),
        visible: none,
        tombstones: vec![255; 10_000_000 / 8],
        free: Vec::new(),
        unlinked: Vec::new(),
        entry: None,
        refused: false,
        quantiser: None,
        calibrated: None,
        kept: None,
    };
    for bytes in [0, 1 << 32, u64::MAX] {
        assert!(matches!(Restoring::new(&header.write(), |_| bytes), Err(Error::Damaged { .. })));
    }
    let beyond = Header { slots: (1 << 31) + 8, ..header };
    assert!(matches!(Restoring::new(&beyond.write(), |_| 0), Err(Error::Damaged { .. })));
}

#[test]
fn a_missing_chunk_costs_the_graph_or_the_whole_index() {
    // Together, the indexes have every section.
    for (options, rows) in [cases()[2], cases()[4], cases()[6]] {
        let snapshot = Snapshot::of(&lived_in(options, rows, 3));
        for (section, chunks) in &snapshot.sections {
            let graph = [Section::Links, Section::UpperLinks, Section::Parents].contains(section);
            for at in 0..chunks.len() as u32 {
                let restored = snapshot.restore_without(|other, chunk| (other, chunk) == (*section, at));
                if (*section, options.precision) == (Section::Rows, Precision::Float32) {
                    assert!(!restored.unwrap().0.is_whole(), "rows can come later");
                } else if graph {
                    let (mut restored, recovered) = restored.unwrap();
                    assert_eq!(recovered, Recovered::WithoutGraph, "{section:?}");
                    assert!(restored.is_dirty(*section, at), "to be saved again");
                    live_on(&mut restored, 5);
                } else {
                    assert!(matches!(restored.err(), Some(Error::Damaged { .. })), "{section:?}");
                }
            }
        }
    }
    // Without a graph, no graph can be lost.
    let (few, rows) = cases()[5];
    let snapshot = Snapshot::of(&lived_in(few, rows, 3));
    let (_, recovered) = snapshot.restore_without(|section, _| section == Section::Links).unwrap();
    assert_eq!(recovered, Recovered::Whole);
}

#[test]
fn a_broken_graph_is_built_again() {
    let index = lived_in(cases()[1].0, 900, 3);
    let queries = Clusters::new(64, 20, 99).rows(20);
    for section in [Section::Links, Section::Parents, Section::UpperLinks] {
        let mut snapshot = Snapshot::of(&index);
        snapshot.chunks_mut(section)[0].fill(0);
        let (mut restored, recovered) = snapshot.restore().unwrap();
        assert_eq!(recovered, Recovered::WithoutGraph, "{section:?}");
        assert_eq!(restored.stats().unlinked, restored.stats().rows);
        assert_eq!(answers(&restored, &queries, Mode::Exact), answers(&index, &queries, Mode::Exact));
        while restored.link(100) > 0 {}
        live_on(&mut restored, 5);
    }
}

/// A walk stops at a node without links. A new row then finds no neighbour, and the index would
/// take all rows for removed.
#[test]
fn a_graph_without_links_is_built_again() {
    let rows = Clusters::new(64, 20, 3).rows(900);
    let mut index = build(options(64, Metric::Euclidean, Precision::Float32, 100), &rows);
    let header = Header::read(&index.header().unwrap());
    let entry = header.entry.unwrap();
    let parents = Snapshot::of(&index).chunks(Section::Parents).concat();
    let parents: Vec<u32> = parents.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect();
    // Removed leaves, cut from the tree.
    let mut leaves = (0..900).filter(|&slot| header.level_of(slot) > 0 && slot != entry && !parents.contains(&slot));
    let (a, b) = (leaves.next().unwrap(), leaves.next().unwrap());
    assert!(index.remove(a) && index.remove(b));
    let upper_row = |slot: u32| (0..slot).map(|slot| header.level_of(slot)).sum::<u32>();
    let list = |links: &[u32], most: usize| -> Vec<u32> {
        links.iter().copied().chain(std::iter::repeat(NONE)).take(most).collect()
    };
    for (from_a, from_b, expected) in [
        (&[][..], &[][..], Recovered::WithoutGraph),
        (&[b], &[a], Recovered::WithoutGraph),
        (&[entry], &[], Recovered::WithoutGraph),
        (&[b], &[entry], Recovered::Whole),
    ] {
        let mut forged = Snapshot::of(&index);
        for (slot, links) in [(a, from_a), (b, from_b)] {
            forged.put(Section::Parents, slot, &[NONE]);
            forged.put(Section::Links, slot, &list(links, 32));
            for level in 0..header.level_of(slot) {
                forged.put(Section::UpperLinks, upper_row(slot) + level, &list(&[], 16));
            }
            // Nearer to every row than any other row.
            forged.put(Section::Factors, slot, &[0, (-1e30f32).to_bits()]);
        }
        forged.put(Section::UpperLinks, upper_row(entry), &list(&[a, b], 16));
        let (mut restored, recovered) = forged.restore().unwrap();
        assert_eq!(recovered, expected, "{from_a:?}, {from_b:?}");
        add(&mut restored, &rows[..64]);
        let mut row = vec![0.0; 64];
        let kept = (0..900).filter(|&slot| restored.get(slot, &mut row) && row == rows[slot as usize * 64..][..64]);
        assert_eq!(kept.count(), 898, "no row is lost");
        live_on(&mut restored, 5);
    }
}
