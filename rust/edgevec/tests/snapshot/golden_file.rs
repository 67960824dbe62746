//! Index files of earlier builds stay readable for ever, and are written again to the same bytes.
//!
//! A name begins with the version of the header.
//!
//! With `EDGEVEC_WRITE` set, the test writes missing files. Files that exist never change.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use edgevec::{Index, Metric, Mode, Options, Precision};

use super::indexes::{answers, live_on, lived_in};
use crate::support::Clusters;

/// The nearest rows of each query, with the bits of their distances.
type Answers = Vec<Vec<(u32, u32)>>;

const ANSWERS: &str = "answers.jsonl";

const FILES: [(&str, u32, Metric, Precision, usize); 6] = [
    ("1-cosine-float32", 48, Metric::Cosine, Precision::Float32, 260),
    ("1-dot-int16", 20, Metric::Dot, Precision::Int16, 260),
    ("1-euclidean-int8", 16, Metric::Euclidean, Precision::Int8, 260),
    ("1-euclidean-few", 5, Metric::Euclidean, Precision::Float32, 30),
    ("2-euclidean-int8", 20, Metric::Euclidean, Precision::Int8, 260),
    ("1-cosine-empty", 3, Metric::Cosine, Precision::Float32, 0),
];

#[test]
fn files_of_every_version_are_read_and_written_again_as_they_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshot/golden");
    let path = |name: &str| folder.join(name).with_extension("evix");
    if std::env::var_os("EDGEVEC_WRITE").is_some() {
        write_missing(&folder, &path);
    }
    let known = known(&folder);
    assert_eq!(known.len(), FILES.len());
    for (name, dimensions, metric, precision, rows) in FILES {
        let file = fs::read(path(name)).unwrap();
        // The header follows 20 bytes of the file.
        assert_eq!(file[20], name.as_bytes()[0] - b'0', "{name}");
        let mut index = Index::read_from(&file[..]).unwrap();
        let options = index.options();
        assert_eq!((options.dimensions, options.metric, options.precision), (dimensions, metric, precision), "{name}");
        assert_eq!(index.stats().levels > 0, rows > 50, "{name}");
        assert_eq!(answers(&index, &queries(dimensions), Mode::Exact), known[name], "{name}");
        let mut again = Vec::new();
        index.write_to(&mut again).unwrap();
        assert!(again == file, "{name}");
        live_on(&mut index, 5);
    }
}

/// The answers of each file, a line of JSON a file.
fn known(folder: &Path) -> BTreeMap<String, Answers> {
    let lines = fs::read_to_string(folder.join(ANSWERS)).unwrap_or_default();
    lines.lines().map(|line| serde_json::from_str::<(String, Answers)>(line).unwrap()).collect()
}

fn queries(dimensions: u32) -> Vec<f32> {
    Clusters::new(dimensions as usize, 20, 99).rows(5)
}

fn write_missing(folder: &Path, path: &dyn Fn(&str) -> std::path::PathBuf) {
    fs::create_dir_all(folder).unwrap();
    let mut all = known(folder);
    for (name, dimensions, metric, precision, rows) in FILES {
        if path(name).exists() {
            continue;
        }
        let options = Options { metric, precision, m: 4, exact_threshold: 100, ..Options::new(dimensions) };
        let index = if rows > 0 { lived_in(options, rows, 3) } else { Index::new(options).unwrap() };
        index.write_to(fs::File::create(path(name)).unwrap()).unwrap();
        all.insert(name.to_string(), answers(&index, &queries(dimensions), Mode::Exact));
    }
    let lines = all.iter().map(|answers| serde_json::to_string(&answers).unwrap() + "\n");
    fs::write(folder.join(ANSWERS), lines.collect::<String>()).unwrap();
}
