//! Files of trials, as `--trials-out` writes them, read back.

use super::exit::Misuse;
use super::options::Simulation;
use crate::analysis::{Columns, FinishedTrials, Study, settings_of};
use crate::diagnostic::nearest;
use crate::engine::{DRAWS_PER_BLOCK, Settings};
use crate::random::design::Design;
use crate::results::{RunResult, UNCLASSIFIED};
use anyhow::Result;
use std::fs::File;
use std::path::Path;

/// Reads the trials of a run of this study, with these columns beside those that every file has.
///
/// # Errors
/// [`Misuse`] if the file cannot be read, is of another scenario, or does not have all trials of
/// whole blocks in their order.
pub fn read(path: &Path, study: &Study, columns: &Columns) -> Result<FinishedTrials> {
    let fault = |what: String| Misuse(format!("`{}`: {what}", path.display()));
    let ending = path.extension().and_then(|ending| ending.to_str());
    let ending = ending.map(str::to_ascii_lowercase);
    let is_known = matches!(ending.as_deref(), Some("csv" | "parquet"));
    if !is_known {
        return Err(fault("a file of trials ends in .csv or .parquet".into()).into());
    }
    let file = File::open(path)
        .map_err(|error| Misuse(format!("cannot read `{}`: {error}", path.display())))?;
    let gathered = Gathered::new(study, columns);
    let found = match ending.as_deref() {
        Some("parquet") => parquet(file, gathered),
        _ => csv(file, gathered),
    };
    Ok(found.map_err(fault)?)
}

/// The settings of the run that some trials are of: those of its result, or what `simulation` and
/// the trials themselves say.
///
/// # Errors
/// [`Misuse`] if the trials are not as many as they say.
pub fn settings(
    path: &Path,
    trials: &FinishedTrials,
    study: &Study,
    simulation: &Simulation,
    finished: Option<&RunResult>,
) -> Result<Settings> {
    let of_trials = || {
        let trials_per_draw = trials.trials_per_draw;
        let per_block = u64::from(trials_per_draw) * u64::from(DRAWS_PER_BLOCK);
        study
            .settings()
            .seed(simulation.seed)
            .build()
            .trials_per_draw(trials_per_draw)
            .design(simulation.design)
            .blocks(trials.outcome.len() as u64 / per_block)
    };
    let settings = finished.map_or_else(of_trials, |result| settings_of(&result.run));
    let size = settings.blocks.saturating_mul(settings.trials_per_block());
    if settings.is_sound()
        && settings.trials_per_draw == trials.trials_per_draw
        && size == trials.outcome.len() as u64
    {
        return Ok(settings);
    }
    let text = format!(
        "`{}`: {} trials, {} in a draw, are not those of the run",
        path.display(),
        trials.outcome.len(),
        trials.trials_per_draw
    );
    Err(Misuse(text).into())
}

/// # Errors
/// [`Misuse`] for options that would change a finished run.
pub fn unchanged(simulation: &Simulation, file: &Path) -> Result<()> {
    let asked = [
        ("--set", !simulation.variant.set.is_empty()),
        ("--seed", simulation.seed.is_some()),
        ("--design", simulation.design != Design::default()),
    ];
    match asked.iter().find(|(_, is_asked)| *is_asked) {
        None => Ok(()),
        Some((option, _)) => {
            let text = format!(
                "{option}: `{}` is a result, which was run as it says",
                file.display()
            );
            Err(Misuse(text).into())
        }
    }
}

/// What the scenario in a result is called.
pub fn scenario_in(file: &Path) -> String {
    format!("the scenario in {}", file.display())
}

/// What a row has that is needed.
struct Row<'r> {
    trial: u64,
    draw: u64,
    parameters: &'r [f64],
    start_trend: &'r str,
    outcome: &'r str,
    /// Those of the other columns; NaN: no value.
    others: &'r [f64],
}

/// Trials read so far.
struct Gathered<'s> {
    study: &'s Study,
    columns: &'s Columns,
    found: FinishedTrials,
    /// Trials of the last draw.
    in_draw: u32,
    rows: u64,
    /// Draws, with the last.
    draws: u64,
}

