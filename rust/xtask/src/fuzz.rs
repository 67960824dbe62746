//! Runs the fuzz targets with stable Rust, as cargo-fuzz would, without installing cargo-fuzz.
//! `fuzz/src/lib.rs` explains the use.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// The targets, and the number of inputs beyond the corpus: some seconds for each target.
const TARGETS: &[(&str, u64)] = &[("header", 50_000), ("snapshot", 500), ("filtered", 300)];

/// The flags of cargo-fuzz: coverage of edges and comparisons for libFuzzer.
const FLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "-Cdebug-assertions",
    "-Coverflow-checks",
    "--cfg=fuzzing",
];

/// Memory errors, for the few lines that are unsafe.
const SANITIZER: &str = "-Zsanitizer=address";

pub fn run(arguments: &[String]) -> Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask is in the workspace")?;
    let folder = workspace.join("fuzz");
    let (runs, finding) = match arguments {
        [] => (None, None),
        [option, runs] if option == "--runs" => (Some(runs.parse::<u64>().context("--runs takes a number")?), None),
        [file] => (None, Some(Path::new(file).canonicalize().with_context(|| format!("no file {file}"))?)),
        _ => bail!("usage: cargo xtask fuzz [--runs N | FILE]"),
    };
    let host = host()?;
    let target = workspace.join("target/fuzz");
    let mut cargo = Command::new("cargo");
    cargo.current_dir(&folder).args(["build", "--release", "--locked", "--target", &host, "--target-dir"]).arg(&target);
    let mut flags = FLAGS.to_vec();
    if has_sanitizer()? {
        flags.push(SANITIZER);
    } else {
        println!("This toolchain comes without the address sanitizer: memory errors show only where they crash.");
    }
    cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    succeed(&mut cargo, "cargo")?;
    for &(name, usual) in TARGETS {
        let (corpus, artifacts) = (folder.join("corpus").join(name), folder.join("artifacts").join(name));
        fs::create_dir_all(&artifacts)?;
        let mut fuzzer = Command::new(target.join(&host).join("release").join(name));
        match &finding {
            Some(file) if file.starts_with(&artifacts) || file.starts_with(&corpus) => fuzzer.arg(file),
            Some(_) => continue,
            None => {
                // A longer run keeps the inputs that find new paths, and continues from these
                // inputs. The usual run begins from the corpus, so that every run is the same.
                let found = target.join("corpus").join(name);
                if runs.is_none() && found.exists() {
                    fs::remove_dir_all(&found)?;
                }
                fs::create_dir_all(&found)?;
                fuzzer.arg(format!("-runs={}", runs.unwrap_or(usual)));
                fuzzer.args([
                    "-seed=1",
                    "-max_len=4096",
                    "-len_control=0",
                    "-rss_limit_mb=1024",
                    // Far above any input on a busy machine. A hang takes forever.
                    "-timeout=60",
                    "-print_final_stats=1",
                ]);
                fuzzer.arg(format!("-artifact_prefix={}/", artifacts.display()));
                fuzzer.arg(found).arg(corpus)
            }
        };
        succeed(&mut fuzzer, name)?;
    }
    Ok(())
}

/// The target triple of this machine. Named, so that build scripts and macros are built without the
/// flags.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc could not be started")?;
    let version = String::from_utf8(output.stdout)?;
    Ok(version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names its host")?.to_owned())
}

/// Sanitizers are unstable in name only. The stable toolchains of rustup bring the runtime.
/// Toolchains of distributions may lack the runtime.
fn has_sanitizer() -> Result<bool> {
    let output =
        Command::new("rustc").args(["--print", "target-libdir"]).output().context("rustc could not be started")?;
    let folder = String::from_utf8(output.stdout)?;
    let mut files = fs::read_dir(folder.trim())?.filter_map(Result::ok);
    Ok(files.any(|file| file.file_name().to_string_lossy().contains("rt.asan")))
}

fn succeed(command: &mut Command, name: &str) -> Result<()> {
    let status = command.status().with_context(|| format!("{name} could not be started"))?;
    ensure!(status.success(), "{name} failed: {status}");
    Ok(())
}
