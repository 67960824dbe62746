//! The same calls lead to the same bytes on every platform. This build saves a seeded index, and
//! the bytes have the checksums of all other builds. `ts/test/unit/engine/same-bytes.test.ts` does
//! the same with the engine in WebAssembly.
//!
//! After an intended change of bytes, `node scripts/same-bytes.mjs` writes new checksums.

use std::collections::BTreeMap;
use std::path::Path;

use crc::{CRC_32_ISCSI, Crc};
use edgevec::snapshot::Section;
use edgevec::{Index, Metric, Options, Precision};
use serde_json::Value;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);
const DIMENSIONS: usize = 64;
const ROWS: usize = 4_200;

/// Numbers from -1 to 1, the same for the same seed (mulberry32).
fn random(seed: u32) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x6d2b_79f5);
        let mut t = (state ^ (state >> 15)).wrapping_mul(state | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
        (f64::from(t ^ (t >> 14)) / 2_147_483_648.0 - 1.0) as f32
    }
}

fn sums(metric: Metric, precision: Precision) -> BTreeMap<String, u32> {
    let options = Options { metric, precision, m: 8, ef_construction: 40, seed: 7, ..Options::new(DIMENSIONS as u32) };
    let mut index = Index::new(options).unwrap();
    let mut next = random(1);
    let rows: Vec<f32> = (0..ROWS * DIMENSIONS).map(|_| next()).collect();
    for batch in rows.chunks(1_000 * DIMENSIONS) {
        let mut slots = Vec::new();
        index.commit(batch, &mut slots).unwrap();
        while index.link(100) > 0 {}
        slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    }
    (0..ROWS as u32).step_by(11).for_each(|slot| assert!(index.remove(slot)));
    assert_eq!(index.stats().calibrated_rows, 4_000);
    let mut sums = BTreeMap::from([("header".to_string(), CRC.checksum(&index.header().unwrap()))]);
    for section in Section::ALL {
        let mut digest = CRC.digest();
        let chunks = index.layout(section).chunks;
        (0..chunks).for_each(|chunk| digest.update(index.chunk(section, chunk)));
        if chunks > 0 {
            sums.insert((section as u8).to_string(), digest.finalize());
        }
    }
    sums
}

#[test]
fn the_engine_saves_the_same_bytes_everywhere() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ts/test/same-bytes.json");
    let mut known: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let found = serde_json::json!({
        "cosine-float32": sums(Metric::Cosine, Precision::Float32),
        "euclidean-int8": sums(Metric::Euclidean, Precision::Int8),
    });
    if std::env::var_os("EDGEVEC_WRITE").is_some() {
        known["engine"] = found;
        std::fs::write(&path, serde_json::to_string_pretty(&known).unwrap() + "\n").unwrap();
    } else {
        assert_eq!(known["engine"], found);
    }
}
