//! The bytes of a result are a function of scenario, seed and counts: of nothing else.

use super::faults::fragile;
use super::rich;
use crate::harness::{open, settings, study};
use quincunx::engine::{Observer, Setup, Silent, TrialRows, Worker};
use quincunx::math::width::Width;
use quincunx::results::RunResult;
use std::sync::Mutex;
use std::time::Duration;

fn text(result: &RunResult) -> String {
    serde_json::to_string(result).expect("a result is plain data")
}

#[test]
fn one_two_and_seven_threads_give_the_same_bytes() {
    let study = study(&rich());
    let with = |threads: usize| {
        let settings = settings(&study, 9_000, 11).threads(threads);
        text(&study.run(&settings, &Silent).expect("a run"))
    };
    let one = with(1);
    assert!(one.len() > 10_000);
    for threads in [2, 7] {
        assert!(one == with(threads), "{threads} threads");
    }
}

/// Whatever vector unit a machine has: the plain one has neither vectors nor a fused multiply-add.
#[test]
fn every_vector_width_gives_the_same_trials_and_counts() {
    let widths = Width::available();
    for study in [
        study(&rich()),
        open("../benches/reference.json", &[]),
        open("../benches/sir.json", &[]),
    ] {
        let with = |width: Width| {
            let mut setup = Setup::new(&study.program, 14);
            setup.width = width;
            let mut worker = Worker::new(&setup, &settings(&study, 1024, 14));
            let mut rows = TrialRows::default();
            let (node, _) = worker.block(3, Some(&mut rows)).expect("a block");
            assert_eq!(rows.outcome.len(), 1024);
            // As text, in which a missing number equals itself.
            format!("{rows:?} {:?} {node:?}", worker.tally)
        };
        let plain = with(widths[0]);
        for &width in &widths[1..] {
            assert!(plain == with(width), "{width:?}");
        }
    }
}

/// Holds blocks back, so that they finish in an order of the test's choosing.
struct Shuffled {
    /// Milliseconds by block.
    delay: fn(u64) -> u64,
    finished: Mutex<Vec<u64>>,
}

impl Observer for Shuffled {
    fn wants_rows(&self) -> bool {
        true
    }

    fn rows(&self, block: u64, _: TrialRows) {
        std::thread::sleep(Duration::from_millis((self.delay)(block)));
        self.finished.lock().expect("no holder panics").push(block);
    }
}

#[test]
fn the_order_in_which_blocks_finish_changes_no_byte() {
    let study = study(&rich());
    let settings = settings(&study, 7 * 1024, 12).threads(7);
    let plain = text(
        &study
            .run(&settings.clone().threads(1), &Silent)
            .expect("a run"),
    );
    let backwards = |block: u64| 150 * (7 - block);
    let scattered = |block: u64| 150 * (block * 3 % 7);
    let mut orders = Vec::new();
    for delay in [backwards as fn(u64) -> u64, scattered] {
        let observer = Shuffled {
            delay,
            finished: Mutex::default(),
        };
        let result = study.run(&settings, &observer).expect("a run");
        assert!(plain == text(&result));
        orders.push(observer.finished.into_inner().expect("no holder panics"));
    }
    let in_order: Vec<u64> = (0..7).collect();
    assert!(
        orders.iter().all(|order| *order != in_order) && orders[0] != orders[1],
        "blocks did finish in other orders: {orders:?}"
    );
}

#[test]
fn another_seed_gives_other_numbers() {
    let study = study(&rich());
    let with = |seed: u64| {
        study
            .run(&settings(&study, 1024, seed), &Silent)
            .expect("a run")
            .outcomes
    };
    assert_ne!(with(1), with(2));
}

#[test]
fn a_longer_run_begins_with_the_trials_of_a_shorter_one() {
    let study = study(&rich());
    let (_, few) = crate::harness::rows(&study, &settings(&study, 2048, 13));
    let (_, many) = crate::harness::rows(&study, &settings(&study, 4096, 13));
    assert_eq!(few.outcome, many.outcome[..2048]);
    let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(
        bits(few.metric("price_at_end")),
        bits(&many.metric("price_at_end")[..2048])
    );
}

/// With few trials per draw several blocks share a batch: whichever are played with a block, and
/// from whichever a thread begins.
#[test]
fn blocks_that_are_played_together_are_what_each_is_alone() {
    for trials_per_draw in [1, 2, 3] {
        for study in [study(&rich()), study(&fragile(0.02, true))] {
            let settings = settings(&study, 1024, 21).trials_per_draw(trials_per_draw);
            let setup = Setup::new(&study.program, 21);
            let mut going_on = Worker::new(&setup, &settings);
            let mut stopped = 0;
            for block in 0..9 {
                let told = |worker: &mut Worker<'_>| {
                    let mut rows = TrialRows::default();
                    let (node, ended) = worker.block(block, Some(&mut rows)).expect("a block");
                    format!("{rows:?} {ended:?} {node:?}")
                };
                let mut alone = Worker::new(&setup, &settings);
                assert!(told(&mut going_on) == told(&mut alone), "block {block}");
                stopped += alone.tally.stopped;
                assert_eq!(going_on.tally.stopped, stopped);
            }
            assert_eq!(stopped > 0, study.program.events.len() == 2, "{stopped}");
        }
    }
}
