//! Indexes that answer while rows are still missing.

use std::sync::LazyLock;

use edgevec::snapshot::{Recovered, Section};
use edgevec::{Error, Hit, Index, Metric, Mode, Options, Precision, Scratch};

use super::header::{Header, hash};
use super::indexes::{live_on, lived_in, options, read_back};
use super::saved::Snapshot;
use crate::support::{Clusters, add, soaks};

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
fn a_partial_index_with_the_needed_rows_answers_like_the_whole_index() {
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
            assert!(partial.load_chunk(chunk, &[]).is_ok(), "loaded already");
        }
        assert!(partial.is_whole() && partial.load_chunk(chunks, &[]).is_ok());
        assert!(Snapshot::of(&partial) == *snapshot);
        assert!((0..chunks).all(|chunk| !partial.is_dirty(Section::Rows, chunk)));
        live_on(&mut read_back(&partial, "brought"), 5);
    }
}

#[test]
fn a_filtered_search_of_a_partial_index_names_the_chunks_that_it_needs() {
    let snapshot = &WAITING[0];
    let (index, _) = snapshot.restore().unwrap();
    let (slots, chunks) = (index.stats().slots, index.layout(Section::Rows).chunks);
    let query = &Clusters::new(1_000, 20, 3).rows(1)[..];
    // By a walk, by a scan of codes, and by a scan of rows.
    for (mode, end, every) in [(Mode::Graph, slots, 2), (Mode::Auto, slots, 20), (Mode::Exact, 300, 20)] {
        let mut partial = snapshot.restore_partly();
        let mut allow = vec![0u32; slots as usize / 32 + 1];
        (0..end).step_by(every).for_each(|slot| allow[slot as usize / 32] |= 1 << (slot % 32));
        let (mut scratch, mut whole) = (Scratch::default(), Scratch::default());
        let mut brought = 0;
        while let Err(error) = partial.search_allowed(&mut scratch, query, 3, 20, mode, &allow) {
            assert_eq!(error, Error::Partial);
            let needed = scratch.needed().to_vec();
            assert!(!needed.is_empty(), "{mode:?}");
            for (at, &chunk) in needed.iter().enumerate() {
                assert!(chunk < chunks && !needed[..at].contains(&chunk), "each once");
                snapshot.bring(&mut partial, chunk).unwrap();
                brought += 1;
            }
        }
        assert!((1..=chunks).contains(&brought), "{mode:?}: {brought} of {chunks} chunks");
        // A scan of rows needs the chunks of the allowed rows alone. The candidates of other
        // searches may lie in all chunks of a small index.
        assert!(mode != Mode::Exact || !partial.is_whole(), "{brought} of {chunks} chunks");
        let hits = found(partial.search_allowed(&mut scratch, query, 3, 20, mode, &allow).unwrap());
        assert_eq!(hits, found(index.search_allowed(&mut whole, query, 3, 20, mode, &allow).unwrap()), "{mode:?}");
        assert_eq!(hits.len(), 3);
    }
}

#[test]
fn a_partial_index_refuses_calls_that_need_all_rows() {
    let snapshot = &WAITING[0];
    let mut partial = snapshot.restore_partly();
    let mut scratch = Scratch::default();
    let row = Clusters::new(1_000, 20, 3).rows(1);
    let last = snapshot.chunks(Section::Rows).len() as u32 - 1;
    for chunk in 0..last {
        snapshot.bring(&mut partial, chunk).unwrap();
    }
    assert_eq!(partial.search(&mut scratch, &row, 2, 10, Mode::Exact), Err(Error::Partial));
    assert_eq!(scratch.needed(), [0; 0], "no list: all chunks");
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
    live_on(&mut read_back(&partial, "emptied and filled again"), 5);
}

/// Any calls while rows come in lead to the same index as the same calls on a complete index, also
/// if new rows take slots in missing chunks.
#[test]
fn a_partial_index_takes_the_same_changes_as_the_whole_index() {
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
            live_on(&mut read_back(&partial, "changed while rows came in"), 5);
        }
    }
    assert!(taken_early > 20, "{taken_early}");
}

#[test]
fn rows_that_come_later_are_checked() {
    for snapshot in &*WAITING {
        for (row, component, value) in [(0, 0, f32::NAN), (3, 999, f32::INFINITY), (1, 5, 1e19), (2, 1_001, 1.0)] {
            let mut damaged = snapshot.clone();
            let at = (row * 1_008 + component) * 4;
            damaged.chunks_mut(Section::Rows)[2][at..at + 4].copy_from_slice(&value.to_le_bytes());
            let mut partial = damaged.restore_partly();
            assert_eq!(damaged.bring(&mut partial, 1), Ok(()));
            assert_eq!(
                damaged.bring(&mut partial, 2),
                Err(Error::Damaged { what: "a row has values that no index writes" })
            );
            let short = Error::Damaged { what: "a chunk of rows has another length than the header says" };
            assert_eq!(partial.load_chunk(2, &[0.5; 1_008]), Err(short));
            assert!(!partial.is_whole());
            assert_eq!(snapshot.bring(&mut partial, 2), Ok(()));
        }
    }
}