impl<'s> Gathered<'s> {
    fn new(study: &'s Study, columns: &'s Columns) -> Self {
        let model = &study.model;
        let varies = |i: &usize| !model.parameters[*i].value.is_constant();
        let parameters: Vec<usize> = (0..model.parameters.len()).filter(varies).collect();
        Self {
            study,
            columns,
            found: FinishedTrials {
                values: vec![Vec::new(); parameters.len()],
                parameters,
                metrics: vec![Vec::new(); model.metrics.len()],
                per_trial: vec![Vec::new(); model.per_trial.len()],
                first_times: vec![Vec::new(); model.events.len()],
                ..FinishedTrials::default()
            },
            in_draw: 0,
            rows: 0,
            draws: 0,
        }
    }

    /// Names of the columns that are read: those of each trial, of parameters, and the others.
    fn columns(&self) -> [Vec<String>; 3] {
        let model = &self.study.model;
        let own = ["trial", "draw", "start_trend", "outcome"];
        let parameters = self.found.parameters.iter();
        [
            own.map(str::to_owned).into(),
            parameters
                .map(|p| format!("parameter.{}", model.parameters[*p].name))
                .collect(),
            self.others(),
        ]
    }

    /// Names of the columns that not everyone reads, in the order of [`Self::into_others`].
    fn others(&self) -> Vec<String> {
        let (model, columns) = (&self.study.model, self.columns);
        let metrics = columns.metrics.iter();
        let metrics = metrics.map(|m| format!("metric.{}", model.metrics[*m].name));
        let per_trial = columns.per_trial.iter();
        let per_trial = per_trial.map(|q| format!("per_trial.{}", model.per_trial[*q].name));
        let events = columns.events.iter();
        let events = events.map(|e| format!("first_time.{}", model.events[*e].name));
        metrics.chain(per_trial).chain(events).collect()
    }

    /// Where the numbers of those columns go.
    fn into_others(found: &mut FinishedTrials, columns: &Columns, values: &[f64]) {
        let mut values = values.iter().copied();
        let FinishedTrials {
            metrics,
            per_trial,
            first_times,
            ..
        } = found;
        for (numbers, lists) in [
            (&columns.metrics, metrics),
            (&columns.per_trial, per_trial),
            (&columns.events, first_times),
        ] {
            for (number, value) in numbers.iter().zip(values.by_ref()) {
                lists[*number].push(value);
            }
        }
    }

    /// Places of the columns in a header.
    fn places(&self, header: &[String]) -> Result<[Vec<usize>; 3], String> {
        let place = |name: &String| {
            let at = header.iter().position(|one| one == name);
            at.ok_or_else(|| {
                let near = nearest(name, header.iter().map(String::as_str));
                let near = near.map(|near| format!(" (it has `{near}`)"));
                format!(
                    "there is no column `{name}`{}: it is no file of trials of this scenario",
                    near.unwrap_or_default()
                )
            })
        };
        let [own, parameters, others] = self.columns();
        let all = |names: Vec<String>| names.iter().map(place).collect::<Result<Vec<_>, _>>();
        Ok([all(own)?, all(parameters)?, all(others)?])
    }

    fn add(&mut self, row: &Row<'_>) -> Result<(), String> {
        let model = &self.study.model;
        let found = &mut self.found;
        if row.trial != self.rows {
            return Err(format!("expected trial {}, found {}", self.rows, row.trial));
        }
        self.rows += 1;
        let is_new = row.draw == self.draws;
        if !is_new && row.draw.checked_add(1) != Some(self.draws) {
            return Err(format!(
                "trial {}: draw {} is out of order",
                row.trial, row.draw
            ));
        }
        if is_new {
            if self.draws == 1 {
                found.trials_per_draw = self.in_draw;
            }
            if self.draws > 0 && self.in_draw != found.trials_per_draw {
                return Err(format!(
                    "draw {} has {} trials, and others have {}",
                    self.draws - 1,
                    self.in_draw,
                    found.trials_per_draw
                ));
            }
            self.draws += 1;
            self.in_draw = 0;
            for (all, value) in found.values.iter_mut().zip(row.parameters) {
                all.push(*value);
            }
        }
        self.in_draw += 1;
        let trend = model
            .trends
            .iter()
            .position(|trend| trend.name == row.start_trend);
        let trend =
            trend.ok_or_else(|| format!("the scenario has no trend `{}`", row.start_trend))?;
        let outcome = match row.outcome == UNCLASSIFIED {
            true => Some(model.outcomes.len()),
            false => (model.outcomes.iter()).position(|outcome| outcome.name == row.outcome),
        };
        let outcome =
            outcome.ok_or_else(|| format!("the scenario has no outcome `{}`", row.outcome))?;
        found.start_trend.push(trend as u8);
        found.outcome.push(outcome as u8);
        Self::into_others(found, self.columns, row.others);
        Ok(())
    }

