//! Peak memory of the simulator, by the number of trials.

use super::Plan;
use crate::measure::Spread;
use crate::ours;
use crate::table::{Row, Section, Target, count};
use std::error::Error;
use std::path::Path;
use std::process::Command;

/// First argument of the child process that does one run.
pub const CHILD: &str = "--peak-memory-of";

const STATUS: &str = "/proc/self/status";

pub fn measure(plan: &Plan) -> Result<Option<Section>, Box<dyn Error>> {
    let mut section = Section {
        title: "Peak memory",
        note: String::new(),
        rows: Vec::new(),
    };
    if !Path::new(STATUS).exists() {
        section.note = format!("This system has no {STATUS}: nothing to measure.");
        return Ok(Some(section));
    }
    let sizes: &[u64] = if plan.quick {
        &[100_000, 1_000_000]
    } else {
        &[100_000, 1_000_000, 10_000_000]
    };
    let mut peaks = Vec::new();
    for trials in sizes {
        let peak = peak_of_child(plan, *trials)?;
        peaks.push(peak);
        section.rows.push(Row::new(
            format!("{} trials", count(*trials as f64)),
            Spread::of(&[peak]),
            " MiB",
            Target::None,
        ));
    }
    let all = Spread::of(&peaks);
    section.rows.push(Row::new(
        "most / least",
        Spread::of(&[all.most / all.least]),
        "",
        Target::AtMost(1.1),
    ));
    section.note = "A process of its own for each run of the reference model with its whole result, on all cores; VmHWM.".into();
    if plan.quick {
        section
            .note
            .push_str(" Ten million trials are left out (--quick).");
    }
    Ok(Some(section))
}

/// Peak memory in MiB of a process that does one run.
fn peak_of_child(plan: &Plan, trials: u64) -> Result<f64, Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?)
        .arg(CHILD)
        .arg(trials.to_string())
        .arg(plan.bench("reference.json"))
        .output()?;
    if !output.status.success() {
        return Err(format!(
            "the run of {trials} trials failed: {}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse::<f64>()? / 1024.0)
}

/// What the child does: runs a scenario and prints its own peak memory in KiB.
///
/// # Errors
/// Arguments other than a number of trials and a file, or no peak to be read.
pub fn child(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [trials, file] = arguments else {
        return Err("the child needs a number of trials and a file".into());
    };
    let study = ours::open(Path::new(file))?;
    let result = ours::run(&study, trials.parse()?, 1, 0);
    let status = std::fs::read_to_string(STATUS)?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or("no VmHWM")?;
    // The result is kept until here, as whoever prints it does.
    assert!(!result.outcomes.is_empty());
    println!("{peak}");
    Ok(())
}
