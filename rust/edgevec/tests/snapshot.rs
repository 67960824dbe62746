//! An index read back equals the saved index. Broken bytes are an error at worst.

mod support;

use std::sync::LazyLock;

use edgevec::snapshot::{FORMAT_VERSION, Recovered, Restoring, Section};
use edgevec::{Error, Hit, Index, Metric, Mode, Options, Precision, Scratch};
use serde::{Deserialize, Serialize};
use support::{Clusters, soaks};

const NONE: u32 = u32::MAX;

/// The saved bytes of an index.
#[derive(Clone, PartialEq)]
struct Snapshot {
    header: Vec<u8>,
    sections: Vec<(Section, Vec<Vec<u8>>)>,
}

/// The header, as docs/format.md describes the header.
#[derive(Clone, Serialize, Deserialize)]
struct Header {
    dimensions: u32,
    metric: u8,
    m: u32,
    ef_construction: u32,
    seed: u32,
    exact_threshold: u32,
    precision: u8,
    slots: u32,
    #[serde(with = "list")]
    nodes: Vec<u8>,
    #[serde(with = "list")]
    visible: Vec<u8>,
    #[serde(with = "list")]
    tombstones: Vec<u8>,
    #[serde(with = "list")]
    free: Vec<u32>,
    #[serde(with = "list")]
    unlinked: Vec<u32>,
    entry: Option<u32>,
    refused: bool,
    quantiser: Option<Quantiser>,
    calibrated: Option<Table>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Quantiser {
    #[serde(with = "list")]
    mean: Vec<f32>,
    #[serde(with = "list")]
    sum: Vec<f64>,
    energy: f64,
    encoded: f64,
    error: f32,
}

#[derive(Clone, Serialize, Deserialize)]
struct Table {
    rows: u32,
    #[serde(with = "list")]
    recalls: Vec<f64>,
}

/// Numbers, as the numbers lie in memory.
mod list {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<T: bytemuck::Pod, S: Serializer>(list: &[T], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytemuck::cast_slice(list))
    }

    pub fn deserialize<'a, T: bytemuck::Pod, D: Deserializer<'a>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        let bytes = <&[u8]>::deserialize(deserializer)?;
        Ok(bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect())
    }
}

impl Header {
    fn read(bytes: &[u8]) -> Self {
        let (version, rest) = bytes.split_at(4);
        assert_eq!(version, FORMAT_VERSION.to_le_bytes());
        let (header, rest) = postcard::take_from_bytes(rest).unwrap();
        assert!(rest.is_empty());
        header
    }

    fn write(&self) -> Vec<u8> {
        postcard::to_extend(self, FORMAT_VERSION.to_le_bytes().to_vec()).unwrap()
    }

    fn has(set: &[u8], slot: u32) -> bool {
        set[slot as usize / 8] >> (slot % 8) & 1 == 1
    }

    fn is_visible(&self, slot: u32) -> bool {
        Self::has(&self.visible, slot)
    }

    fn is_node(&self, slot: u32) -> bool {
        Self::has(&self.nodes, slot)
    }

    fn level_of(&self, slot: u32) -> u32 {
        let mut draw = hash(self.seed.into(), slot.into());
        let more = |_: &u32| draw.checked_mul(self.m.into()).map(|next| draw = next).is_some();
        (0..15).take_while(more).count() as u32
    }

    fn quantiser(&mut self) -> &mut Quantiser {
        self.quantiser.as_mut().unwrap()
    }
}

