//! Filtered searches natively, at several shares of allowed rows, as a table for docs/engine.md.
//!
//! `cargo run --release --example filters -- DIR [dimensions] [rows] [queries]`. The folder holds
//! `base.bf16` and `queries.bf16`, as for the benchmark in browsers. A filter allows rows drawn by
//! chance, or the rows of the nearest or the farthest cells of a k-means. Times are medians.

use std::path::Path;
use std::time::Instant;

use edgevec::{Index, Mode, Options, Scratch, Strategy};

#[path = "../tests/support/mod.rs"]
#[allow(dead_code, reason = "the seeded data is for tests")]
mod support;

const WIDTH: usize = 768;
const K: usize = 10;
const CELLS: usize = 256;
/// Rows that the k-means learns from, and its rounds.
const SAMPLE: usize = 8_192;
const ROUNDS: usize = 6;
const SHARES: [f64; 8] = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 0.9];

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += a * b);
    }
    lanes.iter().sum()
}

fn normalise(row: &mut [f32]) {
    let length = dot(row, row).sqrt();
    row.iter_mut().for_each(|value| *value /= length);
}

/// The cells, nearest to the row first.
fn ranked(cells: &[f32], row: &[f32]) -> Vec<usize> {
    let distances: Vec<f32> = cells.chunks(row.len()).map(|cell| -dot(cell, row)).collect();
    let mut order: Vec<usize> = (0..CELLS).collect();
    order.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]));
    order
}

/// The centres of a spherical k-means over rows of length 1.
fn centres(base: &[f32], dimensions: usize) -> Vec<f32> {
    let step = (base.len() / dimensions / SAMPLE).max(1);
    let sample: Vec<&[f32]> = base.chunks(dimensions).step_by(step).collect();
    let mut cells: Vec<f32> = (0..CELLS).flat_map(|cell| sample[cell * sample.len() / CELLS].to_vec()).collect();
    for _ in 0..ROUNDS {
        let mut sums = vec![0.0; cells.len()];
        for row in &sample {
            let cell = ranked(&cells, row)[0];
            sums[cell * dimensions..][..dimensions].iter_mut().zip(*row).for_each(|(sum, value)| *sum += value);
        }
        for (sum, cell) in sums.chunks_mut(dimensions).zip(cells.chunks_mut(dimensions)) {
            if dot(sum, sum) > 0.0 {
                normalise(sum);
                cell.copy_from_slice(sum);
            }
        }
    }
    cells
}

/// splitmix64.
fn hash(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The searches of all queries.
struct Run {
    hits: Vec<Vec<u32>>,
    median: f64,
    distances: f64,
    ways: [usize; 3],
}

fn run(index: &Index, queries: &[f32], allow: &[Vec<u32>], ef: usize, mode: Mode) -> Run {
    let (mut scratch, mut hits, mut times, mut ways) = (Scratch::default(), Vec::new(), Vec::new(), [0; 3]);
    for (query, allow) in queries.chunks(index.options().dimensions as usize).zip(allow) {
        let start = Instant::now();
        let found = index.search_allowed(&mut scratch, query, K, ef, mode, allow).expect("a search");
        times.push(start.elapsed().as_secs_f64() * 1e6);
        hits.push(found.iter().map(|hit| hit.slot).collect());
        ways[match scratch.strategy() {
            Strategy::Walk => 0,
            Strategy::Scan => 1,
            _ => 2,
        }] += 1;
    }
    times.sort_by(f64::total_cmp);
    Run { median: times[times.len() / 2], distances: scratch.evaluations() as f64 / times.len() as f64, hits, ways }
}

fn recall(hits: &[Vec<u32>], truth: &[Vec<u32>]) -> f64 {
    let found = hits.iter().zip(truth).map(|(hits, truth)| hits.iter().filter(|slot| truth.contains(slot)).count());
    found.sum::<usize>() as f64 / truth.iter().map(Vec::len).sum::<usize>() as f64
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: filters DIR [dimensions] [rows] [queries]")?;
    let mut number = |default: usize| arguments.next().map_or(Ok(default), |value| value.parse::<usize>());
    let (dimensions, rows, count) = (number(WIDTH)?, number(100_000)?, number(100)?);
    let read = |name, rows| support::read_bf16(&Path::new(&folder).join(name), WIDTH, dimensions, rows);
    let (mut base, queries) = (read("base.bf16", rows)?, read("queries.bf16", count)?);
    base.chunks_mut(dimensions).for_each(normalise);

    let mut index = Index::new(Options::new(dimensions as u32))?;
    let mut slots = Vec::new();
    for batch in base.chunks(256 * dimensions) {
        index.commit(batch, &mut slots)?;
        while index.link(u32::MAX) > 0 {}
        slots.iter().for_each(|&slot| _ = index.publish(slot));
    }
    let cells = centres(&base, dimensions);
    let mut members = vec![Vec::new(); CELLS];
    for (row, slot) in base.chunks(dimensions).zip(0..) {
        members[ranked(&cells, row)[0]].push(slot);
    }
    let (rows, ef) = (members.iter().map(Vec::len).sum::<usize>() as u32, index.ef_for(K, 0.95));
    drop(base);

    let mut scratch = Scratch::default();
    let mut times: Vec<f64> = Vec::new();
    for query in queries.chunks(dimensions) {
        let start = Instant::now();
        index.search(&mut scratch, query, K, ef, Mode::Auto)?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    let distances = scratch.evaluations() as f64 / times.len() as f64;
    println!("{rows} x {dimensions}, ef {ef}, no filter: {:.0} us, {distances:.0} distances", times[times.len() / 2]);
    for kind in ["random", "nearest", "farthest"] {
        for share in SHARES {
            let wanted = (f64::from(rows) * share).round() as usize;
            let filter = |(query, number): (&[f32], u64)| {
                let order: Vec<u32> = if kind == "random" {
                    let mut order: Vec<u32> = (0..rows).collect();
                    order.sort_by_cached_key(|&row| hash(number << 32 | u64::from(row)));
                    order
                } else {
                    let mut order = ranked(&cells, query);
                    if kind == "farthest" {
                        order.reverse();
                    }
                    order.iter().flat_map(|&cell| members[cell].iter().copied()).collect()
                };
                let mut words = vec![0u32; rows.div_ceil(32) as usize];
                order[..wanted].iter().for_each(|&row| words[row as usize / 32] |= 1 << (row % 32));
                words
            };
            let allow: Vec<Vec<u32>> = queries.chunks(dimensions).zip(0..).map(filter).collect();
            let truth = run(&index, &queries, &allow, ef, Mode::Exact).hits;
            let auto = run(&index, &queries, &allow, ef, Mode::Auto);
            // So wide that a scan is always cheaper.
            let scan = run(&index, &queries, &allow, usize::MAX, Mode::Auto);
            let [walk, scanned, given_up] = auto.ways;
            println!(
                "{kind:8} {:6} %: recall {:.4}, {:6.0} us, {:6.0} distances, walk {walk} scan {scanned} given up \
                 {given_up}; scan: recall {:.4}, {:6.0} us",
                100.0 * share,
                recall(&auto.hits, &truth),
                auto.median,
                auto.distances,
                recall(&scan.hits, &truth),
                scan.median
            );
        }
    }
    Ok(())
}
