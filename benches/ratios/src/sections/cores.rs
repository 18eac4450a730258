//! Two cores against one.

use super::Plan;
use crate::batched;
use crate::measure::{Contestant, Spread, take_turns};
use crate::ours;
use crate::table::{Row, Section, Target};
use std::error::Error;

/// Trials of one turn on one core; two cores get twice as many.
const TRIALS: usize = 150_000;

pub fn measure(plan: &Plan) -> Result<Option<Section>, Box<dyn Error>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut rows = Vec::new();
    if cores >= 2 {
        let study = ours::open(&plan.bench("reference.json"))?;
        let trials = plan.size(TRIALS) as u64;
        let size = plan.size(TRIALS);
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let (one, two) = (pool(1)?, pool(2)?);
        let by_hand = |trials, seed, pool: &rayon::ThreadPool| {
            pool.install(|| batched::run(trials, seed).trials as f64)
        };
        let rates = take_turns(
            plan.rounds(),
            vec![
                Contestant::new("two cores", |seed| {
                    ours::trials(&study, 2 * trials, seed, 2)
                }),
                Contestant::new("one", |seed| ours::trials(&study, trials, seed, 1)),
                Contestant::new("by hand, two cores", |seed| by_hand(2 * size, seed, &two)),
                Contestant::new("one", |seed| by_hand(size, seed, &one)),
            ],
        );
        rows.push(Row::ratio(
            &rates[0],
            &rates[1],
            "trials/s",
            Target::AtLeast(1.9),
        ));
        rows.push(Row::ratio(&rates[2], &rates[3], "trials/s", Target::None));
        // On a busy machine the second core is not there all the time: the best round says what the
        // program can do.
        let best = |i: usize| Spread::of(&rates[i].per_second).most;
        rows.push(Row::new(
            "best round of each",
            Spread::of(&[best(0) / best(1)]),
            "",
            Target::None,
        ));
    }
    let note = if cores < 2 {
        "This machine has one core: nothing to measure.".to_string()
    } else {
        format!(
            "The simulator on the reference model; the machine has {cores} cores. The batched program, whose threads share nothing, says what the second core is worth."
        )
    };
    Ok(Some(Section {
        title: "Two cores against one",
        note,
        rows,
    }))
}
