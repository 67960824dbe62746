//! Files that are damaged, cut short, forged, or of another kind.

use std::io::{self, ErrorKind};

use edgevec::snapshot::{Recovered, Section};
use edgevec::{Error, Index, Metric, Options, Precision};

use super::header::{Header, hash};
use super::indexes::{cases, live_on, lived_in};
use super::layout::{file_of, file_with};
use super::saved::Snapshot;
use crate::support::soaks;

const ENDS_EARLY: Error = Error::Damaged { what: "the file ends early" };

fn refusal(file: &[u8]) -> (ErrorKind, Error) {
    let error = Index::read_from(file).unwrap_err();
    let inner = error.get_ref().expect("an error of the engine is inside").downcast_ref();
    (error.kind(), *inner.unwrap())
}

/// Graphs, with codes and without, and rows of every state, in few bytes.
fn small() -> Vec<Snapshot> {
    let small = |dimensions, metric, precision, rows| {
        let options = Options { metric, precision, m: 4, exact_threshold: 10, ..Options::new(dimensions) };
        Snapshot::of(&lived_in(options, rows, 3))
    };
    vec![
        small(3, Metric::Cosine, Precision::Float32, 40),
        small(48, Metric::Cosine, Precision::Float32, 300),
        small(49, Metric::Dot, Precision::Int8, 280),
    ]
}

#[test]
fn every_changed_byte_is_refused() {
    for (case, snapshot) in small().iter().enumerate() {
        let whole = file_of(snapshot);
        // Every byte of the smallest file, and of the starts and ends of all files.
        let stride = if case == 0 || soaks() { 1 } else { 61 };
        let (first, last) = (200, whole.len() - 200);
        let places = (0..whole.len()).filter(|at| at % stride == 0 || *at < first || *at >= last);
        for at in places {
            let mut file = whole.clone();
            for changed in [whole[at] ^ 1 << (at % 8), !whole[at]] {
                file[at] = changed;
                let (kind, error) = refusal(&file);
                let expected = match at {
                    0..4 => matches!(error, Error::NotAnIndex { got } if got.to_le_bytes() == file[..4]),
                    4..8 => matches!(error, Error::UnsupportedFormat { expected: 1, .. }),
                    _ => matches!(error, Error::Damaged { .. }) && error != ENDS_EARLY,
                };
                assert!(expected && kind == ErrorKind::InvalidData, "case {case}, byte {at}: {error:?}");
            }
        }
    }
}

#[test]
fn every_file_cut_short_is_refused() {
    for snapshot in small() {
        let file = file_of(&snapshot);
        let stride = if soaks() { 1 } else { 1 + file.len() / 4_000 };
        for length in (0..file.len()).filter(|at| at % stride == 0 || *at < 400 || *at + 400 > file.len()) {
            assert_eq!(refusal(&file[..length]), (ErrorKind::UnexpectedEof, ENDS_EARLY), "{length} bytes");
        }
    }
}

/// An interrupted write over an older file leaves a new start and old chunks.
#[test]
fn the_end_of_another_file_is_refused() {
    let options = Options { metric: Metric::Euclidean, m: 4, exact_threshold: 10, ..Options::new(5) };
    let [new, old] = [3, 4].map(|seed| file_of(&Snapshot::of(&lived_in(options, 100, seed))));
    let length = new.len().min(old.len());
    let mut refused = 0;
    for at in (0..length).step_by(7).filter(|&at| new[at..length] != old[at..length]) {
        let mixed = [&new[..at], &old[at..]].concat();
        if mixed != new && mixed != old {
            assert!(Index::read_from(&mixed[..]).is_err(), "cut at {at}");
            refused += 1;
        }
    }
    assert!(refused > 100);
}

