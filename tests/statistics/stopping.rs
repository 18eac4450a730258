//! Runs that end when they are precise enough (`--until`): what is stated then is not better than
//! it is for having been looked at, and a run does not go on for want of a look.

use quincunx::engine::{CAUTION, Counting, Settings, Silent, Tally, drive};
use quincunx::estimate::{HitTable, Merge, Proportion, REPLICATES, groups};
use quincunx::random::{Seed, Site, TrialId};

const TRIALS_PER_DRAW: usize = 8;

/// Nothing is summed as floats.
struct Nothing;

impl Merge for Nothing {
    fn merge(self, _: Self) -> Self {
        self
    }
}

/// Counts of one event; there are no quantities, and so no bins to learn.
struct Hits(HitTable);

impl Counting for Hits {
    fn tallies(&mut self) -> Vec<&mut Tally> {
        Vec::new()
    }

    fn rehearse(&mut self) {}
}

/// A run whose draws have chances spread evenly over (0.1, 0.5), ended at this standard error: what
/// is stated of it, and its blocks.
fn run(seed: u64, target: f64) -> (Proportion, u64) {
    let site = Site::new(Seed(seed), "stopping");
    let new_worker = || Hits(HitTable::new(TRIALS_PER_DRAW, groups(TRIALS_PER_DRAW), 1));
    let work = |counted: &mut Hits, block: u64| -> Result<Nothing, ()> {
        for replicate in 0..REPLICATES {
            let draw = block as u32 * REPLICATES as u32 + replicate as u32;
            let uniform = |trial| site.uniform(TrialId { draw, trial }, 0);
            let chance = 0.1 + 0.4 * uniform(TRIALS_PER_DRAW as u32);
            let group = TRIALS_PER_DRAW / groups(TRIALS_PER_DRAW);
            let mut hits = vec![0; groups(TRIALS_PER_DRAW)];
            for trial in 0..TRIALS_PER_DRAW {
                hits[trial / group] += u32::from(uniform(trial as u32) < chance);
            }
            counted.0.add_draw(replicate, &hits);
        }
        Ok(Nothing)
    };
    let precise = |counted: &[Hits]| counted[0].0.estimate().std_error;
    let settings = Settings::new(1, None, seed)
        .threads(1)
        .trials_per_draw(TRIALS_PER_DRAW as u32)
        .blocks(100_000)
        .until(Some(target));
    let done = drive(&settings, &Silent, &new_worker, &work, &precise).expect("no faults");
    assert!(done.stopped_by_precision && !done.interrupted);
    (done.workers[0].0.estimate().widened(CAUTION), done.blocks)
}

fn hold(repeats: u64) -> String {
    let mut told = String::new();
    // Variance of a draw's share: 0.16 / 12 between draws, E p(1 - p) / 8 inside them.
    let inside = (0.3 - 0.09 - 0.16 / 12.0) / TRIALS_PER_DRAW as f64;
    let of_draw = 0.16 / 12.0 + inside;
    for blocks in [12.0, 25.0, 60.0] {
        let target = (of_draw / (blocks * REPLICATES as f64)).sqrt();
        let (mut missed, mut squares, mut stated, mut used, mut reached) = (0, 0.0, 0.0, 0.0, 0.0);
        let n = repeats as f64;
        for seed in 0..repeats {
            let (found, taken) = run(seed, target);
            let error = found.probability - 0.3;
            assert!(found.std_error <= target);
            missed += u64::from(!(found.ci95[0] <= 0.3 && 0.3 <= found.ci95[1]));
            squares += error * error;
            stated += found.std_error * found.std_error;
            used += taken as f64 / blocks / n;
            reached += found.std_error / target / n;
        }
        let share = missed as f64 / n;
        let honest = (stated / squares).sqrt();
        told += &format!(
            "| {blocks} | {:.1} | {honest:.2} | {reached:.2} | {used:.2} |\n",
            100.0 * (1.0 - share)
        );
        let slack = 3.5 * (0.05 * 0.95 / n).sqrt();
        assert!(
            share < 0.05 + slack && share > 0.03 - slack,
            "{blocks} blocks: {share} of the intervals miss"
        );
        // One factor for all sizes.
        let slack = 4.0 * (0.55 / n).sqrt();
        assert!(
            (honest - 0.97).abs() < 0.03 + slack,
            "{blocks} blocks: {honest} of the actual error is stated"
        );
        // A quarter more than needed at most, on average half of it, and the square of the caution.
        assert!(
            reached > 0.85 && used < 1.5,
            "{blocks} blocks: {reached} of the target, {used} of the trials"
        );
    }
    told
}

#[test]
fn what_is_stated_of_a_run_that_stopped_itself_is_true() {
    hold(3000);
}

#[test]
#[ignore = "ten times the size: cargo test --release -- --ignored big_"]
fn big_what_is_stated_of_a_run_that_stopped_itself_is_true() {
    println!("{}", hold(30_000));
}
