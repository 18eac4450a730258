//! The reference model on one core: the simulator against both hand-written programs.

use super::Plan;
use crate::measure::{Contestant, take_turns};
use crate::table::{Row, Section, Target};
use crate::tally::Findings;
use crate::{agreement, batched, ours, scalar};
use std::error::Error;

/// Trials of one turn, so that all turns take about as long.
const OURS: usize = 150_000;
const SCALAR: usize = 50_000;
const BATCHED: usize = 150_000;
/// Trials of one of the groups in which a program's law is checked first.
const CHECKED: usize = 3200;

pub fn measure(plan: &Plan) -> Result<Option<Section>, Box<dyn Error>> {
    let study = ours::open(&plan.bench("reference.json"))?;
    let checked = |run: fn(usize, u64) -> Findings| {
        agreement::compare(&plan.root, run, 64, plan.size(CHECKED))
    };
    let (slow, fast) = (checked(scalar::run)?, checked(batched::run)?);
    let trials = plan.size(OURS) as u64;
    // The hand-written programs run on the threads of the pool that they are called in.
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let alone = |run: fn(usize, u64) -> Findings, trials, seed| {
        one_core.install(|| run(plan.size(trials), seed).trials as f64)
    };
    let rates = take_turns(
        plan.rounds(),
        vec![
            Contestant::new("ours", |seed| ours::trials(&study, trials, seed, 1)),
            Contestant::new("scalar", |seed| alone(scalar::run, SCALAR, seed)),
            Contestant::new("batched", |seed| alone(batched::run, BATCHED, seed)),
        ],
    );
    let [ours, scalar, batched] = &rates[..] else {
        unreachable!("three contestants")
    };
    const UNIT: &str = "trials/s";
    let goal = "; parity is the goal";
    let mut to_batched = Row::ratio(ours, batched, UNIT, Target::AtLeast(0.65));
    to_batched.detail.push_str(goal);
    Ok(Some(Section {
        title: "Reference model, one core",
        note: format!(
            "All default output of `run`, double precision, one thread. Against the published figures the programs differ by at most {:.1} \
             (scalar, {} numbers) and {:.1} (batched, {}) standard errors.",
            slow.largest, slow.compared, fast.largest, fast.compared
        ),
        rows: vec![
            Row::ratio(ours, scalar, UNIT, Target::AtLeast(3.0)),
            to_batched,
            Row::ratio(batched, scalar, UNIT, Target::None),
        ],
    }))
}
