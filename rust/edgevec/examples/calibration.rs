//! Builds an index natively, calibrates it, and prints for each `k` and asked recall the `ef`
//! chosen and the recall reached.
//!
//! `cargo run --release --example calibration -- DIR|clusters|gaussian|lengths [dimensions] [rows]
//! [queries]`. The folder holds `base.bf16` and `queries.bf16` as the in-browser benchmark reads
//! them. The other sets are seeded: rows in clusters, rows without structure, and rows of lognormal
//! lengths under dot.

use std::path::Path;
use std::time::{Duration, Instant};

use edgevec::{Index, Metric, Mode, Options, Scratch};

#[path = "../tests/support/hard.rs"]
mod hard;
#[path = "../tests/support/mod.rs"]
mod support;

use hard::{Hard, Kind};

const WIDTH: usize = 768;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: calibration DIR|clusters [dimensions] [rows] [queries]")?;
    let mut number = |default: usize| arguments.next().map_or(Ok(default), |value| value.parse::<usize>());
    let (dimensions, rows, count) = (number(WIDTH)?, number(100_000)?, number(1_000)?);
    let hard = |kind| {
        let mut data = Hard::new(kind, dimensions, rows, 5);
        (data.rows(rows), data.queries(count))
    };
    let (base, queries) = match folder.as_str() {
        "clusters" => {
            let mut data = support::Clusters::new(dimensions, 100, 5);
            (data.rows(rows), data.rows(count))
        }
        "gaussian" => hard(Kind::Gaussian),
        "lengths" => hard(Kind::Lengths),
        _ => {
            let read = |name, rows| support::read_bf16(&Path::new(&folder).join(name), WIDTH, dimensions, rows);
            (read("base.bf16", rows)?, read("queries.bf16", count)?)
        }
    };

    let metric = if folder == "lengths" { Metric::Dot } else { Metric::Cosine };
    let mut index = Index::new(Options { metric, ..Options::new(dimensions as u32) })?;
    let (start, mut calibrating) = (Instant::now(), Duration::ZERO);
    let mut slots = Vec::new();
    for batch in base.chunks(256 * dimensions) {
        index.commit(batch, &mut slots)?;
        loop {
            let (step, before) = (Instant::now(), (index.unlinked(), index.sketching()));
            let left = index.link(1);
            // A step that links no row and learns no sketches is one of a calibration.
            if (index.unlinked(), index.sketching()) == before {
                calibrating += step.elapsed();
            }
            if left == 0 {
                break;
            }
        }
        slots.iter().for_each(|&slot| _ = index.publish(slot));
    }
    let built = start.elapsed() - calibrating;
    println!(
        "{folder}, {} x {dimensions}: built in {:.1} s, calibrated in {:.0} ms, {:.2} % of that, last at {} rows",
        base.len() / dimensions,
        built.as_secs_f64(),
        calibrating.as_secs_f64() * 1e3,
        100.0 * calibrating.as_secs_f64() / built.as_secs_f64(),
        index.stats().calibrated_rows
    );

    let mut scratch = Scratch::default();
    for k in [1, 3, 10, 30, 100, 200] {
        let mut truth = Vec::new();
        for query in queries.chunks(dimensions) {
            let hits = index.search(&mut scratch, query, k, 0, Mode::Exact)?;
            truth.push(hits.iter().map(|hit| hit.slot).collect::<Vec<_>>());
        }
        for recall in [0.8, 0.9, 0.95, 0.99] {
            let ef = index.ef_for(k, recall);
            let mut found = 0;
            for (query, truth) in queries.chunks(dimensions).zip(&truth) {
                let hits = index.search(&mut scratch, query, k, ef, Mode::Auto)?;
                found += hits.iter().filter(|hit| truth.contains(&hit.slot)).count();
            }
            let reached = found as f64 / (k * truth.len()) as f64;
            let verdict = if reached < recall - 0.01 { "  SHORT" } else { "" };
            println!("k {k:3}: asked {recall:.2}, reached {reached:.4} at ef {ef}{verdict}");
        }
    }
    Ok(())
}
