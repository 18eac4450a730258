//! Trial-level data: a row per trial, for those who want to draw their own conclusions.
//!
//! Takes blocks of trials in the order of their numbers; writes CSV or (feature `parquet`) Parquet.
//! At most one row group is held in memory, whatever the size of the run. Columns: trial, draw,
//! `parameter.NAME`…, `per_trial.NAME`…, start_trend, outcome, `metric.NAME`…, `first_time.EVENT`…;
//! prefixes keep apart what a scenario may give the same name.

mod csv;
mod in_order;
#[cfg(feature = "parquet")]
mod parquet;

pub use self::csv::CsvTrials;
pub use self::in_order::InOrder;
#[cfg(feature = "parquet")]
pub use self::parquet::ParquetTrials;

use crate::engine::TrialRows;
use std::io;

/// Names of what a row holds, in the order of the columns of a [`TrialRows`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrialColumns {
    pub parameters: Vec<String>,
    /// Quantities of the trial.
    pub per_trial: Vec<String>,
    /// Start trends, by index.
    pub trends: Vec<String>,
    /// Outcomes by index, `unclassified` included.
    pub outcomes: Vec<String>,
    pub metrics: Vec<String>,
    pub events: Vec<String>,
}

/// Adds the trials of `next` behind `rows`.
#[cfg(feature = "parquet")]
fn append(rows: &mut TrialRows, next: &TrialRows) {
    if rows.is_empty() {
        *rows = next.clone();
        return;
    }
    let extend = |to: &mut [Vec<f64>], from: &[Vec<f64>]| {
        for (to, from) in to.iter_mut().zip(from) {
            to.extend_from_slice(from);
        }
    };
    rows.draw.extend_from_slice(&next.draw);
    rows.start_trend.extend_from_slice(&next.start_trend);
    rows.outcome.extend_from_slice(&next.outcome);
    extend(&mut rows.parameters, &next.parameters);
    extend(&mut rows.per_trial, &next.per_trial);
    extend(&mut rows.metrics, &next.metrics);
    extend(&mut rows.first_times, &next.first_times);
}

/// Checks that a block has the columns promised and follows trial `next`.
fn check(rows: &TrialRows, columns: &TrialColumns, next: u64) -> io::Result<()> {
    let fault = |text: String| Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    if rows.first_trial != next {
        return fault(format!(
            "trials are written in order: expected {next}, got {}",
            rows.first_trial
        ));
    }
    for (what, found, named) in [
        (
            "parameters",
            rows.parameters.len(),
            columns.parameters.len(),
        ),
        ("per_trial", rows.per_trial.len(), columns.per_trial.len()),
        ("metrics", rows.metrics.len(), columns.metrics.len()),
        ("events", rows.first_times.len(), columns.events.len()),
    ] {
        if found != named {
            return fault(format!("a block has {found} {what}, the table {named}"));
        }
    }
    let vectors = rows
        .parameters
        .iter()
        .chain(&rows.per_trial)
        .chain(&rows.metrics)
        .chain(&rows.first_times);
    let lengths = vectors
        .map(Vec::len)
        .chain([rows.start_trend.len(), rows.outcome.len()]);
    if lengths.into_iter().any(|length| length != rows.len()) {
        return fault("the columns of a block have unlike lengths".into());
    }
    let known =
        |indices: &[u8], names: &[String]| indices.iter().all(|&i| usize::from(i) < names.len());
    if !known(&rows.start_trend, &columns.trends) || !known(&rows.outcome, &columns.outcomes) {
        return fault("a block names a trend or outcome that the table lacks".into());
    }
    Ok(())
}

/// A file of trials that grows block by block.
pub trait TrialTable: Send {
    /// # Errors
    /// Those of the file; `InvalidInput` if a block is out of order or of another shape.
    fn write(&mut self, block: &TrialRows) -> io::Result<()>;

    /// Completes the file.
    ///
    /// # Errors
    /// Those of the file.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

impl TrialColumns {
    /// Header of the table.
    fn header(&self) -> Vec<String> {
        let prefixed = |prefix: &'static str, names: &[String]| -> Vec<String> {
            names
                .iter()
                .map(|name| format!("{prefix}.{name}"))
                .collect()
        };
        let mut header = vec!["trial".to_owned(), "draw".to_owned()];
        header.extend(prefixed("parameter", &self.parameters));
        header.extend(prefixed("per_trial", &self.per_trial));
        header.extend(["start_trend".to_owned(), "outcome".to_owned()]);
        header.extend(prefixed("metric", &self.metrics));
        header.extend(prefixed("first_time", &self.events));
        header
    }
}

#[cfg(test)]
pub(super) mod sample {
    use super::*;

    pub fn columns() -> TrialColumns {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        TrialColumns {
            parameters: names(&["resolve"]),
            per_trial: names(&["luck"]),
            trends: names(&["stalemate", "вибори"]),
            outcomes: names(&["settled", "unclassified"]),
            metrics: names(&["price"]),
            events: names(&["truce"]),
        }
    }

    pub fn block(first_trial: u64, length: usize) -> TrialRows {
        let number = |i: usize| first_trial as f64 + i as f64;
        TrialRows {
            first_trial,
            draw: (0..length)
                .map(|i| ((first_trial as usize + i) / 64) as u32)
                .collect(),
            parameters: vec![(0..length).map(|i| 0.1 * number(i)).collect()],
            per_trial: vec![(0..length).map(|i| 0.2 * number(i)).collect()],
            start_trend: (0..length).map(|i| (i % 2) as u8).collect(),
            outcome: (0..length).map(|i| u8::from(i % 3 == 0)).collect(),
            metrics: vec![
                (0..length)
                    .map(|i| if i % 4 == 0 { f64::NAN } else { number(i) })
                    .collect(),
            ],
            first_times: vec![
                (0..length)
                    .map(|i| if i % 5 == 0 { f64::INFINITY } else { 0.5 })
                    .collect(),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_out_of_order_or_shape_are_refused() {
        let columns = sample::columns();
        assert!(check(&sample::block(64, 64), &columns, 64).is_ok());
        assert!(check(&sample::block(64, 64), &columns, 0).is_err());
        let mut short = sample::block(0, 64);
        short.metrics[0].pop();
        assert!(check(&short, &columns, 0).is_err());
        let mut foreign = sample::block(0, 64);
        foreign.outcome[3] = 2;
        assert!(check(&foreign, &columns, 0).is_err());
        let mut more = sample::block(0, 64);
        more.first_times.push(vec![0.0; 64]);
        assert!(check(&more, &columns, 0).is_err());
    }

    #[test]
    fn equal_names_of_unlike_things_stay_apart() {
        let names = || vec!["draw".to_owned()];
        let columns = TrialColumns {
            parameters: names(),
            per_trial: names(),
            metrics: names(),
            events: names(),
            ..TrialColumns::default()
        };
        let header = columns.header();
        let distinct: std::collections::BTreeSet<_> = header.iter().collect();
        assert_eq!(distinct.len(), header.len());
    }
}
