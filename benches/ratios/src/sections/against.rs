//! This build against another binary, such as that of an earlier commit.

use super::Plan;
use super::startup::{binary, whole_process};
use crate::measure::{Contestant, take_turns};
use crate::table::{Row, Section, Target};
use std::error::Error;
use std::path::{Path, PathBuf};

/// Trials of one turn.
const TRIALS: usize = 20_480;

/// Whole processes of both, turn by turn, on scenarios that both can read.
///
/// # Errors
/// If a binary is missing or no scenario runs in both.
pub fn measure(plan: &Plan, other: &Path) -> Result<Section, Box<dyn Error>> {
    if !other.is_file() {
        return Err(format!("{} is not a file", other.display()).into());
    }
    let own = binary(&plan.root)?;
    let trials = plan.size(TRIALS);
    let told = trials.to_string();
    let arguments = ["run", "--trials", &told, "--threads", "1", "--quiet"];
    let scenarios: [(&str, PathBuf); 5] = [
        ("the shipped baseline", plan.scenario("baseline.json")),
        ("the large scenario", plan.large()),
        ("the reference model", plan.bench("reference.json")),
        ("birth–death", plan.bench("birth_death.json")),
        ("SIR", plan.bench("sir.json")),
    ];
    let mut rows = Vec::new();
    for (name, scenario) in &scenarios {
        if whole_process(other, &["check"], scenario).is_err() {
            continue;
        }
        let run = |binary: &Path| {
            whole_process(binary, &arguments, scenario).map_or(f64::NAN, |()| trials as f64)
        };
        let rates = take_turns(
            plan.rounds(),
            vec![
                Contestant::new("this build", |_| run(&own)),
                Contestant::new("the other", |_| run(other)),
            ],
        );
        let mut row = Row::ratio(&rates[0], &rates[1], "trials/s", Target::None);
        row.what = format!("{name}: this build / the other");
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(format!("{} reads none of the scenarios", other.display()).into());
    }
    Ok(Section {
        title: "This build against another",
        note: format!(
            "Whole processes of `run` with {told} trials on one thread, output discarded. The other is {}. Scenarios that it cannot read are left out.",
            other.display()
        ),
        rows,
    })
}
