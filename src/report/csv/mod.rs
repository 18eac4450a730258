//! Results as CSV: one long table, a row per number.
//!
//! Takes a result; writes RFC 4180 with a header. Every row has the same columns whatever it is
//! about, so that a spreadsheet or a data frame filters on `section` and `quantity` instead of
//! parsing several tables. An empty cell means "does not apply".

mod cells;
mod discover;
mod explain;
mod flip;
mod given;
mod of_some;
mod rare;
mod reweight;
mod sensitivity;
mod stories;
mod sweep;
mod tripwires;

pub use cells::Layout;
pub(in crate::report) use cells::fault_of_writing;
pub use discover::write_discover;
pub use explain::write_explain;
pub use flip::write_flip;
pub use given::write_given;
pub use rare::write_rare;
pub use reweight::write_reweight;
pub use sensitivity::write_sensitivity;
pub use stories::{write_near, write_paths, write_storyline, write_typical};
pub use sweep::write_sweep;
pub use tripwires::write_tripwires;

use crate::report::known::Known;
use crate::report::ratios;
use crate::results::{
    ByTrend, CompareResult, Difference, GroupMean, OccupancyResult, RunResult, SeriesResult,
};
use cells::{harmless, told_interrupted};
use csv::Writer;
use indexmap::IndexMap;
use std::io::{self, Write};

const HEADER: [&str; 16] = [
    "scenario",
    "base",
    "section",
    "name",
    "title",
    "trend",
    "outcome",
    "time",
    "date",
    "quantity",
    "value",
    "std_error",
    "low95",
    "high95",
    "low_epistemic90",
    "high_epistemic90",
];

/// # Errors
/// Those of `out`.
pub fn write_run(out: &mut dyn Write, result: &RunResult, layout: Layout) -> io::Result<()> {
    let mut table = Table::new(out, layout)?;
    table.run(result)?;
    table.finish()
}

/// The scenarios one after another, then the differences; those have the base in the column `base`.
///
/// # Errors
/// Those of `out`.
pub fn write_compare(
    out: &mut dyn Write,
    result: &CompareResult,
    layout: Layout,
) -> io::Result<()> {
    let mut table = Table::new(out, layout)?;
    for scenario in &result.scenarios {
        table.run(scenario)?;
    }
    for comparison in &result.comparisons {
        let pair = Row {
            scenario: &comparison.other,
            base: &comparison.base,
            ..Row::default()
        };
        table.differences(&pair, "group", &comparison.groups)?;
        table.differences(&pair, "outcome", &comparison.differences)?;
        table.differences(&pair, "comes_true", &comparison.trends)?;
        table.differences(&pair, "question", &comparison.questions)?;
        table.differences(&pair, "conditional", &comparison.conditional)?;
        table.differences(&pair, "metric", &comparison.metrics)?;
        table.differences(&pair, "ratio", &comparison.ratios)?;
        let distance = Row {
            section: "distance",
            ..pair
        };
        table.row(&distance.quantity("total_variation", comparison.distance.total_variation))?;
        table.row(&distance.quantity("total_variation_of_noise", comparison.distance.noise))?;
    }
    table.finish()
}

#[derive(Clone, Copy, Default)]
struct Row<'a> {
    scenario: &'a str,
    base: &'a str,
    section: &'a str,
    name: &'a str,
    title: &'a str,
    trend: &'a str,
    outcome: &'a str,
    time: Option<f64>,
    date: &'a str,
    quantity: &'a str,
    value: Option<f64>,
    std_error: Option<f64>,
    ci95: Option<[f64; 2]>,
    epistemic90: Option<[f64; 2]>,
}

impl<'a> Row<'a> {
    fn quantity(self, quantity: &'a str, value: impl Into<Option<f64>>) -> Self {
        Self {
            quantity,
            value: value.into(),
            std_error: None,
            ci95: None,
            epistemic90: None,
            ..self
        }
    }

    fn error(self, std_error: impl Into<Option<f64>>) -> Self {
        Self {
            std_error: std_error.into(),
            ..self
        }
    }

    fn named(self, section: &'a str, name: &'a str, title: &'a str) -> Self {
        Self {
            section,
            name,
            title,
            ..self
        }
    }
}

struct Table<'a> {
    csv: Writer<&'a mut dyn Write>,
}

impl<'a> Table<'a> {
    fn new(out: &'a mut dyn Write, layout: Layout) -> io::Result<Self> {
        let mut csv = layout.writer(out)?;
        csv.write_record(HEADER).map_err(fault_of_writing)?;
        Ok(Self { csv })
    }

    fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }

    /// Writes a row, unless it has no value at all.
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let Some(value) = row.value else {
            return Ok(());
        };
        let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
        let end = |ends: Option<[f64; 2]>, i: usize| number(ends.map(|ends| ends[i]));
        let written = self.csv.write_record([
            &harmless(row.scenario),
            &harmless(row.base),
            row.section,
            row.name,
            &harmless(row.title),
            row.trend,
            row.outcome,
            &number(row.time),
            row.date,
            row.quantity,
            &value.to_string(),
            &number(row.std_error),
            &end(row.ci95, 0),
            &end(row.ci95, 1),
            &end(row.epistemic90, 0),
            &end(row.epistemic90, 1),
        ]);
        written.map_err(fault_of_writing)
    }

    fn run(&mut self, result: &RunResult) -> io::Result<()> {
        let all = Row {
            scenario: &result.scenario.name,
            ..Row::default()
        };
        let run = Row {
            section: "run",
            ..all
        };
        // A seed can be too large for a float to hold exactly, so it is in the other formats only.
        self.row(&run.quantity("trials", result.run.trials as f64))?;
        self.row(&run.quantity("draws", result.run.draws as f64))?;
        self.row(&run.quantity("trials_per_draw", f64::from(result.run.trials_per_draw)))?;
        self.row(&run.quantity("non_finite", result.run.non_finite as f64))?;
        self.row(&run.quantity("interrupted", told_interrupted(&result.run)))?;

        for group in &result.groups {
            let row = all.named("group", &group.name, &group.title);
            self.probability(&row, &group.into())?;
            self.by_trend(&row, &group.by_trend)?;
        }
        for outcome in &result.outcomes {
            let row = all.named("outcome", &outcome.name, &outcome.title);
            self.probability(&row, &outcome.into())?;
            self.by_trend(&row, &outcome.by_trend)?;
        }
        self.scorecard(&all, result)?;
        for question in &result.questions {
            let row = Row {
                date: &question.by,
                ..all.named("question", &question.name, &question.title)
            };
            self.probability(&row, &question.into())?;
            self.by_trend(&row, &question.by_trend)?;
        }
        self.conditional(&all, result)?;
        self.metrics(&all, result)?;
        self.events(&all, result)?;
        for (section, items) in [("trend", &result.trends), ("phase", &result.phases)] {
            for item in items {
                let row = all.named(section, &item.name, &item.title);
                self.occupancy(&row, result, item)?;
            }
        }
        for state in &result.states {
            for value in &state.values {
                let (name, title) = (state.value_name(value), state.value_title(value));
                self.occupancy(&all.named("state", &name, &title), result, value)?;
            }
        }
        for (section, items) in [
            ("indicator", &result.indicators),
            ("derived", &result.derived),
        ] {
            for item in items {
                self.state(&all.named(section, &item.name, &item.title), result, item)?;
            }
        }
        Ok(())
    }

    fn occupancy(
        &mut self,
        row: &Row<'_>,
        result: &RunResult,
        item: &OccupancyResult,
    ) -> io::Result<()> {
        self.row(&row.quantity("weight", item.weight))?;
        let (shares, errors) = (&item.occupancy, &item.occupancy_std_error);
        self.series(row, result, "occupancy", shares, errors)
    }

    fn probability(&mut self, row: &Row<'_>, known: &Known<'_>) -> io::Result<()> {
        let estimate = row
            .quantity("probability", known.probability)
            .error(known.std_error);
        self.row(&Row {
            ci95: Some(known.ci95),
            epistemic90: known.epistemic90,
            ..estimate
        })
    }

    /// What becomes of trends, and what classes of outcomes hang on.
    fn scorecard(&mut self, all: &Row<'_>, result: &RunResult) -> io::Result<()> {
        for trend in &result.scorecard {
            let row = all.named("comes_true", &trend.name, &trend.title);
            self.row(
                &row.quantity("leads", trend.leads)
                    .error(trend.leads_std_error),
            )?;
            for chance in &trend.comes_true {
                let row = Row {
                    date: &chance.by,
                    ..row
                };
                self.probability(&row, &chance.into())?;
                self.by_trend(&row, &chance.by_trend)?;
            }
        }
        for drivers in &result.drivers {
            for driver in &drivers.inputs {
                let row = all.named("driver", &drivers.of, &driver.input);
                for (quantity, value, error) in [
                    ("share", driver.share, driver.share_std_error),
                    ("low", driver.low, driver.low_std_error),
                    ("high", driver.high, driver.high_std_error),
                ] {
                    self.row(&row.quantity(quantity, value).error(error))?;
                }
                self.row(&row.quantity("detectable", f64::from(u8::from(driver.detectable))))?;
            }
        }
        Ok(())
    }

    fn by_trend(&mut self, row: &Row<'_>, by_trend: &IndexMap<String, ByTrend>) -> io::Result<()> {
        for (trend, by) in by_trend {
            let row = Row { trend, ..*row };
            self.row(&Row {
                ci95: by.ci95,
                ..row
                    .quantity("probability", by.probability)
                    .error(by.std_error)
            })?;
        }
        Ok(())
    }

    fn metrics(&mut self, all: &Row<'_>, result: &RunResult) -> io::Result<()> {
        for metric in &result.metrics {
            let row = all.named("metric", &metric.name, &metric.title);
            let mean = row.quantity("mean", metric.mean).error(metric.std_error);
            self.row(&Row {
                ci95: metric.ci95,
                epistemic90: metric.epistemic90,
                ..mean
            })?;
            self.row(
                &row.quantity("defined", metric.defined)
                    .error(metric.defined_std_error),
            )?;
            for (quantity, value, error) in [
                ("sd", metric.sd, metric.sd_std_error),
                ("p5", metric.p5, metric.p5_std_error),
                ("p25", metric.p25, metric.p25_std_error),
                ("p50", metric.p50, metric.p50_std_error),
                ("p75", metric.p75, metric.p75_std_error),
                ("p95", metric.p95, metric.p95_std_error),
            ] {
                self.row(&row.quantity(quantity, value).error(error))?;
            }
            self.quantiles(&row, metric)?;
            for (trend, group) in &metric.by_trend {
                self.group(&Row { trend, ..row }, group)?;
            }
            for (outcome, group) in &metric.by_outcome {
                self.group(&Row { outcome, ..row }, group)?;
            }
        }
        self.ratios(all, result)
    }

    fn group(&mut self, row: &Row<'_>, group: &GroupMean) -> io::Result<()> {
        self.row(&row.quantity("mean", group.mean).error(group.std_error))?;
        self.row(&row.quantity("defined", group.defined))
    }

    fn events(&mut self, all: &Row<'_>, result: &RunResult) -> io::Result<()> {
        for event in &result.events {
            let row = all.named("event", &event.name, &event.title);
            self.row(
                &row.quantity("probability", event.probability)
                    .error(event.probability_std_error),
            )?;
            self.row(
                &row.quantity("mean_count", event.mean_count)
                    .error(event.mean_count_std_error),
            )?;
            if let Some(first) = &event.first_time {
                for (quantity, value, error) in [
                    ("first_time_p5", first.p5, first.p5_std_error),
                    ("first_time_p50", first.p50, first.p50_std_error),
                    ("first_time_p95", first.p95, first.p95_std_error),
                ] {
                    self.row(&row.quantity(quantity, value).error(error))?;
                }
            }
            self.row(&row.quantity("declared", event.declared))?;
            self.row(
                &row.quantity("realised", event.realised)
                    .error(event.realised_std_error),
            )?;
            self.row(
                &row.quantity("never_possible", event.never_possible)
                    .error(event.never_possible_std_error),
            )?;
            let errors = &event.cumulative_incidence_std_error;
            self.series(
                &row,
                result,
                "cumulative_incidence",
                &event.cumulative_incidence,
                errors,
            )?;
        }
        Ok(())
    }

    fn state(&mut self, row: &Row<'_>, result: &RunResult, item: &SeriesResult) -> io::Result<()> {
        for (quantity, values, errors) in [
            ("mean", &item.mean, &item.mean_std_error),
            ("sd", &item.sd, &item.sd_std_error),
            ("p5", &item.p5, &item.p5_std_error),
            ("p25", &item.p25, &item.p25_std_error),
            ("p50", &item.p50, &item.p50_std_error),
            ("p75", &item.p75, &item.p75_std_error),
            ("p95", &item.p95, &item.p95_std_error),
        ] {
            self.series(row, result, quantity, values, errors)?;
        }
        for told in &item.quantiles {
            let name = ratios::level(told.level);
            self.series(row, result, &name, &told.values, &told.values_std_error)?;
        }
        Ok(())
    }

    fn series(
        &mut self,
        row: &Row<'_>,
        result: &RunResult,
        quantity: &str,
        values: &[f64],
        errors: &[f64],
    ) -> io::Result<()> {
        for (i, &value) in values.iter().enumerate() {
            let row = Row {
                time: result.times.get(i).copied(),
                date: result.dates.get(i).map_or("", String::as_str),
                ..*row
            };
            self.row(&row.quantity(quantity, value).error(errors.get(i).copied()))?;
        }
        Ok(())
    }

    fn differences(
        &mut self,
        pair: &Row<'_>,
        section: &str,
        differences: &[Difference],
    ) -> io::Result<()> {
        for difference in differences {
            let row = pair.named(section, &difference.outcome, &difference.title);
            let paired = row
                .quantity("difference", difference.difference)
                .error(difference.std_error);
            self.row(&Row {
                ci95: difference.ci95,
                epistemic90: difference.epistemic90,
                ..paired
            })?;
            self.row(&row.quantity("unpaired_std_error", difference.unpaired_std_error))?;
            self.row(&row.quantity("p_adjusted", difference.p_adjusted))?;
            self.row(&row.quantity("detectable", f64::from(u8::from(difference.detectable))))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
