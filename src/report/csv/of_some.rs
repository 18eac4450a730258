//! Rows of what a file asks for beside the usual: questions about some trials, quantiles,
//! distributions, ratios of means.

use super::{Row, Table};
use crate::report::ratios;
use crate::results::{MetricResult, RatioShape, RunResult};
use std::io;

impl Table<'_> {
    pub(super) fn conditional(&mut self, all: &Row<'_>, result: &RunResult) -> io::Result<()> {
        for question in &result.conditional {
            let row = Row {
                date: &question.by,
                ..all.named("conditional", &question.name, &question.title)
            };
            let given = row.quantity("given_probability", question.given_probability);
            self.row(&given.error(question.given_std_error))?;
            self.row(&row.quantity("trials_given", question.trials_given as f64))?;
            if let Some(known) = question.known() {
                self.probability(&row, &known)?;
            }
        }
        Ok(())
    }

    pub(super) fn quantiles(&mut self, row: &Row<'_>, metric: &MetricResult) -> io::Result<()> {
        for quantile in &metric.quantiles {
            let name = ratios::level(quantile.level);
            self.row(
                &row.quantity(&name, quantile.value)
                    .error(quantile.std_error),
            )?;
        }
        if let Some(told) = &metric.distribution {
            let shares = told.shares.iter().zip(&told.shares_std_error);
            for (value, (share, error)) in told.values.iter().zip(shares) {
                let name = format!("share_up_to({value})");
                self.row(&row.quantity(&name, *share).error(*error))?;
            }
        }
        Ok(())
    }

    pub(super) fn ratios(&mut self, all: &Row<'_>, result: &RunResult) -> io::Result<()> {
        for ratio in &result.ratios {
            let row = all.named("ratio", &ratio.name, &ratio.title);
            let told = row.quantity("ratio", ratio.ratio).error(ratio.std_error);
            self.fieller(&row, told, (ratio.shape, ratio.ci95), ratio.epistemic90)?;
        }
        Ok(())
    }

    /// A ratio of means with Fieller's interval.
    pub(super) fn fieller(
        &mut self,
        row: &Row<'_>,
        told: Row<'_>,
        (shape, ends): (Option<RatioShape>, Option<[f64; 2]>),
        epistemic90: Option<[f64; 2]>,
    ) -> io::Result<()> {
        let ci95 = ends.filter(|_| shape == Some(RatioShape::Between));
        self.row(&Row {
            ci95,
            epistemic90,
            ..told
        })?;
        if let (Some(RatioShape::Outside), Some([low, high])) = (shape, ends) {
            self.row(&row.quantity("below_or", low))?;
            self.row(&row.quantity("or_above", high))?;
        }
        Ok(())
    }
}
