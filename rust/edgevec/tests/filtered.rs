//! Filtered searches against the exact ranking of all rows: every hit is an allowed row, no hit is
//! missing, and recall is as asked, for filters that have nothing to do with the query and filters
//! that allow or bar the rows near the query.

use crate::support::{Clusters, soaks};
use edgevec::{Error, Hit, Index, Metric, Mode, Options, Precision, Scratch, Strategy};

const DIMENSIONS: usize = 64;
const K: usize = 10;
const QUERIES: usize = 12;
const SHARES: [f64; 8] = [0.0, 0.0005, 0.01, 0.1, 0.3, 0.6, 0.9, 1.0];

/// Which rows a filter allows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Random,
    Nearest,
    Farthest,
}

const KINDS: [Kind; 3] = [Kind::Random, Kind::Nearest, Kind::Farthest];

/// splitmix64.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn pairs(hits: &[Hit]) -> Vec<(u32, u32)> {
    hits.iter().map(|hit| (hit.slot, hit.distance.to_bits())).collect()
}

fn words(slots: impl Iterator<Item = u32>, length: usize) -> Vec<u32> {
    let mut words = vec![0; length];
    slots.for_each(|slot| words[slot as usize / 32] |= 1 << (slot % 32));
    words
}

fn allows(words: &[u32], slot: u32) -> bool {
    words.get(slot as usize / 32).is_some_and(|word| word >> (slot % 32) & 1 == 1)
}

/// Recall and strategies of the searches of one kind.
#[derive(Default)]
struct Seen {
    found: usize,
    wanted: usize,
    strategies: Vec<Strategy>,
}

/// An index that changes at random, and the visible slots.
struct Model {
    index: Index,
    data: Clusters,
    visible: Vec<u32>,
    state: u64,
}

impl Model {
    fn new(options: Options, seed: u64) -> Self {
        Self {
            index: Index::new(options).unwrap(),
            data: Clusters::new(DIMENSIONS, 60, seed),
            visible: Vec::new(),
            state: seed,
        }
    }

    /// Adds rows. Links `links` of them, and leaves each tenth row hidden.
    fn add(&mut self, count: usize, links: u32) {
        let mut slots = Vec::new();
        self.index.commit(&self.data.rows(count), &mut slots).unwrap();
        if links == u32::MAX {
            while self.index.link(1_000) > 0 {}
        } else {
            self.index.postpone(count as u32 / 3);
            self.index.link(links);
        }
        for slot in slots {
            if !random(&mut self.state).is_multiple_of(10) {
                assert!(self.index.publish(slot));
                self.visible.push(slot);
            }
        }
    }

    /// Removes a part of the visible rows.
    fn remove(&mut self, part: f64) {
        for _ in 0..(self.visible.len() as f64 * part) as usize {
            let at = random(&mut self.state) as usize % self.visible.len();
            assert!(self.index.remove(self.visible.swap_remove(at)));
        }
    }

    /// Searches with filters of all kinds and shares.
    fn check(&mut self, seen: &mut [Seen; 3]) {
        let (mut scratch, mut other) = (Scratch::default(), Scratch::default());
        let ef = self.index.ef_for(K, 0.95);
        let slots = self.index.stats().slots;
        let gone: Vec<u32> = (0..slots).filter(|slot| !self.visible.contains(slot)).collect();
        let queries = self.data.rows(QUERIES);
        for query in queries.chunks(DIMENSIONS) {
            let ranked = pairs(self.index.search(&mut other, query, usize::MAX, 0, Mode::Exact).unwrap());
            assert_eq!(ranked.len(), self.visible.len());
            for (kind, seen) in KINDS.into_iter().zip(&mut *seen) {
                for share in SHARES {
                    let count = (ranked.len() as f64 * share) as usize;
                    let mut order: Vec<u32> = ranked.iter().map(|&(slot, _)| slot).collect();
                    match kind {
                        Kind::Random => order.sort_by_cached_key(|_| random(&mut self.state)),
                        Kind::Nearest => {}
                        Kind::Farthest => order.reverse(),
                    }
                    // Bits of rows that are not visible are there too. Words may be missing at the
                    // end, and there may be more words than slots.
                    let length = slots as usize / 32 + 3;
                    let mut allow = words(order[..count].iter().copied().chain(gone.iter().copied()), length);
                    match random(&mut self.state) % 8 {
                        0 => allow.truncate(length / 2),
                        1 => allow[length - 1] = u32::MAX,
                        _ => {}
                    }
                    let truth: Vec<_> = ranked.iter().copied().filter(|&(slot, _)| allows(&allow, slot)).collect();
                    let truth = &truth[..truth.len().min(K)];

                    let exact = self.index.search_allowed(&mut scratch, query, K, ef, Mode::Exact, &allow).unwrap();
                    assert_eq!(pairs(exact), truth, "{kind:?} {share}");
                    assert_eq!(scratch.strategy(), Strategy::Scan);

                    let hits =
                        pairs(self.index.search_allowed(&mut scratch, query, K, ef, Mode::Auto, &allow).unwrap());
                    assert_eq!(hits.len(), truth.len(), "{kind:?} {share}: as many hits as there are");
                    assert!(hits.iter().all(|hit| ranked.contains(hit) && allows(&allow, hit.0)), "{kind:?} {share}");
                    seen.found += hits.iter().filter(|hit| truth.contains(hit)).count();
                    seen.wanted += truth.len();
                    if !truth.is_empty() {
                        seen.strategies.push(scratch.strategy());
                    }
                }
            }
        }
    }
}

