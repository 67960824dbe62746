//! Files exported by earlier builds stay readable for ever, and are saved again to the same bytes.
//! `scripts/golden.mjs` writes the files. Their names are `<format>-<metric>-<precision>-<rows>`.

use std::fs;
use std::path::Path;

use crc::{CRC_32_ISCSI, Crc};
use edgevec::snapshot::{Recovered, Restoring, Section};
use edgevec::{Index, Metric, Mode, Precision, Scratch};
use serde_json::Value;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);
/// The version of the file, and of the manifest of these files.
const VERSION: u32 = 1;

/// An exported file, as docs/format.md describes the file.
struct Export {
    options: Value,
    header: Vec<u8>,
    /// By number, in order of chunks.
    sections: Vec<(u8, Vec<Vec<u8>>)>,
    /// The id of each slot with a row.
    ids: Vec<(u32, Value)>,
}

impl Export {
    fn read(mut file: &[u8]) -> Self {
        let mut take = |bytes: usize| file.split_off(..bytes).expect("the file goes on");
        let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());

        let start = take(16);
        assert_eq!(start[..4], *b"EVDB");
        assert_eq!((word(start, 4), word(start, 12)), (VERSION, CRC.checksum(&start[..12])));
        let manifest = take(word(start, 8) as usize);
        assert_eq!(manifest[..4], *b"EVMF");
        assert_eq!((word(manifest, 4), word(manifest, 8) as usize), (VERSION, manifest.len() - 16));
        let text = &manifest[16..];
        assert_eq!(word(manifest, 12), CRC.checksum(&[&manifest[..12], text].concat()));
        let manifest: Value = serde_json::from_slice(text).unwrap();

        let mut chunk = |reference: &Value| {
            let bytes = take(reference["bytes"].as_u64().unwrap() as usize);
            assert_eq!(reference["crc"], CRC.checksum(bytes));
            bytes.to_vec()
        };
        let mut chunks = |list: &Value| list.as_array().unwrap().iter().map(&mut chunk).collect::<Vec<_>>();
        let header = chunks(&Value::from(vec![manifest["header"].clone()])).remove(0);
        let numbered = manifest["sections"].as_object().unwrap().iter();
        let mut sections: Vec<(u8, &Value)> = numbered.map(|(number, list)| (number.parse().unwrap(), list)).collect();
        sections.sort_unstable_by_key(|&(number, _)| number);
        let sections = sections.into_iter().map(|(number, list)| (number, chunks(list))).collect();
        let mut ids = Vec::new();
        for (block, bytes) in (0..).zip(chunks(&manifest["ids"])) {
            for row in serde_json::from_slice::<Vec<(u32, Value, u32)>>(&bytes).unwrap() {
                ids.push((block * 1024 + row.0, row.1));
            }
        }
        let mut lines = chunks(&manifest["metadata"]).into_iter();
        let mut first = 0;
        for part in manifest["metadata"].as_array().unwrap() {
            let slots = part["slots"].as_u64().unwrap() as u32;
            assert!(slots.is_power_of_two() && slots <= 1024 && first % slots == 0);
            let text = String::from_utf8(lines.next().unwrap()).unwrap();
            assert!(text.is_empty() || text.ends_with('\n'));
            let rows = ids.iter().filter(|&&(slot, _)| (first..first + slots).contains(&slot));
            let values: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(values.len(), rows.count());
            first += slots;
        }
        assert_eq!(first as usize, 1024 * manifest["ids"].as_array().unwrap().len());
        assert!(file.is_empty(), "nothing follows");
        Self { options: manifest["options"].clone(), header, sections, ids }
    }

    fn chunks(&self, section: Section) -> &[Vec<u8>] {
        let found = self.sections.iter().find(|&&(number, _)| number == section as u8);
        found.map_or(&[], |(_, chunks)| chunks)
    }

    fn restore(&self) -> Index {
        let bytes = |section| self.chunks(section).iter().map(|chunk| chunk.len() as u64).sum();
        let mut restoring = Restoring::new(&self.header, bytes).unwrap();
        for section in Section::ALL {
            for (at, chunk) in (0..).zip(self.chunks(section)) {
                restoring.chunk_mut(section, at).copy_from_slice(chunk);
            }
        }
        let (index, recovered) = restoring.finish().unwrap();
        assert_eq!(recovered, Recovered::Whole);
        index
    }
}

fn check(path: &Path) {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let [_, metric, precision, rows]: [&str; 4] = name.split('-').collect::<Vec<_>>().try_into().unwrap();
    let known: Value = serde_json::from_slice(&fs::read(path.with_extension("json")).unwrap()).unwrap();
    let export = Export::read(&fs::read(path).unwrap());
    let index = export.restore();

    let options = index.options();
    assert_eq!(known["dimensions"], options.dimensions, "{name}");
    assert_eq!(export.options["dimensions"], options.dimensions, "{name}");
    let metrics = [("cosine", Metric::Cosine), ("dot", Metric::Dot), ("euclidean", Metric::Euclidean)];
    assert!(metrics.contains(&(metric, options.metric)), "{name}");
    let precisions = [("float32", Precision::Float32), ("int16", Precision::Int16), ("int8", Precision::Int8)];
    assert!(precisions.contains(&(precision, options.precision)), "{name}");
    let stats = index.stats();
    assert_eq!((known["rows"].clone(), stats.rows as usize), (stats.rows.into(), export.ids.len()), "{name}");
    assert_eq!(stats.levels > 0, rows.parse::<u32>().unwrap() > options.exact_threshold, "{name}");

    let mut scratch = Scratch::default();
    let queries: Vec<Vec<f32>> = serde_json::from_value(known["queries"].clone()).unwrap();
    let expected: Vec<Vec<Value>> = serde_json::from_value(known["expected"].clone()).unwrap();
    for (query, expected) in queries.iter().zip(&expected) {
        for mode in [Mode::Exact, Mode::Graph, Mode::Auto] {
            if mode != Mode::Graph || stats.levels > 0 {
                let hits = index.search(&mut scratch, query, expected.len(), 400, mode).unwrap();
                let id = |slot| export.ids.iter().find(|&&(other, _)| other == slot).unwrap().1.clone();
                assert_eq!(hits.iter().map(|hit| id(hit.slot)).collect::<Vec<_>>(), *expected, "{name}, {mode:?}");
            }
        }
    }

    assert!(index.header().unwrap() == export.header, "{name}");
    for section in Section::ALL {
        let saved: Vec<&[u8]> = (0..index.layout(section).chunks).map(|at| index.chunk(section, at)).collect();
        assert!(saved == export.chunks(section), "{name}, {section:?}");
    }
}

#[test]
fn files_of_every_version_are_read_and_saved_again_as_they_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ts/test/golden");
    let paths = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "edgevec")).collect();
    // ts/test/integration/golden.test.ts says which kinds of files must exist.
    assert!(files.len() >= 11);
    files.iter().for_each(|path| check(path));
}