fn hash(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Snapshot {
    fn of(index: &Index) -> Self {
        let chunks = |section| (0..index.layout(section).chunks).map(move |chunk| index.chunk(section, chunk).to_vec());
        Self {
            header: index.header().unwrap(),
            sections: Section::ALL.into_iter().map(|section| (section, chunks(section).collect())).collect(),
        }
    }

    /// Takes the chunks marked as changed.
    fn update(&mut self, index: &mut Index) {
        self.header = index.header().unwrap();
        for (section, chunks) in &mut self.sections {
            chunks.resize(index.layout(*section).chunks as usize, Vec::new());
            for (at, chunk) in (0..).zip(chunks) {
                if chunk.is_empty() || index.is_dirty(*section, at) {
                    *chunk = index.chunk(*section, at).to_vec();
                    index.set_clean(*section, at);
                }
            }
        }
    }

    fn restore(&self) -> Result<(Index, Recovered), Error> {
        self.restore_without(|_, _| false)
    }

    fn restore_without(&self, lost: impl Fn(Section, u32) -> bool) -> Result<(Index, Recovered), Error> {
        let bytes = |section| self.chunks(section).iter().map(|chunk| chunk.len() as u64).sum();
        let mut restoring = Restoring::new(&self.header, bytes)?;
        for (section, chunks) in &self.sections {
            assert_eq!(restoring.layout(*section).chunks, chunks.len() as u32);
            for (at, chunk) in (0..).zip(chunks) {
                assert_eq!(restoring.chunk_bytes(*section, at), chunk.len());
                if !lost(*section, at) {
                    restoring.chunk_mut(*section, at).copy_from_slice(chunk);
                }
            }
        }
        restoring.finish()
    }

    fn refusal(&self) -> Error {
        self.restore().map(|_| ()).unwrap_err()
    }

    fn chunks(&self, section: Section) -> &Vec<Vec<u8>> {
        &self.sections.iter().find(|(other, _)| *other == section).unwrap().1
    }

    fn chunks_mut(&mut self, section: Section) -> &mut Vec<Vec<u8>> {
        &mut self.sections.iter_mut().find(|(other, _)| *other == section).unwrap().1
    }

    /// Writes a row of the first chunk, in 32-bit numbers.
    fn put(&mut self, section: Section, row: u32, values: &[u32]) {
        let bytes = &mut self.chunks_mut(section)[0][row as usize * values.len() * 4..][..values.len() * 4];
        bytes.copy_from_slice(&values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>());
    }

    fn forged(&self, forge: impl FnOnce(&mut Header)) -> Self {
        let mut header = Header::read(&self.header);
        forge(&mut header);
        Self { header: header.write(), sections: self.sections.clone() }
    }
}

fn options(dimensions: u32, metric: Metric, precision: Precision, exact_threshold: u32) -> Options {
    Options { metric, precision, exact_threshold, ..Options::new(dimensions) }
}

fn cases() -> Vec<(Options, usize)> {
    vec![
        (options(5, Metric::Euclidean, Precision::Float32, 50), 800),
        (options(64, Metric::Cosine, Precision::Float32, 100), 900),
        (options(100, Metric::Dot, Precision::Int16, 100), 900),
        (options(64, Metric::Euclidean, Precision::Int8, 100), 900),
        (options(300, Metric::Cosine, Precision::Int8, 100), 900),
        // So few rows that the index has neither codes nor graph.
        (options(64, Metric::Cosine, Precision::Int8, 2_000), 150),
        // Several chunks of rows.
        (options(768, Metric::Cosine, Precision::Float32, 100), 1_100),
    ]
}

/// An index of these rows, linked and visible.
fn build(options: Options, rows: &[f32]) -> Index {
    let mut index = Index::new(options).unwrap();
    add(&mut index, rows);
    index
}

fn add(index: &mut Index, rows: &[f32]) -> Vec<u32> {
    let mut slots = Vec::new();
    index.commit(rows, &mut slots).unwrap();
    while index.link(500) > 0 {}
    slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    slots
}

/// An index with rows in every state: visible, hidden, removed, reclaimed, waiting for links, and a
/// compaction under way.
fn lived_in(options: Options, rows: usize, seed: u64) -> Index {
    let mut data = Clusters::new(options.dimensions as usize, 20, seed);
    let mut index = Index::new(options).unwrap();
    let slots = add(&mut index, &data.rows(rows));
    slots.iter().step_by(3).for_each(|&slot| assert!(index.remove(slot)));
    while index.compact(100) > 0 {}
    while index.link(100) > 0 {}
    let mut again = Vec::new();
    index.commit(&data.rows(rows / 5), &mut again).unwrap();
    index.link(rows as u32 / 10);
    again.iter().step_by(2).for_each(|&slot| assert!(index.publish(slot)));
    slots.iter().skip(1).step_by(7).for_each(|&slot| _ = index.remove(slot));
    index.compact(rows as u32 / 2);
    index
}

fn answers(index: &Index, queries: &[f32], mode: Mode) -> Vec<Vec<(u32, u32)>> {
    let mut scratch = Scratch::default();
    let dimensions = index.options().dimensions as usize;
    let ask = |query| {
        let hits = index.search(&mut scratch, query, 10, 40, mode).unwrap();
        hits.iter().map(|hit| (hit.slot, hit.distance.to_bits())).collect()
    };
    queries.chunks(dimensions).map(ask).collect()
}

/// Works on, like any index.
fn live_on(index: &mut Index, seed: u64) {
    let mut data = Clusters::new(index.options().dimensions as usize, 20, seed);
    let before = index.stats().rows;
    while index.compact(500) > 0 {}
    let slots = add(index, &data.rows(60));
    assert_eq!(index.stats().rows, before + 60);
    slots.iter().step_by(2).for_each(|&slot| assert!(index.remove(slot)));
    while index.compact(500) > 0 {}
    while index.link(500) > 0 {}
    answers(index, &data.rows(5), Mode::Auto);
    assert_eq!(index.stats().rows, before + 30);
}

/// Reads an index back, and checks that both are equal.
fn read_back(index: &Index, name: &str) -> Index {
    let snapshot = Snapshot::of(index);
    let (restored, recovered) = snapshot.restore().unwrap();
    assert_eq!(recovered, Recovered::Whole, "{name}");
    assert!(Snapshot::of(&restored) == snapshot, "{name}");
    let queries = Clusters::new(index.options().dimensions as usize, 20, 99).rows(20);
    for mode in [Mode::Graph, Mode::Exact] {
        assert_eq!(answers(&restored, &queries, mode), answers(index, &queries, mode), "{name}, {mode:?}");
    }
    let (before, after) = (index.stats(), restored.stats());
    assert_eq!((after.rows, after.hidden, after.free), (before.rows, 0, before.free), "{name}");
    assert_eq!(after.tombstones, before.tombstones + before.hidden, "{name}");
    assert_eq!((after.levels, after.slots), (before.levels, before.slots), "{name}");
    assert_eq!((after.drifted, after.code_bytes > 0), (before.drifted, before.code_bytes > 0), "{name}");
    assert_eq!(after.calibrated_rows > 0, before.calibrated_rows > 0, "{name}");
    assert_eq!(restored.ef_for(10, 0.9), index.ef_for(10, 0.9), "{name}: as old as it was");
    restored
}

#[test]
fn an_index_read_back_answers_and_goes_on_as_the_one_saved() {
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
fn rows_that_were_all_hidden_leave_an_empty_index() {
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
fn an_index_that_refused_codes_goes_on_without() {
    let index = build(options(96, Metric::Euclidean, Precision::Float32, 300), &narrow(96, 900));
    assert_eq!(index.stats().code_bytes, 0);
    let mut restored = read_back(&index, "refused");
    assert_eq!(restored.stats().code_bytes, 0);
    live_on(&mut restored, 5);
    assert_eq!(restored.stats().code_bytes, 0);
    let refuses = |index: &Index| Snapshot::of(index).forged(|header| header.refused = true).restore().is_err();
    for (dimensions, precision, rows, why) in [
        (96, Precision::Float32, 300, "there are no codes yet"),
        (96, Precision::Float32, 301, "there are some"),
        (96, Precision::Int8, 300, "they are all there is"),
        (40, Precision::Float32, 301, "there are none of so few dimensions"),
    ] {
        let options = options(dimensions, Metric::Euclidean, precision, 300);
        assert!(refuses(&build(options, &Clusters::new(dimensions as usize, 20, 3).rows(rows))), "{why}");
    }
}

#[test]
fn a_snapshot_is_entered_by_a_visible_row_of_the_highest_level() {
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

#[test]
fn only_what_changed_is_dirty() {
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
    assert_eq!(dirty(&index), [], "who is there is in the header: {removed}");
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
fn saving_what_changed_is_enough() {
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

#[test]
fn another_format_and_another_size_are_refused() {
    let snapshot = Snapshot::of(&lived_in(cases()[1].0, 900, 3));
    let mut newer = snapshot.clone();
    newer.header[0] += 1;
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
fn memory_is_asked_for_only_where_there_are_bytes_for_it() {
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
    };
    for bytes in [0, 1 << 32, u64::MAX] {
        assert!(matches!(Restoring::new(&header.write(), |_| bytes), Err(Error::Damaged { .. })));
    }
    let beyond = Header { slots: (1 << 31) + 8, ..header };
    assert!(matches!(Restoring::new(&beyond.write(), |_| 0), Err(Error::Damaged { .. })));
}

#[test]
fn a_chunk_that_is_missing_costs_the_graph_or_everything() {
    // Together, the indexes have every section.
    for (options, rows) in [cases()[2], cases()[4], cases()[6]] {
        let snapshot = Snapshot::of(&lived_in(options, rows, 3));
        for (section, chunks) in &snapshot.sections {
            let graph = [Section::Links, Section::UpperLinks, Section::Parents].contains(section);
            for at in 0..chunks.len() as u32 {
                let restored = snapshot.restore_without(|other, chunk| (other, chunk) == (*section, at));
                if (*section, options.precision) == (Section::Rows, Precision::Float32) {
                    assert!(!restored.unwrap().0.is_whole(), "it can come later");
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

/// Rows of each index in `WAITING`.
const WAITING_ROWS: usize = 1_500;

/// Indexes with rows in several chunks, read back last. Built once, since building takes longest.
static WAITING: LazyLock<[Snapshot; 3]> = LazyLock::new(|| {
    [Metric::Cosine, Metric::Dot, Metric::Euclidean].map(|metric| {
        let options = Options { m: 6, ..options(1_000, metric, Precision::Float32, 100) };
        Snapshot::of(&lived_in(options, WAITING_ROWS, 3))
    })
});

impl Snapshot {
    fn restore_partly(&self) -> Index {
        let (index, recovered) = self.restore_without(|section, _| section == Section::Rows).unwrap();
        assert_eq!(recovered, Recovered::Whole);
        assert!(!index.is_whole());
        index
    }

    /// Loads a chunk of rows.
    fn bring(&self, index: &mut Index, chunk: u32) -> Result<(), Error> {
        let (values, _) = self.chunks(Section::Rows)[chunk as usize].as_chunks();
        index.load_chunk(chunk, &values.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect::<Vec<_>>())
    }
}

fn found(hits: &[Hit]) -> Vec<(u32, u32)> {
    hits.iter().map(|hit| (hit.slot, hit.distance.to_bits())).collect()
}

#[test]
fn a_partial_index_answers_as_the_whole_one_once_the_rows_it_wants_are_in() {
    for snapshot in &*WAITING {
        let (index, _) = snapshot.restore().unwrap();
        let chunks = index.layout(Section::Rows).chunks;
        assert!(chunks > 5);
        let mut partial = snapshot.restore_partly();
        let mut scratch = Scratch::default();
        let mut brought = 0;
        for query in Clusters::new(1_000, 20, 3).rows(12).chunks(1_000) {
            loop {
                match partial.search(&mut scratch, query, 2, 10, Mode::Graph) {
                    Ok(hits) => {
                        let found = found(hits);
                        let mut whole = Scratch::default();
                        assert_eq!(found, self::found(index.search(&mut whole, query, 2, 10, Mode::Graph).unwrap()));
                        assert_eq!(scratch.needed(), [0; 0]);
                        let mut vector = vec![0.0; 1_000];
                        assert!(
                            found.iter().all(|&(slot, _)| partial.get(slot, &mut vector)),
                            "hits can be given back"
                        );
                        break;
                    }
                    Err(error) => {
                        assert_eq!(error, Error::Partial);
                        let needed = scratch.needed().to_vec();
                        assert!(!needed.is_empty());
                        for (at, &chunk) in needed.iter().enumerate() {
                            assert!(chunk < chunks && !needed[..at].contains(&chunk), "each once");
                            snapshot.bring(&mut partial, chunk).unwrap();
                            brought += 1;
                        }
                    }
                }
            }
            if partial.is_whole() {
                break;
            }
        }
        assert!(brought > 1);
        for chunk in 0..chunks {
            assert!(snapshot.bring(&mut partial, chunk).is_ok());
            assert!(partial.load_chunk(chunk, &[]).is_ok(), "it is in already");
        }
        assert!(partial.is_whole() && partial.load_chunk(chunks, &[]).is_ok());
        assert!(Snapshot::of(&partial) == *snapshot);
        assert!((0..chunks).all(|chunk| !partial.is_dirty(Section::Rows, chunk)));
        live_on(&mut read_back(&partial, "brought"), 5);
    }
}

#[test]
fn what_a_partial_index_cannot_do_it_refuses() {
    let snapshot = &WAITING[0];
    let mut partial = snapshot.restore_partly();
    let mut scratch = Scratch::default();
    let row = Clusters::new(1_000, 20, 3).rows(1);
    let last = snapshot.chunks(Section::Rows).len() as u32 - 1;
    for chunk in 0..last {
        snapshot.bring(&mut partial, chunk).unwrap();
    }
    assert_eq!(partial.search(&mut scratch, &row, 2, 10, Mode::Exact), Err(Error::Partial));
    assert_eq!(scratch.needed(), [0; 0], "all of them");
    assert_eq!(partial.header(), Err(Error::Partial));
    assert_eq!(partial.compact(1), 0);
    let mut vector = vec![0.0; 1_000];
    let header = Header::read(&snapshot.header);
    let in_last = (0..header.slots).rev().find(|&slot| header.is_visible(slot)).unwrap();
    let in_first = (0..header.slots).find(|&slot| header.is_visible(slot)).unwrap();
    assert!(partial.get(in_first, &mut vector) && !partial.get(in_last, &mut vector));
    assert_eq!((partial.missing_chunk(in_first), partial.missing_chunk(in_last)), (None, Some(last)));
    // Rows can be removed meanwhile, also all rows. Then no chunk is missing.
    assert!(partial.remove(in_last));
    (0..header.slots).for_each(|slot| _ = partial.remove(slot));
    assert!(partial.is_whole() && snapshot.bring(&mut partial, last).is_ok());
    assert_eq!(partial.stats().slots, 0);
    add(&mut partial, &Clusters::new(1_000, 20, 4).rows(WAITING_ROWS));
    live_on(&mut read_back(&partial, "begun anew"), 5);
}

/// Any calls while rows come in lead to the same index as the same calls on a complete index, also
/// if new rows take slots in missing chunks.
#[test]
fn a_partial_index_that_is_changed_is_the_whole_one_that_is_changed() {
    let mut taken_early = 0;
    for (metric, snapshot) in WAITING.iter().enumerate() {
        let header = Header::read(&snapshot.header);
        assert!(header.free.len() > 100 && !header.slots.is_multiple_of(256));
        for seed in 0..if soaks() { 3 } else { 1 } {
            let draw = |step: u64, below: u64| hash(10 * seed + metric as u64, step) % below;
            let (mut whole, _) = snapshot.restore().unwrap();
            let mut partial = snapshot.restore_partly();
            let mut data = Clusters::new(1_000, 20, 3 + seed);
            let mut left: Vec<u32> = (0..whole.layout(Section::Rows).chunks).collect();
            let mut known: Vec<u32> = (0..header.slots).filter(|&slot| header.is_visible(slot)).collect();
            let (mut hidden, mut slots): (Vec<u32>, Vec<u32>) = Default::default();
            let mut scratch = [Scratch::default(), Scratch::default()];
            for step in 0..120 {
                match draw(3 * step, 8) {
                    0 if !left.is_empty() => {
                        let chunk = left.swap_remove(draw(3 * step + 1, left.len() as u64) as usize);
                        snapshot.bring(&mut partial, chunk).unwrap();
                    }
                    1 | 2 => {
                        let batch = data.rows(draw(3 * step + 1, 40) as usize);
                        partial.commit(&batch, &mut slots).unwrap();
                        hidden.extend(&slots);
                        taken_early += slots.iter().filter(|&&slot| left.contains(&(slot / 256))).count();
                        whole.commit(&batch, &mut slots).unwrap();
                        assert_eq!(hidden[hidden.len() - slots.len()..], slots);
                    }
                    3 => {
                        // The complete index may calibrate on the way.
                        let left = whole.stats().unlinked.saturating_sub(30);
                        for index in [&mut partial, &mut whole] {
                            while index.stats().unlinked > left {
                                index.link(1);
                            }
                        }
                    }
                    4 => {
                        let count = hidden.len().div_ceil(2);
                        for slot in hidden.drain(..count) {
                            assert!(partial.publish(slot) && whole.publish(slot));
                            known.push(slot);
                        }
                    }
                    5 | 6 if !known.is_empty() => {
                        let slot = known.swap_remove(draw(3 * step + 1, known.len() as u64) as usize);
                        assert!(partial.remove(slot) && whole.remove(slot));
                    }
                    _ => {}
                }
                for &slot in &hidden {
                    let (mut one, mut other) = (vec![0.0; 1_000], vec![0.0; 1_000]);
                    assert!(partial.get(slot, &mut one) && whole.get(slot, &mut other) && one == other);
                }
                let query = data.rows(1);
                let [own, others] = &mut scratch;
                let expected = found(whole.search(others, &query, 5, 20, Mode::Graph).unwrap());
                // Searches load few chunks, so that some chunks stay missing for long.
                match partial.search(own, &query, 5, 20, Mode::Graph) {
                    Ok(hits) => assert_eq!(found(hits), expected),
                    Err(error) => {
                        assert_eq!(error, Error::Partial);
                        let needed = own.needed().to_vec();
                        assert!(!needed.is_empty() && needed.iter().all(|chunk| left.contains(chunk)));
                        if draw(3 * step + 2, 20) == 0 {
                            left.retain(|chunk| !needed.contains(chunk));
                            needed.iter().for_each(|&chunk| snapshot.bring(&mut partial, chunk).unwrap());
                        }
                    }
                }
            }
            left.iter().for_each(|&chunk| snapshot.bring(&mut partial, chunk).unwrap());
            assert!(partial.is_whole());
            for index in [&mut partial, &mut whole] {
                while index.link(100) > 0 {}
                while index.compact(500) > 0 {}
            }
            let [one, other] = [&partial, &whole].map(|index| {
                let mut snapshot = Snapshot::of(index);
                let mut header = Header::read(&snapshot.header);
                // The partial index calibrates later, after the last chunk.
                header.calibrated = None;
                header.quantiser().error = 0.0;
                snapshot.header = header.write();
                snapshot
            });
            assert!(one == other);
            // Chunks written to since saving are saved again, also chunks that were missing at the
            // write.
            for (at, (chunk, saved)) in (0..).zip(one.chunks(Section::Rows).iter().zip(snapshot.chunks(Section::Rows)))
            {
                assert!(partial.is_dirty(Section::Rows, at) || chunk == saved);
                assert_eq!(partial.is_dirty(Section::Rows, at), whole.is_dirty(Section::Rows, at));
            }
            live_on(&mut read_back(&partial, "changed while it came in"), 5);
        }
    }
    assert!(taken_early > 20, "{taken_early}");
}

#[test]
fn rows_that_come_later_are_checked_as_they_come() {
    for snapshot in &*WAITING {
        for (row, component, value) in [(0, 0, f32::NAN), (3, 999, f32::INFINITY), (1, 5, 1e19), (2, 1_001, 1.0)] {
            let mut damaged = snapshot.clone();
            let at = (row * 1_008 + component) * 4;
            damaged.chunks_mut(Section::Rows)[2][at..at + 4].copy_from_slice(&value.to_le_bytes());
            let mut partial = damaged.restore_partly();
            assert_eq!(damaged.bring(&mut partial, 1), Ok(()));
            assert_eq!(damaged.bring(&mut partial, 2), Err(Error::Damaged { what: "a row is none" }));
            let short = Error::Damaged { what: "a chunk of its rows is not as long as its header says" };
            assert_eq!(partial.load_chunk(2, &[0.5; 1_008]), Err(short));
            assert!(!partial.is_whole());
            assert_eq!(snapshot.bring(&mut partial, 2), Ok(()));
        }
    }
}

#[test]
fn a_graph_that_is_none_is_built_anew() {
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
fn a_graph_in_which_walks_end_is_built_anew() {
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

#[test]
fn headers_that_no_index_wrote_are_refused() {
    let (options, rows) = cases()[1];
    let snapshot = Snapshot::of(&lived_in(options, rows, 3));
    snapshot.forged(|_| ()).restore().unwrap();
    type Forge = fn(&mut Header);
    let forgeries: &[(&str, Forge)] = &[
        ("no dimensions", |header| header.dimensions = 0),
        ("a metric more", |header| header.metric = 3),
        ("a precision more", |header| header.precision = 3),
        ("no links", |header| header.m = 0),
        ("a slot more", |header| header.slots += 1),
        ("many slots more", |header| header.slots = u32::MAX),
        ("a set too short", |header| _ = header.visible.pop()),
        ("a free row that is visible", |header| {
            let slot = header.free[0];
            header.visible[slot as usize / 8] |= 1 << (slot % 8);
        }),
        ("a free node", |header| {
            let slot = header.free[0];
            header.nodes[slot as usize / 8] |= 1 << (slot % 8);
        }),
        ("free twice", |header| header.free.push(header.free[0])),
        ("free far off", |header| header.free[0] = header.slots),
        ("a slot that is nothing", |header| _ = header.free.pop()),
        ("waiting twice", |header| header.unlinked.push(header.unlinked[0])),
        ("waiting for ever", |header| _ = header.unlinked.pop()),
        ("a node that waits", |header| {
            let node = (0..header.slots).find(|&slot| header.is_node(slot) && header.is_visible(slot));
            header.unlinked.push(node.unwrap());
        }),
        ("a removed row that waits", |header| {
            let gone = (0..header.slots).find(|&slot| !header.is_node(slot) && Header::has(&header.tombstones, slot));
            header.unlinked.push(gone.unwrap());
        }),
        ("no entry", |header| header.entry = None),
        ("an entry far off", |header| header.entry = Some(header.slots)),
        ("an entry that is no node", |header| header.entry = Some(header.unlinked[0])),
        ("refused codes", |header| header.refused = true),
        ("no codes", |header| header.quantiser = None),
        ("a short mean", |header| _ = header.quantiser().mean.pop()),
        ("a short sum", |header| _ = header.quantiser().sum.pop()),
        ("a long mean", |header| header.quantiser().mean[3] = 1.1),
        ("a mean that is none", |header| header.quantiser().mean[3] = f32::NAN),
        ("a mean in the padding", |header| header.quantiser().mean[64] = 0.1),
        ("a sum in the padding", |header| header.quantiser().sum[64] = 0.1),
        ("an endless sum", |header| header.quantiser().sum[3] = f64::INFINITY),
        ("a long sum", |header| header.quantiser().sum[3] = 2.1 * header.quantiser().encoded),
        ("half a row", |header| header.quantiser().encoded = 0.5),
        ("rows less than none", |header| header.quantiser().encoded = -1.0),
        ("sums of no rows", |header| header.quantiser().encoded = 0.0),
        ("endless rows", |header| header.quantiser().encoded = f64::INFINITY),
        ("rows that are none", |header| header.quantiser().encoded = f64::NAN),
        ("much energy", |header| header.quantiser().energy = 4.1 * header.quantiser().encoded),
        ("negative energy", |header| header.quantiser().energy = -1.0),
        ("a negative error", |header| header.quantiser().error = -1.0),
        ("an endless error", |header| header.quantiser().error = f32::INFINITY),
        ("a recall above all", |header| header.calibrated.as_mut().unwrap().recalls[17] = 1.1),
        ("a recall too few", |header| _ = header.calibrated.as_mut().unwrap().recalls.pop()),
        ("a recall that is none", |header| header.calibrated.as_mut().unwrap().recalls[0] = f64::NAN),
    ];
    for (what, forge) in forgeries {
        assert!(matches!(snapshot.forged(forge).refusal(), Error::Damaged { .. }), "{what}");
    }
}

#[test]
fn rows_that_no_index_wrote_are_refused() {
    let bits = |value: f32| value.to_bits();
    let whole: Vec<Snapshot> =
        cases()[..4].iter().map(|&(options, rows)| Snapshot::of(&lived_in(options, rows, 3))).collect();
    let refused = |case: usize, section, row: &[u32]| {
        let mut snapshot = whole[case].clone();
        snapshot.put(section, 7, row);
        assert_eq!(snapshot.refusal(), Error::Damaged { what: "a row is none" }, "{section:?}: {row:?}");
    };
    for value in [f32::NAN, f32::INFINITY, -1.0, 3e38, 1e19] {
        refused(2, Section::Scales, &[bits(value)]);
        refused(3, Section::Scales, &[bits(value)]);
    }
    for value in [f32::NAN, f32::INFINITY] {
        refused(3, Section::Factors, &[bits(value), 0]);
        refused(3, Section::Factors, &[0, bits(value)]);
    }
    for length in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        refused(1, Section::Lengths, &[length.to_bits() as u32, (length.to_bits() >> 32) as u32]);
    }
    for value in [f32::NAN, f32::INFINITY, 0.0, 0.5] {
        refused(1, Section::Rows, &[bits(value); 64]);
    }
    for value in [f32::NAN, f32::INFINITY, 1e19, 1.0] {
        // Five dimensions, and a number in the sixth place.
        refused(0, Section::Rows, &[bits(value); 16]);
    }
    // A hundred dimensions, and a number in the last of the 128 places. A mean of decoded rows
    // would have a dimension more, and no reader could read the next snapshot.
    let zeros_and = |words: usize, last| [vec![0x8888_8888; words - 1], vec![last]].concat();
    refused(2, Section::Codes, &zeros_and(16, 0x9888_8888));
    refused(2, Section::ResidualNibbles, &zeros_and(16, 0x7888_8888));
    refused(2, Section::ResidualBytes, &[vec![0; 31], vec![1 << 24]].concat());
}

/// Bytes changed at random, seeded. No change makes the engine panic or loop, whatever calls
/// follow.
#[test]
fn changed_bytes_never_panic() {
    let mut number = 0;
    let mut draw = |below: usize| {
        number += 1;
        hash(77, number) as usize % below
    };
    for case in [0, 1, 2, 3, 5] {
        let (options, rows) = cases()[case];
        let snapshot = Snapshot::of(&lived_in(options, rows.min(400), 3));
        let (mut whole, mut refused, mut rebuilt) = (0, 0, 0);
        for round in 0..if soaks() { 600 } else { 120 } {
            let mut changed = snapshot.clone();
            let mut change = |bytes: &mut Vec<u8>| {
                if !bytes.is_empty() {
                    let at = draw(bytes.len());
                    bytes[at] = if draw(2) == 0 { draw(256) as u8 } else { bytes[at] ^ 1 << draw(8) };
                }
            };
            // Most bytes are bytes of rows, and a reader checks each row by itself. Most rounds
            // therefore change the header.
            if round % 3 < 2 {
                change(&mut changed.header);
            } else {
                changed.sections.iter_mut().flat_map(|(_, chunks)| chunks).for_each(&mut change);
            }
            match changed.restore() {
                Ok((mut index, recovered)) => {
                    whole += usize::from(recovered == Recovered::Whole);
                    rebuilt += usize::from(recovered == Recovered::WithoutGraph);
                    live_on(&mut index, 5);
                }
                Err(_) => refused += 1,
            }
        }
        assert!(whole > 0 && refused > 0, "case {case}: whole {whole}, refused {refused}, rebuilt {rebuilt}");
    }
}