fn options(metric: Metric, precision: Precision) -> Options {
    Options { metric, precision, m: 8, ef_construction: 50, exact_threshold: 150, ..Options::new(DIMENSIONS as u32) }
}

fn live(metric: Metric, precision: Precision, seed: u64) {
    let mut seen: [Seen; 3] = Default::default();
    let mut model = Model::new(options(metric, precision), seed);
    model.add(100, u32::MAX);
    model.check(&mut seen);
    assert!(seen.iter().all(|seen| seen.strategies.iter().all(|&strategy| strategy == Strategy::Scan)), "few rows");
    model.add(3_000, u32::MAX);
    model.check(&mut seen);
    model.remove(0.3);
    model.check(&mut seen);
    // A compaction under way, rows that wait for links, postponed rows.
    model.index.compact(1_500);
    model.add(400, 100);
    model.check(&mut seen);
    while model.index.compact(1_000) > 0 {}
    model.add(600, u32::MAX);
    model.check(&mut seen);
    for (kind, seen) in KINDS.into_iter().zip(&seen) {
        let recall = seen.found as f64 / seen.wanted as f64;
        assert!(recall >= 0.95, "{metric:?}, {precision:?}, {kind:?}: {recall}");
        for strategy in [Strategy::Walk, Strategy::Scan] {
            assert!(seen.strategies.contains(&strategy), "{metric:?}, {precision:?}, {kind:?}: no {strategy:?}");
        }
    }
    assert!(seen[2].strategies.contains(&Strategy::WalkThenScan), "{metric:?}, {precision:?}: no walk was given up");
}

#[test]
fn filtered_searches_find_allowed_rows_only_and_as_many_as_there_are() {
    let metrics = [Metric::Cosine, Metric::Dot, Metric::Euclidean];
    let precisions = [Precision::Float32, Precision::Int16, Precision::Int8];
    for (at, &metric) in metrics.iter().enumerate() {
        for (precision, &kept) in precisions.iter().enumerate() {
            if soaks() || at == precision {
                (0..if soaks() { 5 } else { 1 }).for_each(|seed| live(metric, kept, 7 + seed));
            }
        }
    }
}

#[test]
fn a_filter_without_rows_finds_nothing_and_still_refuses_a_bad_query() {
    let mut model = Model::new(options(Metric::Cosine, Precision::Float32), 3);
    let mut scratch = Scratch::default();
    let query = model.data.rows(1);
    for rows in [0, 500] {
        model.add(rows, u32::MAX);
        for mode in [Mode::Auto, Mode::Graph, Mode::Exact] {
            for allow in [vec![], vec![0; 100], vec![0, 0, 0, 0, 0, 0, 0, 0]] {
                let hits = model.index.search_allowed(&mut scratch, &query, K, 10, mode, &allow).unwrap();
                assert_eq!(hits, [], "{mode:?}");
            }
            let zero = [0.0; DIMENSIONS];
            let refused = model.index.search_allowed(&mut scratch, &zero, K, 10, mode, &[]);
            assert_eq!(refused, Err(Error::ZeroVector { row: 0 }));
            // The scratch serves the next search.
            let all = vec![u32::MAX; 100];
            let found = model.index.search_allowed(&mut scratch, &query, K, 10, mode, &all).unwrap().len();
            assert_eq!(found, model.visible.len().min(K));
            let none = model.index.search_allowed(&mut scratch, &query, 0, 10, mode, &all).unwrap();
            assert_eq!(none, []);
        }
    }
}

#[test]
fn the_graph_alone_finds_every_allowed_row_if_the_walk_is_as_wide_as_the_index() {
    let mut model = Model::new(options(Metric::Euclidean, Precision::Float32), 5);
    model.add(1_000, u32::MAX);
    let mut scratch = Scratch::default();
    let query = model.data.rows(1);
    for step in [1, 3, 40, 300] {
        let allow = words((0..1_000).step_by(step), 32);
        let truth = pairs(model.index.search_allowed(&mut scratch, &query, K, 0, Mode::Exact, &allow).unwrap());
        let found = model.index.search_allowed(&mut scratch, &query, K, usize::MAX, Mode::Graph, &allow).unwrap();
        assert_eq!(pairs(found), truth, "every {step}th row");
        assert_eq!(scratch.strategy(), Strategy::Walk);
    }
}

#[test]
fn a_scratch_goes_from_a_large_index_to_a_small_index() {
    let mut large = Model::new(options(Metric::Euclidean, Precision::Float32), 5);
    large.add(1_000, u32::MAX);
    let mut small = Model::new(options(Metric::Euclidean, Precision::Float32), 6);
    small.add(40, u32::MAX);
    let mut scratch = Scratch::default();
    let (query, all) = (large.data.rows(1), vec![u32::MAX; 40]);
    for model in [&large, &small, &large] {
        let hits = model.index.search_allowed(&mut scratch, &query, 2_000, 10, Mode::Auto, &all).unwrap();
        let mut slots: Vec<u32> = hits.iter().map(|hit| hit.slot).collect();
        slots.sort_unstable();
        let mut visible = model.visible.clone();
        visible.sort_unstable();
        assert_eq!(slots, visible);
    }
}