    fn finish(mut self) -> Result<FinishedTrials, String> {
        if self.rows == 0 {
            return Err("it has no trials".into());
        }
        if self.found.trials_per_draw == 0 {
            self.found.trials_per_draw = self.in_draw;
        }
        let per_draw = u64::from(self.found.trials_per_draw);
        if !self
            .rows
            .is_multiple_of(per_draw * u64::from(DRAWS_PER_BLOCK))
        {
            return Err(format!(
                "its {} trials, {per_draw} in a draw, are no whole blocks of {DRAWS_PER_BLOCK} draws: it is a part of a file",
                self.rows
            ));
        }
        Ok(self.found)
    }
}

/// Trials from CSV.
fn csv(file: File, mut gathered: Gathered<'_>) -> Result<FinishedTrials, String> {
    let mut csv = csv::Reader::from_reader(std::io::BufReader::new(file));
    let header = csv.headers().map_err(|fault| fault.to_string())?;
    let header: Vec<String> = header.iter().map(str::to_owned).collect();
    let [own, parameters, others] = gathered.places(&header)?;
    let mut record = csv::StringRecord::new();
    let (mut values, mut ends) = (Vec::new(), Vec::new());
    while csv
        .read_record(&mut record)
        .map_err(|fault| fault.to_string())?
    {
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let numbers = |places: &[usize], into: &mut Vec<f64>| -> Result<(), String> {
            into.clear();
            for at in places {
                let text = cell(*at);
                let number = match text.is_empty() {
                    true => f64::NAN,
                    false => text
                        .parse()
                        .map_err(|_| format!("line {line}: `{text}` is not a number"))?,
                };
                into.push(number);
            }
            Ok(())
        };
        let whole = |at: usize| {
            let text = cell(at);
            text.parse::<u64>()
                .map_err(|_| format!("line {line}: `{text}` is not a whole number"))
        };
        numbers(&parameters, &mut values)?;
        numbers(&others, &mut ends)?;
        let row = Row {
            trial: whole(own[0])?,
            draw: whole(own[1])?,
            parameters: &values,
            start_trend: cell(own[2]),
            outcome: cell(own[3]),
            others: &ends,
        };
        gathered
            .add(&row)
            .map_err(|fault| format!("line {line}: {fault}"))?;
    }
    gathered.finish()
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: File, _: Gathered<'_>) -> Result<FinishedTrials, String> {
    Err("this build reads no Parquet; `cargo install --path . --features parquet` makes one that does, or name a .csv file".into())
}

/// Trials from Parquet.
#[cfg(feature = "parquet")]
fn parquet(file: File, mut gathered: Gathered<'_>) -> Result<FinishedTrials, String> {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    let fault = |error: parquet::errors::ParquetError| error.to_string();
    let reader = SerializedFileReader::new(file).map_err(fault)?;
    let schema = reader.metadata().file_metadata().schema();
    let header: Vec<String> = (schema.get_fields().iter())
        .map(|field| field.name().to_owned())
        .collect();
    let [own, parameters, others] = gathered.places(&header)?;
    let (mut values, mut ends) = (Vec::new(), Vec::new());
    for row in reader.get_row_iter(None).map_err(fault)? {
        let row = row.map_err(fault)?;
        let fields: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
        let number = |at: usize| match fields.get(at) {
            Some(Field::Double(x)) => Ok(*x),
            Some(Field::Null) => Ok(f64::NAN),
            _ => Err(format!("`{}` is not a column of numbers", header[at])),
        };
        let whole = |at: usize| match fields.get(at) {
            Some(Field::ULong(n)) => Ok(*n),
            Some(Field::UInt(n)) => Ok(u64::from(*n)),
            _ => Err(format!("`{}` is not a column of whole numbers", header[at])),
        };
        let text = |at: usize| match fields.get(at) {
            Some(Field::Str(text)) => Ok(text.as_str()),
            _ => Err(format!("`{}` is not a column of texts", header[at])),
        };
        values.clear();
        ends.clear();
        for at in &parameters {
            values.push(number(*at)?);
        }
        for at in &others {
            ends.push(number(*at)?);
        }
        gathered.add(&Row {
            trial: whole(own[0])?,
            draw: whole(own[1])?,
            parameters: &values,
            start_trend: text(own[2])?,
            outcome: text(own[3])?,
            others: &ends,
        })?;
    }
    gathered.finish()
}
