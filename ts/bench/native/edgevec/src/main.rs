//! Measures the engine natively as `ts/bench/measure/run.ts` measures the engine in the page, and
//! prints the same events, a line of JSON each.
//!
//! The arguments are the arguments of `../measure.py`, with `precision=float32|int16|int8` in place
//! of `system=`.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use edgevec::{Index, Mode, Options, Precision, Scratch};

/// How many rows are committed at once.
const PART: usize = 1024;
const SETTLE: Duration = Duration::from_millis(500);

type Failure = Box<dyn Error>;

struct Job {
    folder: String,
    n: usize,
    dimensions: usize,
    queries: usize,
    warmup: usize,
    k: usize,
    efs: Vec<usize>,
    passes: usize,
    stop: f64,
    options: Options,
    precision: String,
}

impl Job {
    fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let given: HashMap<String, String> = arguments
            .filter_map(|pair| pair.split_once('=').map(|(name, value)| (name.into(), value.into())))
            .collect();
        let text = |name: &str| given.get(name).cloned().ok_or_else(|| format!("{name}= is missing"));
        let number = |name: &str| -> Result<usize, Failure> { Ok(text(name)?.parse()?) };
        let precision = text("precision")?;
        let dimensions = number("dimensions")?;
        let options = Options {
            m: number("m")? as u32,
            ef_construction: number("efConstruction")? as u32,
            seed: number("seed")? as u32,
            precision: match precision.as_str() {
                "float32" => Precision::Float32,
                "int16" => Precision::Int16,
                "int8" => Precision::Int8,
                other => return Err(format!("there is no precision {other}").into()),
            },
            ..Options::new(dimensions as u32)
        };
        Ok(Self {
            folder: text("folder")?,
            n: number("n")?,
            dimensions,
            queries: number("queries")?,
            warmup: number("warmup")?,
            k: number("k")?,
            efs: text("efs")?.split(',').map(str::parse).collect::<Result<_, _>>()?,
            passes: number("passes")?,
            stop: text("stop")?.parse()?,
            options,
            precision,
        })
    }
}

struct Point {
    recall: f64,
    json: String,
}

struct Run {
    job: Job,
    index: Index,
    scratch: Scratch,
    queries: Vec<f32>,
    truth: Vec<i32>,
    found: Vec<u32>,
}

impl Run {
    fn query(&self, row: usize) -> &[f32] {
        &self.queries[row * self.job.dimensions..][..self.job.dimensions]
    }

    fn warm_up(&mut self, ef: usize) -> Result<(), Failure> {
        let there = self.queries.len() / self.job.dimensions;
        for i in 0..self.job.warmup {
            let mut scratch = std::mem::take(&mut self.scratch);
            self.index.search(&mut scratch, self.query((self.job.queries + i) % there), self.job.k, ef, Mode::Auto)?;
            self.scratch = scratch;
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), Failure> {
        let start = Instant::now();
        loop {
            self.warm_up(self.job.efs[0])?;
            if start.elapsed() >= SETTLE {
                return Ok(());
            }
        }
    }

    /// The mean of the whole loop and each query's time, in nanoseconds.
    fn time_pass(&mut self, ef: usize) -> Result<(f64, Vec<u64>), Failure> {
        let Self { job, index, scratch, queries, found, .. } = self;
        let mut latencies = vec![0; job.queries];
        let timed = queries.chunks_exact(job.dimensions).zip(found.chunks_exact_mut(job.k)).zip(&mut latencies);
        let start = Instant::now();
        for ((query, found), latency) in timed {
            let before = Instant::now();
            let hits = index.search(scratch, query, job.k, ef, Mode::Auto)?;
            found.iter_mut().zip(hits).for_each(|(slot, hit)| *slot = hit.slot);
            *latency = before.elapsed().as_nanos() as u64;
        }
        let mean = start.elapsed().as_nanos() as f64 / job.queries as f64;
        latencies.sort_unstable();
        Ok((mean, latencies))
    }

    fn point(&mut self, ef: usize) -> Result<Point, Failure> {
        self.warm_up(ef)?;
        let before = self.scratch.evaluations();
        let mut passes = (0..self.job.passes).map(|_| self.time_pass(ef)).collect::<Result<Vec<_>, _>>()?;
        let distances = self.scratch.evaluations() - before;
        passes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mean, latencies) = &passes[(passes.len() - 1) / 2];
        let (k, count) = (self.job.k, self.job.queries);
        let hits = self
            .found
            .chunks_exact(k)
            .zip(self.truth.chunks_exact(k))
            .map(|(found, truth)| truth.iter().filter(|&&row| found.contains(&(row as u32))).count());
        let recall = hits.sum::<usize>() as f64 / (count * k) as f64;
        let percentile = |share: f64| {
            let rank = (share * count as f64 - 1e-9).ceil().max(1.0) as usize;
            latencies[rank - 1] as f64 / 1e3
        };
        let json = format!(
            r#"{{"ef":{ef},"recall":{recall},"meanUs":{},"p50Us":{},"p95Us":{},"p99Us":{},"distances":{}}}"#,
            mean / 1e3,
            percentile(0.5),
            percentile(0.95),
            percentile(0.99),
            distances as f64 / (self.job.passes * count) as f64
        );
        Ok(Point { recall, json })
    }
}

