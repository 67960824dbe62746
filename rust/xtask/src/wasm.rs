//! Builds every wasm file into a folder of `target/`: `<variant>.wasm`, the same packed as
//! `<variant>.wasm.gz`, and the glue.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::glue;
use crate::panics;
use crate::toolchain::{self, Toolchain};

#[derive(Clone, Copy)]
struct Variant {
    name: &'static str,
    /// Passed to rustc as target features.
    features: &'static str,
    /// Passed to wasm-opt. wasm-opt must know the features of the module.
    enable: &'static [&'static str],
}

/// The engine of vectors, in no order. `ts/src/engine/variants.ts` has the order of preference.
const VARIANTS: &[Variant] = &[
    Variant { name: "simd128", features: "+simd128", enable: &["--enable-simd"] },
    Variant {
        name: "relaxed-simd",
        features: "+simd128,+relaxed-simd",
        enable: &["--enable-simd", "--enable-relaxed-simd"],
    },
];

/// The engine of text search. The packed numbers of its lists gain nothing by relaxed SIMD.
const TEXT: Variant = Variant { name: "text", ..VARIANTS[0] };

/// The features of every engine with simd128 (Safari 16.4, Chrome 91, Firefox 89), and of rustc's
/// default target.
const BASELINE: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// A build, and its folder.
pub struct Build {
    folder: &'static str,
    engines: &'static [Engine],
    /// Whether apps load the build, so that bytes count.
    is_small: bool,
}

/// Wasm files that share their glue.
struct Engine {
    /// Cargo's features of `edgevec-wasm`.
    features: &'static str,
    variants: &'static [Variant],
    /// The name of the glue.
    glue: &'static str,
    /// The names that the glue gives.
    names: &'static [&'static str],
}

/// The names in the glue of the engine of vectors.
const VECTORS: &[&str] = &["Engine", "EngineRestore", "abiVersion", "init", "initSync"];

/// The build in the package.
pub const PACKAGE: Build = Build {
    folder: "edgevec-wasm",
    engines: &[
        Engine { features: "vectors", variants: VARIANTS, glue: "bindings", names: VECTORS },
        Engine {
            features: "text",
            variants: &[TEXT],
            glue: "text-bindings",
            names: &["Texts", "init", "textAbiVersion"],
        },
    ],
    is_small: true,
};
/// For `npm run bench:kernels`, and for the comparison of kernels with their formulas.
pub const BENCH: Build = Build {
    folder: "edgevec-wasm-bench",
    engines: &[Engine { features: "bench", variants: VARIANTS, glue: "bindings", names: VECTORS }],
    is_small: false,
};

pub fn build(build: &Build) -> Result<()> {
    let toolchain = Toolchain::find()?;
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask is in the workspace")?;
    let output = workspace.join("target").join(build.folder);
    fs::create_dir_all(&output)?;
    for engine in build.engines {
        let mut shared: Option<(String, String)> = None;
        for variant in engine.variants {
            let compiled = compile(&toolchain, workspace, engine, variant)?;
            let mut bindings = Bindgen::new();
            bindings.input_path(compiled).out_name("edgevec").web(true)?;
            bindings.omit_default_module_path(true).typescript(true).remove_producers_section(true);
            let mut bindings = bindings.generate_output()?;
            let types = glue::declarations(bindings.ts().context("declarations")?, engine.names)?;
            let glue = (glue::factory(bindings.js())?, types);
            ensure!(*shared.get_or_insert_with(|| glue.clone()) == glue, "variants differ in their glue");
            if build.is_small {
                panics::strip(bindings.wasm_mut())?;
            }
            let bound = output.join(format!("{}.bound.wasm", variant.name));
            fs::write(&bound, bindings.wasm_mut().emit_wasm())?;
            let optimised = output.join(format!("{}.wasm", variant.name));
            optimise(workspace, variant, &bound, &optimised)?;
            fs::remove_file(bound)?;
            if build.is_small {
                pack(&optimised)?;
            }
        }
        let (module, types) = shared.context("there is at least one variant")?;
        fs::write(output.join(format!("{}.js", engine.glue)), module)?;
        fs::write(output.join(format!("{}.d.ts", engine.glue)), types)?;
    }
    Ok(())
}

fn compile(toolchain: &Toolchain, workspace: &Path, engine: &Engine, variant: &Variant) -> Result<PathBuf> {
    let mut flags = vec!["-C".into(), format!("target-feature={}", variant.features)];
    // Measured: 2.6 % fewer bytes than rustc's own threshold at opt-level 3, and queries and builds
    // as fast.
    flags.extend(["-C".into(), "llvm-args=-inline-threshold=75".into()]);
    // Panic messages name files, without the folders of the machine that builds.
    if let Some(home) = toolchain::cargo_home() {
        flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
    }
    // A folder a variant: otherwise each build would undo the cache of the other.
    let target = workspace.join("target").join(format!("wasm-{}", variant.name));
    let mut cargo = toolchain.cargo_build(&flags);
    cargo.current_dir(workspace).args(["--release", "--package", "edgevec-wasm", "--lib", "--no-default-features"]);
    cargo.args(["--features", engine.features, "--target-dir"]).arg(&target);
    run(&mut cargo, "cargo")?;
    Ok(target.join("wasm32-unknown-unknown/release/edgevec_wasm.wasm"))
}

fn optimise(workspace: &Path, variant: &Variant, from: &Path, to: &Path) -> Result<()> {
    let wasm_opt = workspace.join("../node_modules/binaryen/bin/wasm-opt");
    ensure!(wasm_opt.exists(), "wasm-opt comes with the npm dependencies: run `npm run setup`");
    let mut command = Command::new("node");
    command.arg(wasm_opt).arg("-O3").args(BASELINE).args(variant.enable).arg(from).arg("-o").arg(to);
    run(&mut command, "wasm-opt")
}

/// Writes `<variant>.wasm.gz` beside `<variant>.wasm`, for the package. Zopfli takes seconds and
/// makes the file 4 % smaller than gzip's best level does.
fn pack(wasm: &Path) -> Result<()> {
    let mut packed = Vec::new();
    zopfli::compress(zopfli::Options::default(), zopfli::Format::Gzip, fs::read(wasm)?.as_slice(), &mut packed)?;
    Ok(fs::write(wasm.with_extension("wasm.gz"), packed)?)
}

/// Whether the kernels of every variant agree with their formulas, in Node.
pub fn check_kernels() -> Result<()> {
    build(&BENCH)?;
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = xtask.parent().context("xtask is in the workspace")?.join("target").join(BENCH.folder);
    let mut node = Command::new("node");
    node.arg(xtask.join("src/kernels.mjs")).arg(folder).args(VARIANTS.iter().map(|variant| variant.name));
    run(&mut node, "the comparison of kernels")
}

fn run(command: &mut Command, name: &str) -> Result<()> {
    let status = command.status().with_context(|| format!("{name} could not be started"))?;
    ensure!(status.success(), "{name} failed: {status}");
    Ok(())
}
