//! `emit`: a script with which a scheduler of jobs simulates the parts of a plan.

use super::exit::Exit;
use super::output::Destination;
use super::parts;
use super::places::Places;
use super::terminal::Terminal;
use crate::analysis::MOST_PARTS;
use crate::results::kept::Plan;
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Tasks of an array, unless someone says otherwise: Slurm has numbers below 1001 as it is
/// installed.
const TASKS: u32 = 1000;

/// How often a part is tried at most.
const TRIES: u64 = 3;

/// What a script does, whatever the plan is: after its settings.
const SLURM: &str = include_str!("slurm.sh");

/// Print a script with which a scheduler of jobs simulates the parts of a plan and joins them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        quincunx emit slurm big.plan --out big.sh\n  \
                        quincunx emit slurm big.plan --dir /scratch/big --time 4:00:00 --threads 4 --out big.sh\n  \
                        bash big.sh     # starts the jobs; started again, those for what is missing\n\n\
                        The first lines of the script are to be edited: partition, account, memory. Relative paths are seen\n\
                        from the folder in which the script is started.")]
pub struct Arguments {
    /// The scheduler
    scheduler: Scheduler,
    /// Plan, as `quincunx plan` writes it
    plan: PathBuf,
    /// Folder for the parts, on a file system that all machines share
    #[arg(long, value_name = "DIR", default_value = "parts")]
    dir: PathBuf,
    /// File for the result, as JSON
    #[arg(long, value_name = "PATH", default_value = "result.json")]
    result: PathBuf,
    /// Number of tasks among which the parts are dealt (default: one per part, up to 1000)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_PARTS)), allow_negative_numbers = true)]
    tasks: Option<u32>,
    /// Time that a task may take: minutes, or [days-]hours:minutes:seconds
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "1:00:00")]
    time: String,
    /// Cores of a task
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096), default_value_t = 1, allow_negative_numbers = true)]
    threads: u32,
    /// Write the script to this file instead of standard output
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scheduler {
    /// An array of jobs, and one that joins their parts
    Slurm,
}

/// A limit as Slurm takes it.
fn time(text: &str) -> Result<String, String> {
    let fault = || {
        format!(
            "`{text}` is not a time: write minutes, such as 90, or [days-]hours:minutes:seconds, such as 1:30:00"
        )
    };
    let (days, rest) = match text.split_once('-') {
        Some((days, rest)) => (Some(days), rest),
        None => (None, text),
    };
    let numbers: Vec<&str> = days.into_iter().chain(rest.split(':')).collect();
    let is_number = |word: &&str| {
        (1..=6).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    let most = if days.is_some() { 4 } else { 3 };
    if numbers.len() > most || !numbers.iter().all(is_number) {
        return Err(fault());
    }
    match numbers
        .iter()
        .any(|word| word.bytes().any(|byte| byte != b'0'))
    {
        true => Ok(text.to_owned()),
        false => Err(format!("`{text}` is no time at all")),
    }
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let Arguments { plan, out, .. } = arguments;
    let path = plan;
    let plan = parts::plan(plan)?;
    let mut places = Places::reading([path.as_path()]);
    places.output("--out", out.as_deref())?;
    let script = match arguments.scheduler {
        Scheduler::Slurm => slurm(arguments, &plan),
    };
    Destination::open(out.as_deref(), terminal)?.write(|out, _| out.write_all(&script))?;
    Ok(Exit::Done)
}

/// The bytes of the script for a plan: paths need not be UTF-8.
fn slurm(arguments: &Arguments, plan: &Plan) -> Vec<u8> {
    let parts = plan.parts.len() as u64;
    let rounds = match plan.run.until {
        Some(_) => plan.rounds().len() as u64 + TRIES - 1,
        None => TRIES,
    };
    let tasks = parts.min(arguments.tasks.unwrap_or(TASKS).into());
    let mut script = format!(
        "#!/bin/bash\n\
         #SBATCH --job-name=quincunx\n\
         #SBATCH --time={}\n\
         #SBATCH --cpus-per-task={}\n\
         #SBATCH --requeue\n\
         # What your cluster asks for, with one # less:\n\
         ##SBATCH --mem-per-cpu=1G\n\
         ##SBATCH --partition=NAME\n\
         ##SBATCH --account=NAME\n\
         \n\
         # Simulates the parts of a plan on a Slurm cluster, and joins them: `bash THIS-FILE` starts the jobs.\n\
         # It can be started again at any time: parts that are done are not simulated again.\n\
         \n",
        arguments.time, arguments.threads
    )
    .into_bytes();
    let mut set = |name: &str, value: &[u8], what: &str| {
        script.extend_from_slice(format!("# {what}\n{name}=").as_bytes());
        script.extend_from_slice(value);
        script.push(b'\n');
    };
    set("plan", &quoted(&arguments.plan), "The plan.");
    let what = "Folder for the parts: on a file system that all machines share.";
    set("folder", &quoted(&arguments.dir), what);
    set("result", &quoted(&arguments.result), "File for the result.");
    set("quincunx", b"${QUINCUNX:-quincunx}", "The program.");
    let number = |number: u64| number.to_string().into_bytes();
    set(
        "parts",
        &number(parts),
        "Number of parts, as the plan has them.",
    );
    let what = "Number of tasks among which they are dealt: below MaxArraySize of the cluster.";
    set("tasks", &number(tasks), what);
    let what = "Rounds in all: each simulates what is missing then, and what has failed.";
    set("rounds", &number(rounds), what);
    script.extend_from_slice(SLURM.as_bytes());
    script
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> Vec<u8> {
    let mut word = vec![b'\''];
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\'' => word.extend_from_slice(br"'\''"),
            byte => word.push(byte),
        }
    }
    word.push(b'\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_slurm() {
        for text in ["90", "90:30", "1:30:00", "2-12", "2-12:30", "2-12:30:00"] {
            assert_eq!(time(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            "0",
            "0:00:00",
            "1h",
            "1:2:3:4",
            "1-2:3:4:5",
            "-5",
            "1-",
            "1 2",
            "1\n2",
            "1-2-3",
        ] {
            time(text).expect_err(text);
        }
    }

    #[test]
    fn a_path_is_one_word() {
        assert_eq!(quoted(Path::new("a b")), b"'a b'");
        assert_eq!(quoted(Path::new("it's $x")), br"'it'\''s $x'");
    }
}
