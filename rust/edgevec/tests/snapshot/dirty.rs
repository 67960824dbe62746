//! Chunks that differ from the saved chunks are dirty, and no other chunks.

use edgevec::snapshot::Section;
use edgevec::{Index, Mode};

use super::header::hash;
use super::indexes::{answers, cases, live_on, lived_in, read_back};
use super::saved::Snapshot;
use crate::support::{Clusters, add};

#[test]
fn only_changed_chunks_are_dirty() {
    let (options, rows) = cases().pop().unwrap();
    let (mut index, _) = Snapshot::of(&lived_in(options, rows, 3)).restore().unwrap();
    let dirty = |index: &Index| -> Vec<(Section, u32)> {
        let chunks = |section| (0..index.layout(section).chunks).map(move |chunk| (section, chunk));
        Section::ALL.into_iter().flat_map(chunks).filter(|&(section, chunk)| index.is_dirty(section, chunk)).collect()
    };
    assert_eq!(dirty(&index), []);
    let query = Clusters::new(768, 20, 1).rows(1);
    answers(&index, &query, Mode::Auto);
    index.get(1, &mut vec![0.0; 768]);
    assert_eq!(dirty(&index), [], "reading changes nothing");

    let removed = (0..100).find(|&slot| index.remove(slot)).unwrap();
    assert_eq!(dirty(&index), [], "a removal changes the header only: {removed}");
    index.insert(&query).unwrap();
    let changed = dirty(&index);
    assert!(index.layout(Section::Rows).chunks >= 3);
    assert_eq!(changed.iter().filter(|(section, _)| *section == Section::Rows).count(), 1, "{changed:?}");
    for (section, chunk) in changed {
        index.set_clean(section, chunk);
    }
    assert_eq!(dirty(&index), []);
}

/// Random work, seeded. After each piece of work, saving the dirty chunks is as good as saving
/// everything.
#[test]
fn saving_the_dirty_chunks_is_enough() {
    for (case, (options, rows)) in cases().into_iter().enumerate() {
        let mut data = Clusters::new(options.dimensions as usize, 20, 3);
        let (mut number, mut grown, mut linked) = (0, 0, 0);
        let mut draw = |below: usize| {
            number += 1;
            hash(case as u64, number) as usize % below
        };
        let mut index = Index::new(options).unwrap();
        let mut kept = Snapshot::of(&index);
        let (mut visible, mut hidden, mut slots) = (Vec::new(), Vec::new(), Vec::new());
        for step in 0..100 {
            match draw(20) {
                0..6 => {
                    let links = index.layout(Section::Links).bytes;
                    index.commit(&data.rows(1 + draw(rows / 10)), &mut slots).unwrap();
                    hidden.append(&mut slots);
                    grown += usize::from(links > 0 && index.layout(Section::Links).bytes > links);
                }
                6..10 => _ = index.link(1 + draw(rows / 5) as u32),
                10..13 => {
                    hidden.iter().for_each(|&slot| assert!(index.publish(slot)));
                    visible.append(&mut hidden);
                }
                13..15 => {
                    for _ in 0..visible.len() / 4 {
                        assert!(index.remove(visible.swap_remove(draw(visible.len()))));
                    }
                }
                15..18 => _ = index.compact(1 + draw(2 * rows) as u32),
                18 if draw(6) == 0 => {
                    visible.drain(..).chain(hidden.drain(..)).for_each(|slot| assert!(index.remove(slot)));
                }
                _ => {
                    index = kept.restore().unwrap().0;
                    hidden.clear();
                }
            }
            linked += usize::from(index.stats().levels > 1);
            kept.update(&mut index);
            assert!(kept == Snapshot::of(&index), "case {case}, step {step}");
        }
        assert!(grown > 10 && (linked > 20 || options.exact_threshold > 1_000), "case {case}: {grown}, {linked}");
        add(&mut index, &data.rows(1));
        live_on(&mut read_back(&index, &format!("case {case}")), 5);
    }
}
