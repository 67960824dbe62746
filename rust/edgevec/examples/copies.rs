//! Recall and cost on rows that are hard for a graph, as a table.
//!
//! `cargo run --release --example copies -- [large]`: `large` adds tens of thousands of rows.

use edgevec::{Metric, Options};

#[path = "../tests/support/copies.rs"]
mod copies;

use copies::{Hard, build, copies_first, odd_among_alike, one_hot, recall};

fn main() {
    let large = std::env::args().any(|argument| argument == "large");
    let only = std::env::args().nth(1).unwrap_or_default();
    println!("{:42} {:>9} {:>5}   recall (distances a query) at k 1 and 10", "data", "build", "ef");
    let mut cases: Vec<(String, Hard, Vec<Metric>)> = Vec::new();
    let both = || vec![Metric::Cosine, Metric::Euclidean];
    for dimensions in [32, 64] {
        let name = format!("4 x 1,000 copies, 4,000 rows, {dimensions}");
        cases.push((name, copies_first(4, 1_000, 4_000, dimensions, 1), both()));
    }
    if only == "control" {
        cases.push(("control 32".into(), copies_first(4, 1, 4_000, 32, 1), both()));
        cases.push(("control 4 x 1,000, 32".into(), copies_first(4, 1_000, 4_000, 32, 1), both()));
    }
    for spread in [0.0, 1e-4, 1e-3, 1e-2, 0.1] {
        for dimensions in [32, 64] {
            let name = format!("20 odd of 8,000 spread {spread}, {dimensions}");
            cases.push((name, odd_among_alike(8_000, 20, spread, dimensions, 2), both()));
        }
    }
    cases.push(("one-hot 8,000, 256".into(), one_hot(8_000, 256, 3), both()));
    if large {
        cases.push(("one-hot 20,000, 256".into(), one_hot(20_000, 256, 3), both()));
        cases.push(("one-hot 60,000, 256".into(), one_hot(60_000, 256, 3), both()));
        cases.push(("20 x 1,000 copies, 40,000 rows, 64".into(), copies_first(20, 1_000, 40_000, 64, 1), both()));
        cases.push(("4 x 10,000 copies, 20,000 rows, 64".into(), copies_first(4, 10_000, 20_000, 64, 1), both()));
    }
    for (name, hard, metrics) in cases.into_iter().filter(|(name, ..)| only == "large" || name.contains(&only)) {
        for metric in metrics {
            let index = build(&hard, metric, Options::new(hard.dimensions as u32));
            let rows = hard.rows.len() / hard.dimensions;
            let a_row = index.stats().build_evaluations as f64 / rows as f64;
            for ef in if only == "control" { [300, 2000] } else { [60, 300] } {
                let found = [1, 10].map(|k| recall(&index, &hard.queries, k, ef));
                let [(one, _), (ten, cost)] = found;
                println!("{:46} {a_row:>6.0} {ef:>4}   {one:.3} {ten:.3} ({cost:.0})", format!("{name}, {metric:?}"));
            }
        }
    }
}