fn main() -> Result<(), Failure> {
    let job = Job::parse(std::env::args().skip(1))?;
    let folder = Path::new(&job.folder);
    let base = floats(&folder.join("base.f32"), job.n * job.dimensions)?;
    let queries = floats(&folder.join("queries.f32"), usize::MAX)?;
    let truth = words(&folder.join("truth.i32"), job.queries * job.k)?.into_iter().map(i32::from_le_bytes).collect();
    println!(r#"{{"type":"progress","progress":{{"type":"loaded"}}}}"#);

    let before = resident_bytes();
    let start = Instant::now();
    let index = build(&job, &base)?;
    let seconds = start.elapsed().as_secs_f64();
    let memory = before.zip(resident_bytes()).map_or("null".into(), |(before, after)| (after - before).to_string());
    let n = job.n;
    println!(r#"{{"type":"progress","progress":{{"type":"build","done":{n},"total":{n},"seconds":{seconds}}}}}"#);
    drop(base);

    let found = vec![0; job.queries * job.k];
    let mut run = Run { job, index, scratch: Scratch::default(), queries, truth, found };
    run.settle()?;
    let mut points = Vec::new();
    for ef in run.job.efs.clone() {
        let point = run.point(ef)?;
        println!(r#"{{"type":"progress","progress":{{"type":"point","point":{}}}}}"#, point.json);
        points.push(point.json);
        if point.recall >= run.job.stop {
            break;
        }
    }
    println!(
        r#"{{"type":"measured","system":"edgevec","measured":{{"variant":"{}, the crate","buildSeconds":{seconds},"rowsPerSecond":{},"memoryBytes":{memory},"points":[{}]}}}}"#,
        run.job.precision,
        n as f64 / seconds,
        points.join(",")
    );
    Ok(())
}

fn build(job: &Job, base: &[f32]) -> Result<Index, Failure> {
    let mut index = Index::new(job.options)?;
    let mut slots = Vec::new();
    for part in base.chunks(PART * job.dimensions) {
        index.commit(part, &mut slots)?;
        index.link(u32::MAX);
        for &slot in &slots {
            index.publish(slot);
        }
    }
    Ok(index)
}

fn words(path: &Path, most: usize) -> Result<Vec<[u8; 4]>, Failure> {
    let bytes = fs::read(path)?;
    Ok(bytes.as_chunks().0.iter().take(most).copied().collect())
}

fn floats(path: &Path, most: usize) -> Result<Vec<f32>, Failure> {
    Ok(words(path, most)?.into_iter().map(f32::from_le_bytes).collect())
}

/// The resident memory of this process. `None` if the system does not tell.
fn resident_bytes() -> Option<u64> {
    let pages = fs::read_to_string("/proc/self/statm").ok()?.split_whitespace().nth(1)?.parse::<u64>().ok()?;
    Some(pages * 4096)
}
