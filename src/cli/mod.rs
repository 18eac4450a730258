//! The command line: arguments, dispatch, progress, exit statuses.
//!
//! Takes what the user typed; calls the library; writes data to standard output and everything else
//! to standard error. A file a command. Nothing here computes a number.

mod analysed;
mod check;
mod compare;
mod completions;
mod discover;
mod emit;
mod exit;
mod explain_edits;
#[cfg(feature = "explore")]
mod explore;
mod findings;
mod formats;
mod given;
mod input;
mod keep;
mod man;
mod merge;
mod messages;
mod new;
mod options;
mod output;
mod parts;
mod paths;
mod pictures;
mod places;
mod plan;
mod progress;
mod rare;
mod report;
mod reweight;
mod run;
mod schema;
mod sensitivity;
mod shard;
mod show;
mod signals;
mod slips;
mod status;
mod sweep;
mod swept;
mod terminal;
mod told;
mod trace;
mod trial_file;
mod trial_rows;
mod tripwires;
mod until;
mod vary;

use crate::diagnostic::brief;
use anyhow::Result;
use clap::{ColorChoice, CommandFactory, Parser, Subcommand};
use exit::Exit;
use messages::Messages;
use std::io::{self, Write};
use std::process::ExitCode;
use terminal::Terminal;

/// Scenario-modelling simulator: an analyst's assumptions in, a distribution of possible futures
/// out.
#[derive(Debug, Parser)]
#[command(
    name = "quincunx",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Start here:\n  \
                  quincunx new strike            # writes a commented example, strike.jsonc\n  \
                  quincunx run strike.jsonc      # simulates it\n\n\
                  Exit status: 0 done, 1 the run failed, 2 the input or the command line is wrong,\n\
                  3 incomplete, 129 hung up, 130 interrupted, 143 terminated."
)]
struct Cli {
    /// When to colour output; the environment variable NO_COLOR counts under `auto`.
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Arguments),
    Compare(compare::Arguments),
    Sweep(sweep::Arguments),
    Given(given::Arguments),
    Reweight(reweight::Arguments),
    Sensitivity(sensitivity::Arguments),
    Tripwires(tripwires::Arguments),
    Discover(discover::Arguments),
    #[cfg(feature = "explore")]
    Explore(explore::Arguments),
    Plan(plan::Arguments),
    Shard(shard::Arguments),
    Status(status::Arguments),
    Merge(merge::Arguments),
    Emit(emit::Arguments),
    Check(check::Arguments),
    Show(show::Arguments),
    Trace(trace::Arguments),
    Report(report::Arguments),
    New(new::Arguments),
    Schema(schema::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Does what the command line says; the answer is the exit status.
pub fn main() -> ExitCode {
    completions::answer();
    let messages = match Messages::asked(std::env::var_os(messages::VARIABLE).as_deref()) {
        Ok(messages) => messages,
        Err(misuse) => {
            Terminal::new(ColorChoice::Auto).error(&misuse.to_string());
            return Exit::Input.into();
        }
    };
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let definition = definition();
            let commands: Vec<&str> = definition
                .get_subcommands()
                .map(|command| command.get_name())
                .collect();
            let error = slips::explained(error, &commands);
            let whole = error.render().to_string();
            let short = brief(&whole);
            // A reader that closed the pipe does not want the help any more.
            if error.use_stderr() && messages == Messages::Json {
                messages::slip(&short);
            } else {
                let _ = match error.use_stderr() && short != whole {
                    true => write!(io::stderr(), "{short}"),
                    false => error.print(),
                };
            }
            return ExitCode::from(error.exit_code().clamp(0, 2) as u8);
        }
    };
    let terminal = Terminal::new(cli.color).with_messages(messages);
    let watched = match &cli.command {
        #[cfg(feature = "explore")]
        Command::Explore(_) => signals::watch_endings(),
        _ => signals::watch(terminal),
    };
    let done = watched.and_then(|()| dispatch(&cli.command, &terminal));
    let exit = done.unwrap_or_else(|error| {
        terminal.error(&format!("{error:#}"));
        Exit::of(&error)
    });
    exit.into()
}

