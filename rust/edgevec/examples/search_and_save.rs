//! Loads vectors, searches by recall, saves the index and reads the index back.
//!
//! `cargo run --release --example search_and_save` makes vectors. `-- FILE DIMENSIONS` loads a file
//! of little-endian `f32`, row after row.

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::time::Instant;

use edgevec::{Index, Metric, Mode, Options, Scratch};

const K: usize = 10;
const QUERIES: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next(), arguments.next()) {
        (None, _) => run(&made(20_000 + QUERIES, 48), 48),
        (Some(file), Some(dimensions)) => run(&loaded(Path::new(&file))?, dimensions.parse()?),
        (Some(_), None) => Err("usage: search_and_save [FILE DIMENSIONS]".into()),
    }
}

/// The last rows are the queries.
pub fn run(vectors: &[f32], dimensions: usize) -> Result<(), Box<dyn Error>> {
    if dimensions == 0 || !vectors.len().is_multiple_of(dimensions) {
        return Err(format!("{} numbers are no whole vectors of {dimensions} dimensions", vectors.len()).into());
    }
    let rows = (vectors.len() / dimensions).checked_sub(QUERIES).ok_or("the file has too few vectors")?;
    let (vectors, queries) = vectors.split_at(rows * dimensions);

    let mut index = Index::new(Options { metric: Metric::Euclidean, ..Options::new(dimensions as u32) })?;
    let start = Instant::now();
    index.insert_batch(vectors)?;
    println!("{rows} rows of {dimensions} dimensions in {:.1} s", start.elapsed().as_secs_f64());

    let mut scratch = Scratch::default();
    for recall in [0.8, 0.95, 0.99] {
        let before = scratch.evaluations();
        let mut found = 0;
        for query in queries.chunks_exact(dimensions) {
            let hits = index.search_with_recall(&mut scratch, query, K, recall)?;
            let slots: Vec<u32> = hits.iter().map(|hit| hit.slot).collect();
            // Only to know the truth: an exact search compares every row.
            let mut other = Scratch::default();
            let exact = index.search(&mut other, query, K, K, Mode::Exact)?;
            found += exact.iter().filter(|hit| slots.contains(&hit.slot)).count();
        }
        let distances = (scratch.evaluations() - before) / QUERIES as u64;
        let share = found as f64 / (K * QUERIES) as f64;
        println!("recall {recall} asked for, {share:.3} found, {distances} distances a search");
    }

    let folder = std::env::temp_dir();
    let [path, new] = ["evix", "new"].map(|ending| folder.join(format!("edgevec-{}.{ending}", std::process::id())));
    let mut file = File::create(&new)?;
    index.write_to(&mut file)?;
    file.sync_all()?;
    fs::rename(&new, &path)?;
    let again = Index::read_from(File::open(&path)?)?;
    println!("{} bytes saved and read back", fs::metadata(&path)?.len());
    fs::remove_file(&path)?;

    let query = &queries[..dimensions];
    let before = index.search_with_recall(&mut scratch, query, K, 0.95)?.to_vec();
    assert_eq!(again.search_with_recall(&mut scratch, query, K, 0.95)?, before);
    Ok(())
}

/// Rows around a hundred centres, by a small generator (xorshift64*).
pub fn made(rows: usize, dimensions: usize) -> Vec<f32> {
    let mut state = 1u64;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    let centres: Vec<f32> = (0..100 * dimensions).map(|_| next()).collect();
    (0..rows * dimensions)
        .map(|at| centres[at / dimensions * 7 % 100 * dimensions + at % dimensions] + 0.5 * next())
        .collect()
}

fn loaded(file: &Path) -> Result<Vec<f32>, Box<dyn Error>> {
    let bytes = fs::read(file)?;
    let (values, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        return Err("the file holds more than whole numbers of four bytes".into());
    }
    Ok(values.iter().map(|&value| f32::from_le_bytes(value)).collect())
}
