//! Filtered searches natively, at several shares of allowed rows, as a table for docs/engine.md.
//!
//! `cargo run --release --example filters -- DIR [dimensions] [rows] [queries]`. The folder holds
//! `base.bf16` and `queries.bf16`, as for the benchmark in browsers. A filter allows rows drawn by
//! chance, or the rows of the nearest or the farthest cells of a k-means. Times are medians.

use std::path::Path;
use std::time::Instant;

use edgevec::{Mode, Scratch, Strategy};

#[path = "support/filters.rs"]
#[allow(dead_code, reason = "other examples use the rest")]
mod filters;

use filters::{Data, K, KINDS, WIDTH, recall};

const SHARES: [f64; 8] = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 0.9];

/// The searches of all queries.
struct Run {
    hits: Vec<Vec<u32>>,
    median: f64,
    distances: f64,
    ways: [usize; 3],
}

fn run(data: &Data, allow: &[Vec<u32>], ef: usize, mode: Mode) -> Run {
    let (mut scratch, mut hits, mut times, mut ways) = (Scratch::default(), Vec::new(), Vec::new(), [0; 3]);
    for (query, allow) in data.queries().zip(allow) {
        let start = Instant::now();
        let found = data.index.search_allowed(&mut scratch, query, K, ef, mode, allow).expect("a search");
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: filters DIR [dimensions] [rows] [queries]")?;
    let mut number = |default: usize| arguments.next().map_or(Ok(default), |value| value.parse::<usize>());
    let (dimensions, rows, count) = (number(WIDTH)?, number(100_000)?, number(100)?);
    let mut data = Data::read(Path::new(&folder), dimensions, rows, count)?;
    data.base = Vec::new();
    let (index, ef) = (&data.index, data.index.ef_for(K, 0.95));
    let rows = data.rows();

    let mut scratch = Scratch::default();
    let mut times: Vec<f64> = Vec::new();
    for query in data.queries() {
        let start = Instant::now();
        index.search(&mut scratch, query, K, ef, Mode::Auto)?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    let distances = scratch.evaluations() as f64 / times.len() as f64;
    println!("{rows} x {dimensions}, ef {ef}, no filter: {:.0} us, {distances:.0} distances", times[times.len() / 2]);
    for kind in KINDS {
        for share in SHARES {
            let allow = data.filters(kind, share);
            let truth = run(&data, &allow, ef, Mode::Exact).hits;
            let auto = run(&data, &allow, ef, Mode::Auto);
            // So wide that a scan is always cheaper.
            let scan = run(&data, &allow, usize::MAX, Mode::Auto);
            let [walk, scanned, given_up] = auto.ways;
            println!(
                "{:8} {:6} %: recall {:.4}, {:6.0} us, {:6.0} distances, walk {walk} scan {scanned} given up \
                 {given_up}; scan: recall {:.4}, {:6.0} us",
                format!("{kind:?}").to_lowercase(),
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
