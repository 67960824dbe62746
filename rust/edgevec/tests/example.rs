//! The example of the guide runs, on fewer vectors.

#[path = "../examples/search_and_save.rs"]
#[allow(dead_code, reason = "the arguments of the command")]
mod search_and_save;

#[test]
fn the_example_runs() {
    search_and_save::run(&search_and_save::made(2_600, 48), 48).unwrap();
}
