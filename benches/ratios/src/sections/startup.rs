//! Start-up: what a user waits for, whole processes from start to end.

use super::Plan;
use crate::measure::{Contestant, Spread, take_turns};
use crate::ours;
use crate::table::{Row, Section, Target};
use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub fn measure(plan: &Plan) -> Result<Option<Section>, Box<dyn Error>> {
    let scenario = plan.large();
    let opened = || ours::open(&scenario);
    opened()?;
    let binary = binary(&plan.root);
    let mut contestants = vec![Contestant::new("in process: open and compile", |_| {
        opened().map_or(0.0, |study| study.model.outcomes.len().min(1) as f64)
    })];
    let note = match &binary {
        Ok(_) => {
            "Milliseconds; whole processes of the release binary, output discarded.".to_string()
        }
        Err(error) => format!(
            "Milliseconds. Whole processes are left out: {error}. Build the binary with `cargo build --release`, and say where it is with \
             QUINCUNX=PATH if cargo builds elsewhere than in `target`."
        ),
    };
    if let Ok(binary) = &binary {
        const RUN: [&str; 6] = ["run", "--trials", "10000", "--threads", "1", "--quiet"];
        for (name, arguments) in [
            (
                "`run` of the large scenario, 10,000 trials, one core",
                &RUN[..],
            ),
            ("`check` of the large scenario", &["check"]),
        ] {
            whole_process(binary, arguments, &scenario)?;
            contestants.push(Contestant::new(name, |_| {
                whole_process(binary, arguments, &scenario).map_or(0.0, |()| 1.0)
            }));
        }
    }
    let rounds = if plan.quick { 5 } else { 21 };
    let targets = [Target::None, Target::AtMost(100.0), Target::AtMost(20.0)];
    let rows = take_turns(rounds, contestants)
        .iter()
        .zip(targets)
        .map(|(rates, target)| {
            let Spread {
                median,
                least,
                most,
            } = rates.seconds();
            let milliseconds = Spread {
                median: 1e3 * median,
                least: 1e3 * least,
                most: 1e3 * most,
            };
            Row::new(rates.name, milliseconds, " ms", target)
        })
        .collect();
    Ok(Some(Section {
        title: "Start-up",
        note,
        rows,
    }))
}

/// The release binary: named by `QUINCUNX`, or built by cargo, or where cargo puts it.
pub fn binary(root: &Path) -> Result<PathBuf, String> {
    let named = std::env::var_os("QUINCUNX").map(PathBuf::from);
    if let Some(binary) = named {
        return if binary.is_file() {
            Ok(binary)
        } else {
            Err(format!("{} is not a file", binary.display()))
        };
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| OsString::from("target"));
    let binary = root
        .join(target)
        .join("release")
        .join(format!("quincunx{}", std::env::consts::EXE_SUFFIX));
    // Cargo names itself to what it runs. Building anew costs nothing if all is fresh, and a stale
    // binary would be measured otherwise.
    let Some(cargo) = std::env::var_os("CARGO") else {
        return if binary.is_file() {
            Ok(binary)
        } else {
            Err(format!("{} is missing", binary.display()))
        };
    };
    let built = Command::new(cargo)
        .args([
            "build",
            "--release",
            "--quiet",
            "--bin",
            "quincunx",
            "--manifest-path",
        ])
        .arg(root.join("Cargo.toml"))
        .status()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if built.success() && binary.is_file() {
        Ok(binary)
    } else {
        Err(format!("{} could not be built", binary.display()))
    }
}

/// Starts a process and waits for its end.
pub fn whole_process(
    binary: &Path,
    arguments: &[&str],
    scenario: &Path,
) -> Result<(), Box<dyn Error>> {
    let status = Command::new(binary)
        .args(arguments)
        .arg(scenario)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} {arguments:?} ended with {status}", binary.display()).into())
    }
}
