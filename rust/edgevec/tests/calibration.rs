//! When an index learns how wide a search must be: by counts of what was done, and never by time.

use crate::support::Clusters;
use edgevec::{Index, Metric, Mode, Options, Precision, Scratch};

const DIMENSIONS: usize = 8;

fn index() -> Index {
    Index::new(Options { exact_threshold: 300, m: 8, ef_construction: 40, ..Options::new(DIMENSIONS as u32) }).unwrap()
}

fn add(index: &mut Index, rows: &[f32]) -> Vec<u32> {
    let mut slots = Vec::new();
    index.commit(rows, &mut slots).unwrap();
    while index.link(7) > 0 {}
    slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    slots
}

#[test]
fn it_is_a_part_of_linking_and_takes_steps_of_its_own() {
    let mut data = Clusters::new(DIMENSIONS, 20, 3);
    let mut index = index();
    let mut slots = Vec::new();
    index.commit(&data.rows(301), &mut slots).unwrap();
    assert_eq!(index.link(0), 301, "nothing is due yet");
    let left = index.link(300);
    assert!(left > 80, "due at the row that the graph's threshold asks for: {left}");
    assert_eq!((index.link(0), index.stats().unlinked), (left, 1));
    assert_eq!(index.link(10), left - 10, "in slices");
    assert_eq!((index.stats().unlinked, index.stats().calibrated_rows), (1, 0), "before the next row");
    while index.link(1) > 0 {}
    // All rows are hidden still.
    assert_eq!((index.stats().unlinked, index.stats().calibrated_rows), (0, 300));
}

#[test]
fn it_is_made_anew_when_rows_have_doubled_or_been_replaced() {
    let mut data = Clusters::new(DIMENSIONS, 20, 3);
    let mut index = index();
    add(&mut index, &data.rows(599));
    assert_eq!(index.stats().calibrated_rows, 300);
    let mut slots = add(&mut index, &data.rows(501));
    assert_eq!(index.stats().calibrated_rows, 600);
    // Replaced: linked, and reclaimed.
    for part in 0..10 {
        let before = index.ef_for(10, 0.95);
        let more = add(&mut index, &data.rows(20));
        slots.drain(..20).for_each(|slot| assert!(index.remove(slot)));
        slots.extend(more);
        while index.compact(50) > 0 {}
        while index.link(1) > 0 {}
        assert_eq!(index.stats().calibrated_rows > 600, part >= 2, "{part}: {:?}", index.stats());
        assert!(part >= 2 || index.ef_for(10, 0.95) >= before, "wider, the older it is");
    }
}

#[test]
fn how_calls_are_cut_up_changes_nothing() {
    let rows = Clusters::new(DIMENSIONS, 20, 3).rows(1_400);
    let learnt = [1, 13, u32::MAX].map(|budget| {
        let mut index = index();
        let mut slots = Vec::new();
        for batch in rows.chunks(700 * DIMENSIONS) {
            index.commit(batch, &mut slots).unwrap();
            while index.link(budget) > 0 {}
            slots.iter().for_each(|&slot| assert!(index.publish(slot)));
        }
        index.header().unwrap()
    });
    assert!(learnt.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn the_last_row_taken_leaves_nothing_to_learn() {
    let mut index = index();
    let slots = add(&mut index, &Clusters::new(DIMENSIONS, 20, 3).rows(700));
    assert_eq!(index.stats().calibrated_rows, 600);
    let mut more = Vec::new();
    index.commit(&Clusters::new(DIMENSIONS, 20, 4).rows(700), &mut more).unwrap();
    while index.stats().calibrated_rows == 600 && index.link(1) < 800 {}
    slots.iter().chain(&more).for_each(|&slot| assert!(index.remove(slot)));
    assert_eq!((index.link(u32::MAX), index.stats().calibrated_rows), (0, 0));
    add(&mut index, &Clusters::new(DIMENSIONS, 20, 5).rows(400));
    assert_eq!(index.stats().calibrated_rows, 300);
}

#[test]
fn rows_that_were_rolled_back_count_for_nothing() {
    let mut data = Clusters::new(DIMENSIONS, 20, 3);
    let mut index = index();
    let mut slots = Vec::new();
    index.commit(&data.rows(350), &mut slots).unwrap();
    index.commit(&data.rows(200), &mut slots).unwrap();
    slots.iter().for_each(|&slot| assert!(index.remove(slot)));
    while index.stats().calibrated_rows == 0 {
        assert!(index.link(1) > 0);
    }
    assert_eq!((index.stats().calibrated_rows, index.stats().unlinked), (300, 250));
    while index.link(1) > 0 {}
}

#[test]
fn each_step_is_short() {
    // Rows in tight groups of few bits: estimates say little, so that ten times as many rows are
    // ranked.
    let (dimensions, rows) = (256, 2_001);
    let mut centres = Clusters::new(dimensions, 20, 3);
    let centres = centres.rows(20);
    let mut near = Clusters::new(dimensions, 20, 4);
    let rows: Vec<f32> = (0..rows)
        .flat_map(|row| {
            let centre = &centres[row % 20 * dimensions..][..dimensions];
            near.rows(1).iter().zip(centre).map(|(a, b)| 0.01 * a + b).collect::<Vec<_>>()
        })
        .collect();
    let options = Options { precision: Precision::Int8, metric: Metric::Euclidean, ..Options::new(dimensions as u32) };
    let mut index = Index::new(options).unwrap();
    let mut slots = Vec::new();
    index.commit(&rows, &mut slots).unwrap();
    while index.stats().unlinked > 1 {
        index.link(1);
    }
    assert_eq!(index.stats().calibrated_rows, 0);
    let mut steps = 0;
    while index.stats().calibrated_rows == 0 {
        assert!(index.link(1) > 0);
        steps += 1;
    }
    // Scans of 2,000 rows in blocks, a step for the walks of each of 120 rows, and two or more
    // steps to rank each row of the sample.
    assert!((300..4_000).contains(&steps), "{steps}");
}

#[test]
fn a_search_with_a_recall_is_as_wide_as_the_recall_needs() {
    let mut data = Clusters::new(DIMENSIONS, 20, 3);
    let mut index = index();
    add(&mut index, &data.rows(3_000));
    let queries = data.rows(20);
    for (k, recall) in [(1, 0.5), (10, 0.8), (10, 0.99), (100, 0.95), (usize::MAX, 0.9)] {
        let ef = index.ef_for(k.min(3_000), recall);
        let [mut asked, mut wide] = [Scratch::default(), Scratch::default()];
        for query in queries.chunks(DIMENSIONS) {
            let expected = index.search(&mut wide, query, k, ef, Mode::Auto).unwrap();
            assert_eq!(index.search_with_recall(&mut asked, query, k, recall).unwrap(), expected);
        }
        assert_eq!(asked.evaluations(), wide.evaluations(), "k {k}, recall {recall}");
    }
}
