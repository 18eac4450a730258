//! The file of trials that `--trials-out` asks for.

use super::exit::Misuse;
use super::output::PendingFile;
use crate::engine::TrialRows;
use crate::model::{Model, Parameter};
use crate::report::trials::{CsvTrials, InOrder, TrialColumns, TrialTable};
use anyhow::{Context, Result};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

pub struct TrialFile {
    table: InOrder,
    file: Shared,
    /// Indices of the parameters that are written, and of the quantities of the trial: a constant
    /// has no place in every row.
    parameters: Vec<usize>,
    per_trial: Vec<usize>,
}

impl TrialFile {
    /// The ending of `path` decides the format.
    ///
    /// # Errors
    /// [`Misuse`] for an ending that is unknown to this build; otherwise if the file cannot be
    /// written.
    pub fn create(path: &Path, model: &Model) -> Result<Self> {
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .map(str::to_ascii_lowercase);
        let shown = path.display();
        let kind = match ending.as_deref() {
            Some("csv") => Kind::Csv,
            #[cfg(feature = "parquet")]
            Some("parquet") => Kind::Parquet,
            #[cfg(not(feature = "parquet"))]
            Some("parquet") => {
                let text = format!(
                    "`{shown}`: this build writes no Parquet; `cargo install --path . --features parquet` makes one that does, or name a .csv file"
                );
                return Err(Misuse(text).into());
            }
            _ => {
                return Err(Misuse(format!(
                    "`{shown}`: trials are written to a file that ends in .csv or .parquet"
                ))
                .into());
            }
        };
        let varying = |list: &[Parameter]| -> Vec<usize> {
            let varies = |i: &usize| !list[*i].value.is_constant();
            (0..list.len()).filter(varies).collect()
        };
        let names = |list: &[Parameter], chosen: &[usize]| -> Vec<String> {
            chosen.iter().map(|&i| list[i].name.clone()).collect()
        };
        let (parameters, per_trial) = (varying(&model.parameters), varying(&model.per_trial));
        let unclassified = std::iter::once("unclassified".to_owned());
        let columns = TrialColumns {
            parameters: names(&model.parameters, &parameters),
            per_trial: names(&model.per_trial, &per_trial),
            trends: model
                .trends
                .iter()
                .map(|trend| trend.name.clone())
                .collect(),
            outcomes: model
                .outcomes
                .iter()
                .map(|outcome| outcome.name.clone())
                .chain(unclassified)
                .collect(),
            metrics: model
                .metrics
                .iter()
                .map(|metric| metric.name.clone())
                .collect(),
            events: model
                .events
                .iter()
                .map(|event| event.name.clone())
                .collect(),
        };
        let file = Shared(Arc::new(Mutex::new(PendingFile::create(path)?)));
        let table: Box<dyn TrialTable> = match kind {
            Kind::Csv => Box::new(CsvTrials::new(file.clone(), columns, 0)?),
            #[cfg(feature = "parquet")]
            Kind::Parquet => Box::new(crate::report::trials::ParquetTrials::new(
                file.clone(),
                columns,
                0,
            )?),
        };
        Ok(Self {
            table: InOrder::new(table, 0),
            file,
            parameters,
            per_trial,
        })
    }

    /// Takes a block, in any order; `false` if the file cannot be written any more.
    pub fn push(&mut self, mut rows: TrialRows) -> bool {
        let keep = |chosen: &[usize], columns: &mut Vec<Vec<f64>>| {
            let kept = (chosen.iter()).map(|&i| std::mem::take(&mut columns[i]));
            *columns = kept.collect();
        };
        keep(&self.parameters, &mut rows.parameters);
        keep(&self.per_trial, &mut rows.per_trial);
        self.table.push(rows)
    }

    /// Completes the file and lets it appear.
    ///
    /// # Errors
    /// The first fault of writing.
    pub fn finish(self) -> Result<()> {
        self.table.finish().context("cannot write the trials")?;
        match Arc::into_inner(self.file.0) {
            Some(file) => file
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner)
                .finish(),
            None => anyhow::bail!("the file of trials is still in use"),
        }
    }
}

enum Kind {
    Csv,
    #[cfg(feature = "parquet")]
    Parquet,
}

/// The table writes, and whoever owns the file completes it.
#[derive(Clone)]
struct Shared(Arc<Mutex<PendingFile>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .flush()
    }
}
