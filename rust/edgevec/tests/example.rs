//! The example of the guide runs, on fewer vectors.

#[path = "../examples/search_and_save.rs"]
#[allow(dead_code, reason = "the arguments of the command")]
mod search_and_save;

#[test]
fn the_example_runs() {
    search_and_save::run(&search_and_save::made(2_600, 48), 48).unwrap();
}

#[test]
fn vectors_of_another_size_are_refused() {
    for dimensions in [0, 7, 48_000] {
        assert!(search_and_save::run(&[0.5; 48], dimensions).is_err(), "{dimensions}");
    }
    assert!(search_and_save::run(&[0.5; 48], 48).is_err(), "too few for the queries");
}
