//! Prints the table of ratios: the simulator against programs written by hand for one model, in one
//! run.
//!
//! `cargo run --release --manifest-path benches/ratios/Cargo.toml -- [--quick] [SECTION…]`, or
//! `-- against BINARY` for this build against another one. All that is compared takes turns, and ratios are taken turn by turn: absolute rates say something
//! about the machine, ratios about the programs.

mod agreement;
mod batched;
mod jumps;
mod law;
mod measure;
mod ours;
mod scalar;
mod sections;
mod table;
mod tally;

use sections::{ALL, Plan};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Folder of the simulator's sources: two above this package.
fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).map_or(own.clone(), PathBuf::from)
}

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let names: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
    format!(
        "usage: ratios [--quick] [SECTION…]\n       ratios [--quick] against BINARY\n\n  --quick  fewer rounds, smaller runs\n  SECTION  any of {}; without one, all\n  BINARY   another `quincunx`, such as that of an earlier commit",
        names.join(", ")
    )
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    if let [first, rest @ ..] = arguments
        && first == sections::memory::CHILD
    {
        return sections::memory::child(rest);
    }
    let mut quick = false;
    let mut wanted = Vec::new();
    let mut other = None;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "against" => {
                let binary = arguments.next();
                other = Some(PathBuf::from(binary.ok_or_else(usage)?));
            }
            "--quick" => quick = true,
            "--help" | "-h" => {
                println!("{}", usage());
                return Ok(());
            }
            name if ALL.iter().any(|(section, _)| *section == name) => wanted.push(name),
            other => return Err(format!("`{other}` is unknown\n{}", usage()).into()),
        }
    }
    let plan = Plan {
        root: root(),
        quick,
    };
    println!(
        "# Ratios{}\n\nTurns are interleaved; the ratio is that of each turn, its median, least and most.",
        if quick { " (a quick look)" } else { "" }
    );
    if let Some(other) = other {
        if !wanted.is_empty() {
            return Err(usage().into());
        }
        sections::against::measure(&plan, &other)?.print();
        return Ok(());
    }
    let chosen = |name: &str| wanted.is_empty() || wanted.contains(&name);
    for (name, measure) in ALL.iter().filter(|(name, _)| chosen(name)) {
        if let Some(section) = measure(&plan).map_err(|error| format!("{name}: {error}"))? {
            section.print();
        }
    }
    Ok(())
}
