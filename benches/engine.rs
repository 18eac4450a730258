//! What trials cost: simulation alone, without opening the scenario and without reading estimates
//! off.
//!
//! `cargo bench -p benches --bench engine`; throughput is trials per second on one core.

mod shared;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quincunx::Silent;
use quincunx::engine::simulate;
use shared::{SCENARIOS, open, settings};
use std::hint::black_box;

/// Whole blocks, so that no trial is simulated that is not counted.
const TRIALS: u64 = 4096;

fn trials(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("simulate");
    group
        .sample_size(20)
        .throughput(Throughput::Elements(TRIALS));
    for (name, path) in SCENARIOS {
        let study = open(path);
        let settings = settings(&study, TRIALS);
        group.bench_function(name, |bencher| {
            bencher.iter(|| simulate(black_box(&study.program), &settings, &Silent));
        });
    }
    group.finish();
}

criterion_group!(benches, trials);
criterion_main!(benches);
