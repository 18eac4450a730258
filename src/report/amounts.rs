//! A metric's numbers as text: in its unit, or as dates if it is an instant.

use super::known::WITHIN;
use super::{dates, format};
use crate::results::{Epistemic, EpistemicStatus, MetricResult, QuantileResult, RunResult};

/// How the numbers of one metric are said.
#[derive(Clone, Copy)]
pub(super) struct Amounts<'r> {
    start: &'r str,
    metric: &'r MetricResult,
}

/// A metric at a glance: all numbers with as many decimals as its mean deserves.
pub(super) struct Glance {
    pub mean: String,
    /// The range of the mean as the assumptions vary, or the error of the simulation where that is
    /// not small against it; may be empty.
    pub range: String,
    /// 5% to 95% of the trials.
    pub trials: String,
}

/// The error by which a metric is rounded at a glance: the leading digit of a twentieth of the
/// range that its mean has as the assumptions vary, or twice the error of the simulation if that
/// is more.
pub(super) fn coarseness(metric: &MetricResult) -> f64 {
    let error = 2.0 * metric.std_error.unwrap_or(0.0);
    error.max(format::one_digit(width(metric) / 20.0))
}

fn width(metric: &MetricResult) -> f64 {
    let told = &metric.epistemic;
    match (told.status, metric.epistemic90, told.at_most_sd) {
        (EpistemicStatus::Exact | EpistemicStatus::NotSeparable, ..) => 0.0,
        (_, Some([low, high]), _) => high - low,
        (_, None, Some(sd)) => 2.0 * format::CENTRAL_90 * sd,
        _ => 0.0,
    }
}

impl<'r> Amounts<'r> {
    /// What is told of it at a glance.
    pub fn at_a_glance(self) -> Glance {
        let metric = self.metric;
        let coarse = coarseness(metric);
        let show = |value: f64| match value {
            _ if self.metric.is_instant => self.value(value),
            0.0 => "0".to_owned(),
            _ => format::estimate(value, coarse).value,
        };
        let both = |[low, high]: [f64; 2]| format::ends(&show(low), &show(high));
        let mean = match (metric.mean, metric.std_error) {
            (Some(mean), Some(_)) => show(mean),
            _ => self.mean().value,
        };
        let error = metric.std_error.unwrap_or(0.0);
        let range = match (metric.epistemic.status, metric.epistemic90) {
            _ if error > width(metric) / 5.0 => format!("±{}", self.mean().error),
            (EpistemicStatus::Resolved, Some(ends)) => both(ends),
            (EpistemicStatus::Bounded | EpistemicStatus::NotDetected, Some(ends)) => {
                format!("{WITHIN}{}", both(ends))
            }
            _ => String::new(),
        };
        Glance {
            mean,
            range,
            trials: metric
                .p5
                .zip(metric.p95)
                .map_or_else(String::new, |(a, b)| both([a, b])),
        }
    }

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
            let [low, high] = ends.map(|end| dates::date_at(self.start, end));
            format::ends(&low, &high)
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
        let metric = self.metric;
        epistemic(
            &metric.epistemic,
            metric.epistemic90,
            |ends, error| self.range(ends, error),
            |sd| match metric.is_instant {
                true => dates::days(format::CENTRAL_90 * sd),
                false => plus_minus(sd),
            },
        )
    }
}

/// Half of a central range of so large a standard deviation.
pub(super) fn plus_minus(sd: f64) -> String {
    format::estimate(format::CENTRAL_90 * sd, sd / 4.0).value
}

/// The range of a number as the assumptions vary; `range` and `half` say its ends and half of a
/// width.
pub(super) fn epistemic(
    told: &Epistemic,
    ends: Option<[f64; 2]>,
    range: impl Fn([f64; 2], f64) -> String,
    half: impl Fn(f64) -> String,
) -> String {
    match (told.status, ends) {
        (EpistemicStatus::Exact, _) => "exact".into(),
        (EpistemicStatus::Resolved, Some(ends)) => {
            let width = (ends[1] - ends[0]).abs() / 20.0;
            let error = told.std_error.map_or(width, |[low, high]| low.max(high));
            range(ends, error)
        }
        (EpistemicStatus::Bounded, Some(ends)) => {
            format!("within {}", range(ends, (ends[1] - ends[0]) / 20.0))
        }
        (EpistemicStatus::NotDetected, _) => match told.at_most_sd.filter(|sd| *sd > 0.0) {
            Some(sd) => format!("≤ ±{}", half(sd)),
            None => "none detected".into(),
        },
        _ => "n/a".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn at_a_glance_a_row_has_one_number_of_decimals() {
        let result = fixture::run();
        let mut metric = result.metrics[0].clone();
        (metric.mean, metric.std_error) = (Some(143.7624), Some(0.12));
        metric.epistemic90 = Some([141.4123, 146.2967]);
        metric.epistemic.status = EpistemicStatus::Resolved;
        (metric.p5, metric.p95) = (Some(0.0), Some(172.5019));
        let told = |metric: &MetricResult| {
            let glance = Amounts::of(&result, metric).at_a_glance();
            format!("{} | {} | {}", glance.mean, glance.range, glance.trials)
        };
        assert_eq!(told(&metric), "143.8 | 141.4 to 146.3 | 0 to 172.5");
        // An error that counts beside the range stands in its place.
        metric.std_error = Some(1.2);
        assert_eq!(told(&metric), "143.8 | ±1.2 | 0 to 172.5");
        metric.epistemic.status = EpistemicStatus::Exact;
        metric.std_error = Some(0.012);
        assert_eq!(told(&metric), "143.762 | ±0.012 | 0 to 172.502");
    }

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