fn dispatch(command: &Command, terminal: &Terminal) -> Result<Exit> {
    match command {
        Command::Run(arguments) => run::run(arguments, terminal),
        Command::Compare(arguments) => compare::run(arguments, terminal),
        Command::Sweep(arguments) => sweep::run(arguments, terminal),
        Command::Given(arguments) => given::run(arguments, terminal),
        Command::Reweight(arguments) => reweight::run(arguments, terminal),
        Command::Sensitivity(arguments) => sensitivity::run(arguments, terminal),
        Command::Tripwires(arguments) => tripwires::run(arguments, terminal),
        Command::Discover(arguments) => discover::run(arguments, terminal),
        #[cfg(feature = "explore")]
        Command::Explore(arguments) => explore::run(arguments, terminal),
        Command::Plan(arguments) => plan::run(arguments, terminal),
        Command::Shard(arguments) => shard::run(arguments, terminal),
        Command::Status(arguments) => status::run(arguments, terminal),
        Command::Merge(arguments) => merge::run(arguments, terminal),
        Command::Emit(arguments) => emit::run(arguments, terminal),
        Command::Check(arguments) => check::run(arguments, terminal),
        Command::Show(arguments) => show::run(arguments, terminal),
        Command::Trace(arguments) => trace::run(arguments, terminal),
        Command::Report(arguments) => report::run(arguments, terminal),
        Command::New(arguments) => new::run(arguments, terminal),
        Command::Schema(arguments) => schema::run(arguments, terminal),
        Command::Completions(arguments) => completions::run(arguments, terminal),
        Command::Man(arguments) => man::run(arguments, terminal),
    }
}

/// The definition that help, man pages, completions and the tests of all commands are made from.
pub fn definition() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        definition().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example_in_its_help() {
        for command in definition().get_subcommands() {
            let name = command.get_name();
            let help = command
                .get_after_help()
                .map(|help| help.to_string())
                .unwrap_or_default();
            assert!(help.contains(&format!("quincunx {name}")), "{name}: {help}");
        }
    }

    #[test]
    fn a_negative_number_is_refused_for_what_it_is() {
        for (line, wanted) in [
            (
                &["quincunx", "run", "a.json", "--seed", "-1"][..],
                "seed must be a whole number from 0 to 18446744073709551615: got -1",
            ),
            (
                &["quincunx", "trace", "a.json", "--trial", "-1"],
                "trial must be a whole number",
            ),
            (
                &["quincunx", "run", "a.json", "--trials", "-5"],
                "`-5` is not a positive whole number",
            ),
            (
                &["quincunx", "run", "a.json", "--draws", "-5"],
                "`-5` is not a positive whole number",
            ),
            (
                &["quincunx", "run", "a.json", "--threads", "-5"],
                "1..=4096",
            ),
            (
                &["quincunx", "run", "a.json", "--until", "-5"],
                "`-5` is not a number of percentage points",
            ),
        ] {
            let error = Cli::try_parse_from(line).expect_err("it is negative");
            assert_eq!(error.exit_code(), 2);
            let text = error.to_string();
            assert!(text.contains(wanted) && !text.contains("-- "), "{text}");
        }
    }

    #[test]
    fn a_misspelt_command_or_option_gets_the_right_one() {
        for (line, wanted) in [
            (&["quincunx", "runs", "a.json"][..], "run"),
            (&["quincunx", "comapre", "a.json", "b.json"], "compare"),
            (&["quincunx", "run", "a.json", "--trails", "10"], "--trials"),
        ] {
            let error = Cli::try_parse_from(line).expect_err("it is misspelt");
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains(wanted), "{error}");
        }
    }
}
