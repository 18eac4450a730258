//! What a user waits for, from the file to the table, within one process: a run, and a comparison
//! of two scenarios.
//!
//! `cargo bench -p benches --bench end_to_end`. Whole processes are measured by `benches/ratios`.

mod shared;

use criterion::{Criterion, criterion_group, criterion_main};
use quincunx::report::csv;
use quincunx::{Silent, compare};
use shared::{open, settings};

const TRIALS: u64 = 10_000;
const BASE: &str = "tests/fixtures/scenarios/large.json";
const OTHER: &str = "tests/fixtures/scenarios/large_election_pause.json";

fn files_to_tables(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("end to end");
    group.sample_size(10);
    group.bench_function("run", |bencher| {
        bencher.iter(|| {
            let study = open(BASE);
            let result = study
                .run(&settings(&study, TRIALS), &Silent)
                .unwrap_or_else(|error| panic!("{error}"));
            csv::write_run(&mut std::io::sink(), &result, csv::Layout::default())
        });
    });
    group.bench_function("compare", |bencher| {
        bencher.iter(|| {
            let (base, other) = (open(BASE), open(OTHER));
            let settings = settings(&base, TRIALS);
            compare(&[&base, &other], &settings, &Silent)
        });
    });
    group.finish();
}

criterion_group!(benches, files_to_tables);
criterion_main!(benches);
