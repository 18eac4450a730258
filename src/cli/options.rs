//! Options that several commands share, and the spellings of their values.

use super::exit::Misuse;
use super::formats;
use super::paths;
use super::terminal::Terminal;
use crate::analysis::Study;
use crate::engine::Settings;
use crate::random::design::Design;
use crate::random::size::{MOST_DRAWS, TRIALS_PER_DRAW};
use crate::report::csv;
use anyhow::Result;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;
use std::path::PathBuf;

/// Trials at which a run that waits for a precision gives up.
const MOST_TRIALS: u64 = 100_000_000;

/// How much to simulate, and of what.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Simulation")]
pub struct Simulation {
    /// Trials in all, rounded up to whole blocks (default: the scenario's, or 10,000)
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub trials: Option<u64>,
    /// Parameter draws; trials are shared out among them (default: one draw for each 64 trials).
    /// Few trials per draw are slower: one per draw takes up to twice as long
    #[arg(long, value_name = "K", value_parser = count, allow_negative_numbers = true)]
    pub draws: Option<u64>,
    /// Seed of all random numbers (default: the scenario's, or 1)
    #[arg(long, value_name = "S", value_parser = whole("seed"), allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Worker threads; the result does not depend on them (default: one a core)
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u32).range(1..=4096), allow_negative_numbers = true)]
    pub threads: Option<u32>,
    /// How parameter draws and start trends are spread
    #[arg(long, value_parser = design(), value_name = "DESIGN", default_value = Design::default().name())]
    pub design: Design,
    #[command(flatten)]
    pub variant: Variant,
}

impl Simulation {
    /// Settings for a scenario: what was asked for here, then what its file says.
    ///
    /// # Errors
    /// [`Misuse`] if no run of that size can be had.
    pub fn settings(&self, study: &Study) -> Result<Settings> {
        if let Some(fault) = study.size_fault(self.trials, self.draws) {
            return Err(Misuse(fault).into());
        }
        let mut settings = study
            .settings()
            .trials(self.trials)
            .draws(self.draws)
            .seed(self.seed)
            .build();
        settings.threads = self.threads.unwrap_or(0) as usize;
        settings.design = self.design;
        Ok(settings)
    }

    /// As [`settings`](Self::settings), with fewer trials than the file says if that asks for more
    /// than `most`, unless a size was asked for here: where many runs of that size are made.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub fn settings_up_to(&self, most: u64, study: &Study) -> Result<Settings> {
        let mut fewer = self.clone();
        if self.trials.is_none() && self.draws.is_none() {
            let stated = self.settings(study)?;
            let trials = stated.blocks.saturating_mul(stated.trials_per_block());
            fewer.trials = (trials > most).then_some(most);
        }
        fewer.settings(study)
    }

    /// Like [`settings`](Self::settings), for a run that may stop earlier or go on longer to be
    /// precise enough.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub fn settings_until(&self, precision: &Precision, study: &Study) -> Result<Settings> {
        let mut settings = self.settings(study)?;
        settings.until = precision.until;
        // The trials per draw stay what they would be otherwise: only the run's length is open.
        if precision.until.is_some() && self.trials.is_none() {
            settings.blocks = MOST_TRIALS.div_ceil(settings.trials_per_block());
        }
        Ok(settings)
    }
}

/// When to stop other than after a number of trials.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Simulation")]
pub struct Precision {
    /// Add blocks until the largest standard error of an outcome's probability is this small, such
    /// as 0.1pp; --trials is then a limit (default: 100 million). `sweep` has another option of
    /// this name, which finds a break-even value
    #[arg(long, value_name = "ERROR", value_parser = points, allow_negative_numbers = true)]
    pub until: Option<f64>,
}

/// Reads the name of a design.
fn design() -> impl TypedValueParser<Value = Design> {
    let values = Design::ALL.map(|design| {
        let help = match design {
            Design::Padded => "Evenly, which makes estimates more precise",
            Design::Random => "Independently of each other, to measure that gain against",
        };
        PossibleValue::new(design.name()).help(help)
    });
    PossibleValuesParser::new(values)
        .map(|name| Design::named(&name).expect("one of the possible values"))
}

impl Precision {
    /// Says so if a result is less precise than was asked for.
    pub fn remark(&self, largest_std_error: f64, terminal: &Terminal) {
        if let Some(target) = self.until.filter(|target| largest_std_error > *target) {
            terminal.warning(&format!(
                "stopped before the precision asked for: the largest standard error is {:.3} pp, not {} pp",
                100.0 * largest_std_error,
                100.0 * target
            ));
        }
    }
}

/// Changes to the scenario from the command line.
#[derive(Clone, Debug, Default, Args)]
pub struct Variant {
    /// Change a value of the scenario by its dotted path, such as --set
    /// trends.stalemate.weight=0.4; may be repeated
    #[arg(
        long,
        value_name = "PATH=VALUE",
        allow_hyphen_values = true,
        add = ArgValueCompleter::new(paths::to_set)
    )]
    pub set: Vec<String>,
}

