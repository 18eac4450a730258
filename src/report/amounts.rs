//! A metric's numbers as text: in its unit, or as dates if it is an instant.

use super::{dates, format};
use crate::results::{EpistemicStatus, MetricResult, QuantileResult, RunResult};

/// How the numbers of one metric are said.
#[derive(Clone, Copy)]
pub(super) struct Amounts<'r> {
    start: &'r str,
    metric: &'r MetricResult,
}

impl<'r> Amounts<'r> {
    pub fn of(result: &'r RunResult, metric: &'r MetricResult) -> Self {
        let start = &result.scenario.start;
        Self { start, metric }
    }

    /// What stands beside the numbers: a date needs nothing.
    pub fn unit(self) -> &'r str {
        if self.metric.is_instant {
            ""
        } else {
            self.metric.unit.trim()
        }
    }

    /// One value that has no error.
    pub fn value(self, value: f64) -> String {
        if self.metric.is_instant {
            dates::date_at(self.start, value)
        } else {
            format::plain(value)
        }
    }

    /// The mean and its error; words and nothing if it has none.
    pub fn mean(self) -> format::Rounded {
        match (self.metric.mean, self.metric.std_error) {
            (Some(mean), Some(error)) if self.metric.is_instant => format::Rounded {
                value: dates::date_at(self.start, mean),
                error: dates::days(error),
            },
            (Some(mean), Some(error)) => format::estimate(mean, error),
            _ => format::Rounded {
                value: if self.metric.has_no_mean() {
                    "no steady mean".into()
                } else {
                    "no value".into()
                },
                error: String::new(),
            },
        }
    }

    /// The 95% interval of the mean.
    pub fn interval(self) -> Option<String> {
        Some(self.range(self.metric.ci95?, self.metric.std_error?))
    }

    /// Both ends of a range, which have this error.
    pub fn range(self, ends: [f64; 2], std_error: f64) -> String {
        if self.metric.is_instant {
            ends.map(|end| dates::date_at(self.start, end)).join(" to ")
        } else {
            format::range(ends, std_error)
        }
    }

    /// The 5%, 50% and 95% quantiles, of which there are all or none.
    pub fn quantiles(self) -> Option<[String; 3]> {
        let metric = self.metric;
        let values = [metric.p5?, metric.p50?, metric.p95?];
        if metric.is_instant {
            return Some(values.map(|value| dates::date_at(self.start, value)));
        }
        let errors = [
            metric.p5_std_error,
            metric.p50_std_error,
            metric.p95_std_error,
        ];
        let pairs: Vec<(f64, f64)> = (values.into_iter().zip(errors))
            .map(|(value, error)| (value, error.unwrap_or(f64::NAN)))
            .collect();
        format::quantiles(&pairs).try_into().ok()
    }

    /// A quantile at some share; empty if there is none.
    pub fn quantile(self, quantile: &QuantileResult) -> String {
        match (quantile.value, quantile.std_error) {
            (Some(value), _) if self.metric.is_instant => dates::date_at(self.start, value),
            (Some(value), error) => {
                format::quantiles(&[(value, error.unwrap_or(f64::NAN))]).join("")
            }
            _ => String::new(),
        }
    }

    /// The range of the mean as the assumptions vary.
    pub fn epistemic(self) -> String {
        let told = &self.metric.epistemic;
        match (told.status, self.metric.epistemic90) {
            (EpistemicStatus::Exact, _) => "exact".into(),
            (EpistemicStatus::Resolved, Some(ends)) => {
                let width = (ends[1] - ends[0]).abs() / 20.0;
                let error = told.std_error.map_or(width, |[low, high]| low.max(high));
                self.range(ends, error)
            }
            (EpistemicStatus::Bounded, Some(ends)) => {
                format!("within {}", self.range(ends, (ends[1] - ends[0]) / 20.0))
            }
            (EpistemicStatus::NotDetected, _) => match told.at_most_sd.filter(|sd| *sd > 0.0) {
                Some(sd) if self.metric.is_instant => {
                    format!("≤ ±{}", dates::days(format::CENTRAL_90 * sd))
                }
                Some(sd) => format!(
                    "≤ ±{}",
                    format::estimate(format::CENTRAL_90 * sd, sd / 4.0).value
                ),
                None => "none detected".into(),
            },
            _ => "n/a".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn an_instant_is_said_in_dates_and_days_and_another_metric_in_its_unit() {
        let result = fixture::run();
        let mut metric = result.metrics[0].clone();
        (metric.mean, metric.std_error) = (Some(1.0), Some(0.01));
        (metric.ci95, metric.unit) = (Some([0.98, 1.02]), "years".into());
        let amounts = Amounts::of(&result, &metric);
        assert_eq!(amounts.unit(), "years");
        assert_eq!(amounts.mean().value, "1.000");
        metric.is_instant = true;
        let amounts = Amounts::of(&result, &metric);
        assert_eq!(amounts.unit(), "");
        let start = &result.scenario.start;
        assert_eq!(amounts.mean().value, dates::date_at(start, 1.0));
        assert_eq!(amounts.mean().error, "4 d");
        let ends = [0.98, 1.02].map(|end| dates::date_at(start, end));
        assert_eq!(amounts.interval(), Some(ends.join(" to ")));
    }
}
