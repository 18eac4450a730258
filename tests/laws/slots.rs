//! Where formulas of a compiled program read and write.

use crate::harness::below_tests;
use quincunx::Study;

/// Formulas are compiled with temporary slots, numbered from 2²⁴ on, which are placed behind the
/// others once all are known. A formula that is left out would read where no batch has a column.
#[test]
fn no_formula_keeps_a_temporary_slot() {
    let folder = below_tests("../scenarios");
    let files = std::fs::read_dir(&folder).expect("the scenarios");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.push(below_tests("fixtures/example.jsonc"));
    assert!(paths.len() > 5);
    let temporary = 1 << 24..(1 << 24) + 10_000;
    for path in paths {
        let study = Study::open(&path, &[]).expect("a valid scenario");
        // All of it, whether or not a list of formulas leads there.
        let told = format!("{:?}", study.program);
        let numbers = told.split(|c: char| !c.is_ascii_digit() && c != '.');
        let left: Vec<u64> = (numbers.filter_map(|number| number.parse().ok()))
            .filter(|number| temporary.contains(number))
            .collect();
        assert_eq!(left, [0_u64; 0], "{}", path.display());
    }
}
