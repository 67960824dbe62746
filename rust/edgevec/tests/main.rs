//! All tests of the public interface, as modules of a single program: each program takes its time
//! to compile and to link. Only tests that read files of the repository are another program.

#[path = "support/copies.rs"]
mod hard_copies;
#[path = "support/hard.rs"]
mod hard_rows;
mod support;

mod calibration;
mod coded_again;
mod copies;
mod edge_cases;
mod example;
mod filtered;
mod guard;
mod hard_data;
mod precision;
mod recall;
mod removed;
mod sketches;
mod snapshot;

#[test]
fn every_file_of_tests_is_a_module_of_this_program() {
    let declared = include_str!("main.rs");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        let is_program = ["main", "repository"].contains(&module);
        assert!(is_program || declared.contains(&format!("mod {module};")), "{name} is in no program");
    }
}
