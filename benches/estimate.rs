//! What it costs to read estimates off a summary, and to write them: once a run, whatever the
//! number of trials.
//!
//! `cargo bench -p benches --bench estimate`.

mod shared;

use criterion::{Criterion, criterion_group, criterion_main};
use quincunx::Silent;
use quincunx::engine::simulate;
use quincunx::report::json;
use shared::{SCENARIOS, open, settings};
use std::hint::black_box;

const TRIALS: u64 = 16_384;

fn results(criterion: &mut Criterion) {
    for (name, path) in &SCENARIOS[..2] {
        let study = open(path);
        let summary = simulate(&study.program, &settings(&study, TRIALS), &Silent)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let result = study.result(&summary);
        let mut group = criterion.benchmark_group(*name);
        group.sample_size(20);
        group.bench_function("read off", |bencher| {
            bencher.iter(|| study.result(black_box(&summary)));
        });
        group.bench_function("write JSON", |bencher| {
            bencher.iter(|| json::write(&mut std::io::sink(), black_box(&result)));
        });
        group.finish();
    }
}

criterion_group!(benches, results);
criterion_main!(benches);
