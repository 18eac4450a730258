//! What it costs to make a scenario ready, stage by stage: reading and decoding the file, finding
//! out what it means, compiling it.
//!
//! `cargo bench -p benches --bench compile`.

mod shared;

use criterion::{Criterion, criterion_group, criterion_main};
use quincunx::model::build;
use quincunx::program::compile;
use quincunx::scenario::load;
use shared::{SCENARIOS, file};
use std::hint::black_box;

fn stages(criterion: &mut Criterion) {
    for (name, path) in SCENARIOS {
        let path = file(path);
        let mut group = criterion.benchmark_group(name);
        let read = || load(black_box(&path), &[]);
        let Ok(loaded) = read() else {
            panic!("{}: it has faults", path.display())
        };
        let Ok(built) = build(&loaded) else {
            panic!("{}: its meaning has faults", path.display())
        };
        group.bench_function("load", |bencher| bencher.iter(read));
        group.bench_function("build", |bencher| {
            bencher.iter(|| build(black_box(&loaded)))
        });
        group.bench_function("compile", |bencher| {
            bencher.iter(|| compile(black_box(&built.model)));
        });
        group.finish();
    }
}

criterion_group!(benches, stages);
criterion_main!(benches);
