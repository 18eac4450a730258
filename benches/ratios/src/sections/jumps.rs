//! Models of jumps alone on one core: the simulator against rebop's run-time interface and a loop
//! written by hand.

use super::Plan;
use crate::jumps::{Ends, birth_death_by_hand, birth_death_by_rebop, sir_by_hand, sir_by_rebop};
use crate::measure::{Contestant, take_turns};
use crate::ours;
use crate::table::{Row, Section, Target};
use std::error::Error;
use std::hint::black_box;

const TRAJECTORIES: usize = 20_000;

type Program = fn(usize, u64) -> Ends;

pub fn measure(plan: &Plan) -> Result<Option<Section>, Box<dyn Error>> {
    const MODELS: [(&str, &str, Program, Program); 2] = [
        (
            "birth-death",
            "birth_death.json",
            birth_death_by_rebop,
            birth_death_by_hand,
        ),
        ("SIR", "sir.json", sir_by_rebop, sir_by_hand),
    ];
    let mut rows = Vec::new();
    for (name, file, by_rebop, by_hand) in MODELS {
        let study = ours::open(&plan.bench(file))?;
        let size = plan.size(TRAJECTORIES);
        let other = |program: Program| {
            move |seed| {
                black_box(program(size, seed));
                size as f64
            }
        };
        let rates = take_turns(
            plan.rounds(),
            vec![
                Contestant::new("ours", |seed| ours::trials(&study, size as u64, seed, 1)),
                Contestant::new("rebop", other(by_rebop)),
                Contestant::new("hand loop", other(by_hand)),
            ],
        );
        for (i, target) in [(1, Target::AtLeast(1.0)), (2, Target::None)] {
            let mut row = Row::ratio(&rates[0], &rates[i], "trajectories/s", target);
            row.what = format!("{name}: {}", row.what);
            if i == 2 {
                row.detail.push_str("; parity is the goal");
            }
            rows.push(row);
        }
    }
    Ok(Some(Section {
        title: "Jumps alone, one core",
        note: "Exact trajectories to a fixed time; rebop by its run-time interface. The others keep the last state, the simulator reports all it usually does.".into(),
        rows,
    }))
}
