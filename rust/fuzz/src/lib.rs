//! Shared by the fuzz targets: small indexes to start from, and a count of the memory in use.
//!
//! `cargo xtask fuzz` builds the targets, and runs each target on its corpus and some thousands of
//! further inputs. Every run is the same. The command needs rustup's stable toolchain, and a C++
//! compiler for libFuzzer. `cargo xtask fuzz --runs 1000000` goes on for longer. libFuzzer writes a
//! finding to `artifacts/<target>/`, and `cargo xtask fuzz FILE` runs the finding again. Inputs
//! that find new paths belong into `corpus/<target>/`, minimised. `cargo fuzz run snapshot` works
//! as well, with nightly.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use edgevec::snapshot::{Recovered, Restoring, Section};
use edgevec::{Error, Index, Metric, Mode, Options, Precision, Scratch};

/// The saved bytes of an index.
#[derive(Clone)]
pub struct Snapshot {
    pub header: Vec<u8>,
    pub sections: Vec<(Section, Vec<Vec<u8>>)>,
}

impl Snapshot {
    pub fn of(index: &Index) -> Self {
        let chunks = |section| (0..index.layout(section).chunks).map(move |chunk| index.chunk(section, chunk).to_vec());
        Self {
            header: index.header().unwrap(),
            sections: Section::ALL.into_iter().map(|section| (section, chunks(section).collect())).collect(),
        }
    }

    /// Bytes of a section.
    pub fn bytes(&self, section: Section) -> u64 {
        let chunks = self.sections.iter().filter(|(other, _)| *other == section).flat_map(|(_, chunks)| chunks);
        chunks.map(|chunk| chunk.len() as u64).sum()
    }

    /// Reads the bytes back, and checks that reading takes no more memory than the bytes allow.
    /// `lost` chunks are left out.
    pub fn restore(&self, lost: impl Fn(Section, u32) -> bool) -> Result<(Index, Recovered), Error> {
        let bytes: u64 = Section::ALL.into_iter().map(|section| self.bytes(section)).sum();
        within(self.header.len() + bytes as usize, || {
            let mut restoring = Restoring::new(&self.header, |section| self.bytes(section))?;
            for (section, chunks) in &self.sections {
                let mut rest = chunks.concat();
                for at in 0..restoring.layout(*section).chunks {
                    let behind = rest.split_off(restoring.chunk_bytes(*section, at));
                    if !lost(*section, at) {
                        restoring.chunk_mut(*section, at).copy_from_slice(&rest);
                    }
                    rest = behind;
                }
                assert!(rest.is_empty(), "as many bytes as were announced");
            }
            restoring.finish()
        })
    }
}

/// Searches an index with missing rows, loads the chunks that searches need, and at last all
/// chunks. None if a chunk holds no rows.
pub fn complete(mut index: Index, snapshot: &Snapshot) -> Option<Index> {
    let rows = snapshot.sections.iter().filter(|(section, _)| *section == Section::Rows);
    let mut bytes = rows.flat_map(|(_, chunks)| chunks).flatten().copied().collect::<Vec<_>>().into_iter();
    let mut values =
        std::iter::from_fn(|| Some(f32::from_le_bytes([bytes.next()?, bytes.next()?, bytes.next()?, bytes.next()?])));
    let chunks: Vec<Vec<f32>> = (0..index.layout(Section::Rows).chunks)
        .map(|chunk| values.by_ref().take(index.chunk_bytes(Section::Rows, chunk) / 4).collect())
        .collect();
    let mut scratch = Scratch::default();
    for query in vectors(&index, 2, 6).chunks(index.options().dimensions as usize) {
        for mode in [Mode::Auto, Mode::Exact, Mode::Graph] {
            while index.search(&mut scratch, query, 10, 40, mode).is_err() {
                let all: Vec<u32> = (0..chunks.len() as u32).collect();
                let needed = if scratch.needed().is_empty() { &all } else { scratch.needed() };
                for &chunk in needed {
                    index.load_chunk(chunk, &chunks[chunk as usize]).ok()?;
                }
            }
        }
    }
    for (at, chunk) in (0..).zip(&chunks) {
        index.load_chunk(at, chunk).ok()?;
    }
    assert!(index.is_whole());
    Some(index)
}

