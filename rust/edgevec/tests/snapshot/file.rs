//! An index written to a file and read back.

use std::io::{self, Cursor, ErrorKind, Read};

use edgevec::{Error, Index, Metric, Mode, Options, Precision};

use super::indexes::{answers, build, cases, live_on, lived_in, options};
use super::layout::file_of;
use super::saved::Snapshot;
use crate::support::Clusters;

fn written(index: &Index) -> Vec<u8> {
    let mut file = Vec::new();
    index.write_to(&mut file).unwrap();
    file
}

#[test]
fn a_file_has_the_bytes_of_the_format_and_is_read_back_as_the_index() {
    for (case, (options, rows)) in cases().into_iter().enumerate() {
        let mut index = lived_in(options, rows, 7 + case as u64);
        let file = written(&index);
        assert!(file == file_of(&Snapshot::of(&index)), "case {case}");
        let mut restored = Index::read_from(&file[..]).unwrap();
        assert!(written(&restored) == file, "case {case}");
        let queries = Clusters::new(options.dimensions as usize, 20, 99).rows(20);
        for mode in [Mode::Auto, Mode::Exact] {
            assert_eq!(answers(&restored, &queries, mode), answers(&index, &queries, mode), "case {case}, {mode:?}");
        }
        assert_eq!(restored.ef_for(10, 0.9), index.ef_for(10, 0.9), "case {case}");
        live_on(&mut index, 5);
        live_on(&mut restored, 5);
    }
}

#[test]
fn an_empty_index_has_a_file_too() {
    let file = written(&Index::new(Options::new(8)).unwrap());
    let mut restored = Index::read_from(&file[..]).unwrap();
    assert_eq!((restored.options(), restored.stats().slots), (&Options::new(8), 0));
    live_on(&mut restored, 5);
}

/// A reader takes memory for a large index only after a part of the bytes.
#[test]
fn a_large_file_is_read_back() {
    let options = options(768, Metric::Euclidean, Precision::Float32, 10_000);
    let index = build(options, &Clusters::new(768, 20, 3).rows(6_000));
    let file = written(&index);
    assert!(file.len() > 18_000_000);
    assert!(written(&Index::read_from(&file[..]).unwrap()) == file);
}

/// Gives a single byte a call, and is interrupted before each byte.
struct Slow<'a>(&'a [u8], bool);

impl Read for Slow<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(ErrorKind::Interrupted.into());
        }
        let most = into.len().min(1);
        self.0.read(&mut into[..most])
    }
}

#[test]
fn a_reader_may_be_slow_and_may_go_on_behind_the_index() {
    let (options, rows) = cases()[1];
    let index = lived_in(options, rows, 3);
    let file = written(&index);
    assert!(written(&Index::read_from(Slow(&file, false)).unwrap()) == file);

    let mut two = Vec::new();
    index.write_to(&mut two).unwrap();
    two.extend_from_slice(b"titles");
    index.write_to(&mut two).unwrap();
    let mut reader = Cursor::new(two);
    Index::read_from(&mut reader).unwrap();
    let mut titles = [0; 6];
    reader.read_exact(&mut titles).unwrap();
    assert_eq!(&titles, b"titles");
    assert!(written(&Index::read_from(&mut reader).unwrap()) == file);
}

#[test]
fn errors_of_readers_and_writers_come_through() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(ErrorKind::PermissionDenied.into())
        }
    }
    let (options, rows) = cases()[1];
    let index = lived_in(options, rows, 3);
    let file = written(&index);
    for length in [0, 3, 10, 18, 100, file.len() / 2, file.len() - 1] {
        let error = Index::read_from(file[..length].chain(Broken)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "after {length} bytes");
        let error = index.write_to(&mut vec![0; length][..]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WriteZero, "room for {length} bytes");
    }
}

#[test]
fn an_index_with_missing_rows_writes_no_file() {
    let (options, rows) = cases()[6];
    let snapshot = Snapshot::of(&lived_in(options, rows, 3));
    let (partial, _) = snapshot.restore_without(|section, _| section == edgevec::snapshot::Section::Rows).unwrap();
    let mut file = Vec::new();
    let error = partial.write_to(&mut file).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.get_ref().unwrap().downcast_ref(), Some(&Error::Partial));
    assert!(file.is_empty());
}