/// What to write, and where.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// Format of the result (default: what the ending of --out stands for, .json, .csv or .md;
    /// otherwise table)
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Write the result to this file instead of standard output
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// What stands between the cells of CSV
    #[arg(long, value_enum, value_name = "SEPARATOR", default_value_t)]
    pub separator: Separator,
    /// Begin CSV with a byte order mark, by which Excel knows that letters are UTF-8
    #[arg(long)]
    pub bom: bool,
    /// No progress bar and no remarks on standard error
    #[arg(long, short)]
    pub quiet: bool,
}

/// What stands between the cells of CSV.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Separator {
    /// As most programs expect
    #[default]
    #[value(alias = ",")]
    Comma,
    /// As Excel expects where the comma is a decimal point
    #[value(alias = ";")]
    Semicolon,
    #[value(alias = "\t")]
    Tab,
}

impl Output {
    /// How CSV is written.
    pub fn layout(&self) -> csv::Layout {
        csv::Layout {
            separator: match self.separator {
                Separator::Comma => b',',
                Separator::Semicolon => b';',
                Separator::Tab => b'\t',
            },
            has_mark: self.bom,
        }
    }

    /// The format of the result; `elsewhere` names the options that write what `--out` does not.
    ///
    /// # Errors
    /// [`Misuse`] for an ending that stands for something else than a result.
    pub fn format(&self, elsewhere: &[(&str, &str)], terminal: &Terminal) -> Result<Format> {
        let out = self.out.as_deref();
        let format = formats::chosen(self.format, out, elsewhere, self.quiet, terminal)?;
        if format != Format::Csv && self.layout() != csv::Layout::default() {
            let text = "--separator and --bom are about CSV: give --format csv, or --out PATH.csv";
            return Err(Misuse(text.into()).into());
        }
        Ok(format)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For the eye
    Table,
    /// Everything, for scripts
    Json,
    /// One long table, for spreadsheets and data frames
    Csv,
    /// For reports and issue trackers
    Markdown,
}

/// A reader of whole numbers from 0 on; `what` is what the number is called.
pub fn whole(what: &'static str) -> impl Fn(&str) -> Result<u64, String> + Clone {
    move |text| {
        let fault = |_| {
            let most = u64::MAX;
            format!("{what} must be a whole number from 0 to {most}: got {text}")
        };
        text.parse().map_err(fault)
    }
}

/// A positive whole number, also as `100_000`, `100,000` or `1e6`.
fn count(text: &str) -> Result<u64, String> {
    let digits: String = text.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    let fault = || format!("`{text}` is not a positive whole number, such as 100000 or 1e6");
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<u32>().map_err(|_| fault())?),
        None => (digits.as_str(), 0),
    };
    let mantissa: u64 = mantissa.parse().map_err(|_| fault())?;
    let number = 10_u64
        .checked_pow(exponent)
        .and_then(|power| mantissa.checked_mul(power));
    match number {
        _ if mantissa == 0 => Err(fault()),
        Some(number) => Ok(number),
        None => Err(format!(
            "`{text}` is more than can be simulated; the largest number that works is {}",
            MOST_DRAWS * u64::from(TRIALS_PER_DRAW)
        )),
    }
}

/// A number of percentage points as a probability.
fn points(text: &str) -> Result<f64, String> {
    let fault = || format!("`{text}` is not a number of percentage points, such as 0.1pp");
    let number = text.trim().strip_suffix("pp").ok_or_else(fault)?;
    let number: f64 = number.trim().parse().map_err(|_| fault())?;
    if !(number > 0.0 && number <= 50.0) {
        return Err(format!(
            "`{text}` is out of range: more than 0pp, at most 50pp"
        ));
    }
    Ok(number / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_people_write_them() {
        for (text, number) in [
            ("1", 1),
            ("100000", 100_000),
            ("100_000", 100_000),
            ("100,000", 100_000),
            ("1e6", 1_000_000),
            ("25E3", 25_000),
            ("1e12", 1_000_000_000_000),
        ] {
            assert_eq!(count(text), Ok(number));
        }
        for text in [
            "",
            "0",
            "0e5",
            "-1",
            "1.5",
            "ten",
            "1e",
            "1e40",
            "99999999999999999999",
            "2e20",
        ] {
            assert!(count(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_seed_is_any_number_of_64_bits() {
        let seed = whole("seed");
        assert_eq!(seed("0"), Ok(0));
        assert_eq!(seed("18446744073709551615"), Ok(u64::MAX));
        for text in ["-1", "18446744073709551616", "1.5", "1e3", "", "one"] {
            let expected =
                format!("seed must be a whole number from 0 to 18446744073709551615: got {text}");
            assert_eq!(seed(text), Err(expected));
        }
    }

    #[test]
    fn precision_needs_its_unit_and_a_sensible_size() {
        assert_eq!(points("0.1pp"), Ok(0.001));
        assert_eq!(points("2 pp"), Ok(0.02));
        for text in ["0.1", "0.1%", "0pp", "-1pp", "60pp", "NaNpp", "pp", "xpp"] {
            assert!(points(text).is_err(), "{text}");
        }
    }
}
