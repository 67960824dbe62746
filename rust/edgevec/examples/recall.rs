//! Builds an index natively over a data set folder and prints recall@10, time and distance
//! evaluations a query at several `ef`.
//!
//! `cargo run --release --example recall -- DIR [dimensions] [rows] [precision]`. The folder holds
//! `base.bf16`, `queries.bf16` and `meta.json`, as for the benchmark in browsers. The example
//! computes the truth, for any number of rows and dimensions.

use std::path::Path;
use std::time::Instant;

use edgevec::{Index, Mode, Options, Precision, Scratch};

#[path = "../tests/support/mod.rs"]
#[allow(dead_code, reason = "the seeded data is for tests")]
mod support;

const QUERIES: usize = 500;
const K: usize = 10;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: recall DIR [dimensions] [rows] [precision]")?;
    let width = 768;
    let dimensions: usize = arguments.next().map_or(Ok(width), |value| value.parse())?;
    let rows: usize = arguments.next().map_or(Ok(usize::MAX), |value| value.parse())?;
    let base = support::read_bf16(&Path::new(&folder).join("base.bf16"), width, dimensions, rows)?;
    let queries = support::read_bf16(&Path::new(&folder).join("queries.bf16"), width, dimensions, QUERIES)?;

    let precision = match arguments.next().as_deref() {
        None | Some("float32") => Precision::Float32,
        Some("int16") => Precision::Int16,
        Some("int8") => Precision::Int8,
        Some(_) => return Err("precision: float32, int16 or int8".into()),
    };
    let mut index = Index::new(Options { precision, ..Options::new(dimensions as u32) })?;
    let start = Instant::now();
    let mut slots = Vec::new();
    for batch in base.chunks(256 * dimensions) {
        index.commit(batch, &mut slots)?;
        index.link(u32::MAX);
        slots.iter().for_each(|&slot| _ = index.publish(slot));
    }
    let count = base.len() / dimensions;
    let seconds = start.elapsed().as_secs_f64();
    let stats = index.stats();
    println!(
        "{count} x {dimensions}: built in {seconds:.1} s, {:.0} rows/s, {:.0} distances a row, {} MB",
        count as f64 / seconds,
        stats.build_evaluations as f64 / count as f64,
        stats.memory_bytes / 1_000_000
    );

    let mut scratch = Scratch::default();
    let mut truth = Vec::new();
    let start = Instant::now();
    for query in queries.chunks(dimensions) {
        truth
            .push(index.search(&mut scratch, query, K, 0, Mode::Exact)?.iter().map(|hit| hit.slot).collect::<Vec<_>>());
    }
    println!("exact: {:.0} us", start.elapsed().as_secs_f64() * 1e6 / truth.len() as f64);
    for ef in [20, 40, 60, 80, 100, 120, 160, 200, 400] {
        let before = scratch.evaluations();
        let start = Instant::now();
        let mut found = 0;
        for (query, truth) in queries.chunks(dimensions).zip(&truth) {
            let hits = index.search(&mut scratch, query, K, ef, Mode::Auto)?;
            found += hits.iter().filter(|hit| truth.contains(&hit.slot)).count();
        }
        let micros = start.elapsed().as_secs_f64() * 1e6 / truth.len() as f64;
        let distances = (scratch.evaluations() - before) as f64 / truth.len() as f64;
        println!(
            "ef {ef:4}: recall {:.4}, {micros:6.0} us, {distances:6.0} distances",
            found as f64 / (K * truth.len()) as f64
        );
    }
    Ok(())
}
