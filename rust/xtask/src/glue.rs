//! Makes the JavaScript of wasm-bindgen into a factory.
//!
//! The glue keeps its wasm instance in a module variable, and a module could only drive a single
//! instance. Each database has an instance of its own: a trap then ends a single database, and
//! closing a database frees its memory. The whole module therefore becomes the body of
//! `createBindings()`.

use anyhow::{Context, Result, ensure};

/// The factory, from the module.
pub fn factory(module: &str) -> Result<String> {
    ensure!(!module.contains("import "), "the glue imports something, so it cannot be wrapped");
    ensure!(
        !module.contains("import.meta"),
        "the glue looks for its wasm by itself, which bundlers follow into nothing"
    );
    let (body, exports) = module.rsplit_once("export {").context("the glue ends with its exports")?;
    let exports = exports.trim().trim_end_matches([';', '}']).replace("__wbg_init as default", "init: __wbg_init");
    let mut names: Vec<&str> = exports.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let mut inner = String::new();
    for line in body.lines() {
        let bare = match line.strip_prefix("export ") {
            Some(declaration) => {
                names.push(name(declaration).with_context(|| format!("an export of an unknown form: {line}"))?);
                declaration
            }
            None => line,
        };
        inner.push_str(bare);
        inner.push('\n');
    }
    names.sort_unstable();
    Ok(format!("export function createBindings() {{\n{inner}return {{ {} }};\n}}\n", names.join(", ")))
}

/// The name in a declaration.
fn name(declaration: &str) -> Option<&str> {
    let rest = declaration.strip_prefix("class ").or_else(|| declaration.strip_prefix("function "))?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

/// The factory's type, behind the module's own declarations.
pub fn declarations(module: &str, names: &[&str]) -> Result<String> {
    let (body, default) =
        module.split_once("export default function __wbg_init").context("the declarations have a default export")?;
    let members: String = names.iter().map(|name| format!("  {name}: typeof {name};\n")).collect();
    Ok(format!(
        "{body}declare function init{default}\n\
         /** A fresh copy of the glue, for one instance. */\n\
         export declare function createBindings(): {{\n{members}}};\n"
    ))
}