#[test]
fn files_of_another_kind_say_which_kind_is_expected() {
    for (bytes, got, words) in [
        (&b"EVDB\x01\0\0\0 and more"[..], b"EVDB", "TypeScript"),
        (b"\x89PNG\r\n\x1a\n and more", b"\x89PNG", r#"begins with "\x89PNG", not "EVIX""#),
        (b"{\"a\":1} and more", b"{\"a\"", "EVIX"),
    ] {
        let (kind, error) = refusal(bytes);
        assert_eq!((kind, error), (ErrorKind::InvalidData, Error::NotAnIndex { got: u32::from_le_bytes(*got) }));
        assert!(error.to_string().contains(words), "{error}");
    }
    // A newer file, and a newer header in a file of this version.
    let mut snapshot = small().remove(0);
    let mut newer = file_of(&snapshot);
    newer[4] = 2;
    snapshot.header[0] = 3;
    for (file, expected) in [(newer, 1), (file_of(&snapshot), 2)] {
        let expected = Error::UnsupportedFormat { expected, got: expected + 1 };
        assert_eq!(refusal(&file), (ErrorKind::InvalidData, expected));
    }
}

#[test]
fn a_lying_length_takes_no_memory() {
    let snapshot = small().remove(0);
    for length in [1 << 40, i64::MAX as u64, u64::MAX] {
        let file = file_with(length, &snapshot.header, &[]);
        let (kind, error) = refusal(&file);
        // A machine of 32 bits has no memory for such a header.
        assert!(kind == ErrorKind::UnexpectedEof || error == Error::OutOfMemory, "{length}: {error:?}");
    }
    // A header of ten million rows of 16 KiB, and no rows.
    let slots = 10_000_000;
    let forged = snapshot.forged(|header| {
        *header = Header {
            dimensions: 4096,
            metric: 2,
            exact_threshold: u32::MAX,
            slots,
            nodes: vec![0; slots as usize / 8],
            visible: vec![0; slots as usize / 8],
            tombstones: vec![255; slots as usize / 8],
            free: Vec::new(),
            unlinked: Vec::new(),
            entry: None,
            refused: false,
            quantiser: None,
            calibrated: None,
            ..header.clone()
        };
    });
    let mut file = file_with(forged.header.len() as u64, &forged.header, &[]);
    assert_eq!(refusal(&file), (ErrorKind::UnexpectedEof, ENDS_EARLY));
    file.resize(file.len() + (3 << 20), 0);
    assert_eq!(refusal(&file).1, Error::Damaged { what: "the checksum of a chunk is wrong" });
}

/// Bytes changed at random, seeded, under right checksums. A file is accepted if and only if its
/// snapshot is a whole index.
#[test]
fn forged_files_never_panic() {
    let mut number = 0;
    let mut draw = |below: usize| {
        number += 1;
        hash(55, number) as usize % below
    };
    for snapshot in small() {
        let (mut accepted, mut refused) = (0, 0);
        for round in 0..if soaks() { 2_000 } else { 200 } {
            let mut changed = snapshot.clone();
            let mut change = |bytes: &mut Vec<u8>| {
                if !bytes.is_empty() {
                    let at = draw(bytes.len());
                    bytes[at] = if draw(2) == 0 { draw(256) as u8 } else { bytes[at] ^ 1 << draw(8) };
                }
            };
            if round % 2 == 0 {
                change(&mut changed.header);
            } else {
                let section = draw_section(&mut changed, round);
                section.iter_mut().for_each(&mut change);
            }
            match (Index::read_from(&file_of(&changed)[..]), changed.restore()) {
                (Ok(mut index), Ok((_, Recovered::Whole))) => {
                    live_on(&mut index, 5);
                    accepted += 1;
                }
                (Err(error), Ok((_, Recovered::WithoutGraph))) => {
                    assert_eq!(inner(&error), Error::Damaged { what: "the links are no graph" });
                    refused += 1;
                }
                // With another number of rows, the parts of the file lie elsewhere.
                (Err(error), Err(_)) => {
                    assert!(matches!(inner(&error), Error::Damaged { .. } | Error::UnsupportedFormat { .. }));
                    refused += 1;
                }
                (file, restored) => panic!("round {round}: {file:?}, {restored:?}"),
            }
        }
        assert!(accepted > 0 && refused > 0, "{accepted}, {refused}");
    }
}

fn inner(error: &io::Error) -> Error {
    *error.get_ref().unwrap().downcast_ref().unwrap()
}

/// The chunks of a section that has chunks, another section each round.
fn draw_section(snapshot: &mut Snapshot, round: usize) -> &mut Vec<Vec<u8>> {
    let there: Vec<Section> =
        snapshot.sections.iter().filter(|(_, chunks)| !chunks.is_empty()).map(|&(section, _)| section).collect();
    snapshot.chunks_mut(there[round / 2 % there.len()])
}

#[test]
fn large_indexes_are_refused_as_small_ones() {
    let (options, rows) = cases()[6];
    let file = file_of(&Snapshot::of(&lived_in(options, rows, 3)));
    for at in (0..file.len()).step_by(file.len() / 50) {
        let mut changed = file.clone();
        changed[at] ^= 4;
        assert!(Index::read_from(&changed[..]).is_err(), "byte {at}");
    }
}