/// Indexes of every metric and precision, with visible, hidden, removed and reclaimed rows, some
/// with a compaction under way.
pub fn seeds() -> &'static [Snapshot] {
    static SEEDS: OnceLock<Vec<Snapshot>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        // An index makes codes from 256 rows on. Below, and under 48 dimensions, an index has only
        // rows.
        let cases = [
            (3, Metric::Euclidean, Precision::Float32, 40),
            (5, Metric::Cosine, Precision::Float32, 120),
            (4, Metric::Dot, Precision::Int8, 30),
            (48, Metric::Cosine, Precision::Float32, 280),
            (8, Metric::Cosine, Precision::Int8, 300),
            (6, Metric::Euclidean, Precision::Int16, 280),
            (7, Metric::Dot, Precision::Int8, 280),
            (2, Metric::Euclidean, Precision::Float32, 0),
        ];
        cases
            .map(|(dimensions, metric, precision, rows)| {
                let options = Options {
                    metric,
                    precision,
                    m: 4,
                    ef_construction: 16,
                    exact_threshold: 10,
                    ..Options::new(dimensions)
                };
                Snapshot::of(&lived_in(options, rows))
            })
            .into()
    })
}

fn lived_in(options: Options, rows: usize) -> Index {
    let mut index = Index::new(options).unwrap();
    let slots = add(&mut index, rows, 1);
    slots.iter().step_by(5).for_each(|&slot| _ = index.remove(slot));
    while index.compact(100) > 0 {}
    while index.link(100) > 0 {}
    let mut again = Vec::new();
    index.commit(&vectors(&index, rows / 8, 2), &mut again).unwrap();
    index.link(rows as u32 / 16);
    again.iter().step_by(2).for_each(|&slot| _ = index.publish(slot));
    slots.iter().skip(1).step_by(9).for_each(|&slot| _ = index.remove(slot));
    index.compact(rows as u32 / 2);
    index
}

/// Calls all functions of an index.
pub fn live_on(mut index: Index) {
    let rows = index.stats().rows;
    search(&index);
    let slots = add(&mut index, 20, 3);
    assert_eq!(index.stats().rows, rows + 20);
    slots.iter().step_by(2).for_each(|&slot| assert!(index.remove(slot)));
    (0..index.stats().slots).step_by(7).for_each(|slot| _ = index.remove(slot));
    while index.compact(500) > 0 {}
    while index.link(500) > 0 {}
    search(&index);
    let (restored, recovered) = Snapshot::of(&index).restore(|_, _| false).expect("what an index saves can be read");
    assert_eq!((recovered, restored.stats().rows), (Recovered::Whole, index.stats().rows));
    (0..index.stats().slots).for_each(|slot| _ = index.remove(slot));
    assert_eq!(index.stats().rows, 0);
    add(&mut index, 3, 4);
    assert_eq!(index.stats().rows, 3);
}

/// Every mode finds all rows, as long as a walk finds all rows.
fn search(index: &Index) {
    let mut scratch = Scratch::default();
    let mut vector = vec![0.0; index.options().dimensions as usize];
    for query in vectors(index, 2, 5).chunks(vector.len()) {
        for mode in [Mode::Auto, Mode::Exact, Mode::Graph] {
            let hits = index.search(&mut scratch, query, 10, 40, mode).unwrap();
            assert!(hits.len() == 10.min(index.stats().rows as usize) || mode == Mode::Graph);
            for hit in hits {
                assert!(!hit.distance.is_nan() && index.get(hit.slot, &mut vector));
            }
        }
    }
}

fn add(index: &mut Index, rows: usize, seed: u64) -> Vec<u32> {
    let mut slots = Vec::new();
    index.commit(&vectors(index, rows, seed), &mut slots).unwrap();
    while index.link(500) > 0 {}
    slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    slots
}

/// Seeded, each component from -1 to 1, by xorshift64* (Vigna, 2016).
fn vectors(index: &Index, rows: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..rows * index.options().dimensions as usize).map(|_| next()).collect()
}

/// Memory in use now, and the largest amount since [`within`] began.
static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

/// Runs a function that may use a few times this many bytes. Each section may have a chunk of a
/// mebibyte that is not full.
pub fn within<T>(bytes: usize, run: impl FnOnce() -> T) -> T {
    let before = HELD.load(Relaxed);
    MOST.store(before, Relaxed);
    let result = run();
    let needed = MOST.load(Relaxed) - before;
    assert!(needed <= 8 * bytes + (12 << 20), "{needed} bytes of memory for {bytes} bytes");
    result
}

struct Counted;

#[global_allocator]
static ALLOCATOR: Counted = Counted;

// SAFETY: the system's allocator does everything.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(HELD.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}
