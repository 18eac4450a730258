//! The time axis, dates, and the defaults of a run.

use super::Builder;
use crate::diagnostic::{Diagnostic, Place};
use crate::model::clock::steps_within;
use crate::model::types::{Clock, RunDefaults};
use crate::random::size::size_fault;
use crate::scenario::{At, Horizon};
use crate::time::calendar::{self, DAYS_PER_YEAR};
use jiff::civil::Date;

/// Reported times at most: each keeps tables for every indicator.
const MOST_TIMES: usize = 2000;
/// Quantiles at most that a file can ask for.
const MOST_LEVELS: usize = 20;
/// Most steps of a trial.
const MOST_STEPS: f64 = 1e7;
/// Roughly what one step of one trial costs for each indicator or event, in seconds on one core;
/// for an error message only.
const SECONDS_PER_UPDATE: f64 = 5e-9;
/// Trials that the message about time assumes if the file does not say.
const USUAL_TRIALS: u64 = 100_000;

/// Where a part of the time axis stands. Without one nothing is asked that it could be blamed for.
pub fn stated<T>(part: Option<&At<T>>) -> Place {
    part.map_or_else(|| Place::value(""), At::place)
}

impl Builder<'_> {
    /// The clock, or `None` if the file's times are at fault.
    pub fn build_clock(&mut self) -> Option<Clock> {
        let s = self.scenario;
        let (Some(start), Some(stated_horizon), Some(stated_step)) = (s.start, &s.horizon, &s.step)
        else {
            return Some(Clock::timeless());
        };
        let (step, place) = (stated_step.value, stated_step.place());
        if !(step > 0.0 && step.is_finite()) {
            self.error(
                "value-out-of-range",
                place,
                format!("a step must be longer than nothing, found {step} years"),
            );
            return None;
        }
        let place = stated_horizon.place();
        let horizon = match stated_horizon.value {
            Horizon::Years(years) => years,
            Horizon::Date(date) => calendar::last_instant(start, date),
        };
        if !(horizon > 0.0 && horizon.is_finite()) {
            let shown = match stated_horizon.value {
                Horizon::Years(years) => format!("{years} years"),
                Horizon::Date(date) => date.to_string(),
            };
            self.error(
                "value-out-of-range",
                place,
                format!("the horizon must lie after the start ({start}), found {shown}",),
            );
            return None;
        }
        let last = calendar::years_between(start, Date::MAX);
        if horizon > last {
            self.error(
                "value-out-of-range",
                place,
                format!("the horizon of {horizon} years lies beyond the year {}, where the calendar ends", Date::MAX.year()),
            );
            return None;
        }
        let steps = steps_within(horizon, step);
        if steps > MOST_STEPS {
            self.too_many_steps(steps, place, stated_step.place());
            return None;
        }
        Some(Clock::new(start, horizon, step))
    }

    fn too_many_steps(&mut self, steps: f64, place: Place, step: Place) {
        let s = self.scenario;
        let moved = (s.indicators.len() + s.events.len()).max(1) as f64;
        let trials = s.run.trials.as_ref().map_or(USUAL_TRIALS, |t| t.value);
        let days = steps * moved * trials as f64 * SECONDS_PER_UPDATE / 86_400.0;
        let span = if days > 730.0 {
            format!("{} years", rounded(days / DAYS_PER_YEAR))
        } else if days >= 2.0 {
            format!("{} days", rounded(days))
        } else {
            format!("{} hours", rounded(days * 24.0))
        };
        self.report(
            Diagnostic::error(
                "too-many-steps",
                place,
                format!(
                    "a trial would take {} steps, the limit is {}; {} trials of that length would keep one core busy for about {span}",
                    rounded(steps),
                    rounded(MOST_STEPS),
                    rounded(trials as f64)
                ),
            )
            .related(step, "the step")
            .hint("lengthen the step, or bring the horizon closer; a model of events alone is exact whatever the step"),
        );
    }

    /// The time at which a date begins; reports a date before the start. `None` without a clock.
    pub fn time_of(&mut self, date: &At<Date>) -> Option<f64> {
        let clock = self.clock.as_ref()?;
        let time = clock.time_of(date.value);
        if time < 0.0 {
            let start = clock.start;
            self.error(
                "date-out-of-range",
                date.place(),
                format!(
                    "{} lies before the start of the scenario, {start}",
                    date.value
                ),
            );
            return None;
        }
        Some(time)
    }

    /// The time at which a question is settled: the beginning of the day, or its last instant if
    /// all of the day counts. A day of which nothing is simulated but its first instant has no end
    /// that a trial gets to.
    pub fn question_time(&mut self, date: &At<Date>, whole_day: bool) -> Option<f64> {
        let begins = self.time_of(date)?;
        let clock = self.clock.as_ref()?;
        let (horizon, last) = (clock.horizon, clock.date_at(clock.horizon));
        if begins > horizon {
            self.report(
                Diagnostic::error(
                    "date-out-of-range",
                    date.place(),
                    format!(
                        "{} lies after the horizon ({last}), so no trial can answer",
                        date.value
                    ),
                )
                .related(stated(self.scenario.horizon.as_ref()), "the horizon"),
            );
            return None;
        }
        if whole_day && begins == horizon {
            let mut report = Diagnostic::error(
                "date-out-of-range",
                date.place(),
                format!(
                    "the run ends at 00:00 of {last}, with the first instant of that day, so no trial can answer what happens by its end"
                ),
            )
            .related(stated(self.scenario.horizon.as_ref()), "the horizon");
            if let Ok(before) = last.yesterday() {
                report = report.hint(format!("ask by {before}"));
            }
            self.report(
                report
                    .hint("leave the date out to ask about the whole run")
                    .hint(format!(
                        "give the horizon as the date \"{last}\", which includes that day"
                    )),
            );
            return None;
        }
        // The horizon may fall into the last day; the question is then about the part that is
        // simulated.
        Some(if whole_day {
            clock.last_instant(date.value).min(horizon)
        } else {
            begins
        })
    }

    /// Warns of reported times that lie between grid points, where the nearest is reported, on
    /// another day.
    fn between_grid_points(&mut self, times: &[At<f64>]) {
        let Some(clock) = &self.clock else { return };
        let nearest = |time: f64| clock.grid(clock.nearest(time));
        let moved: Vec<&At<f64>> = (times.iter())
            .filter(|time| calendar::day_of(nearest(time.value)) != calendar::day_of(time.value))
            .collect();
        let Some(first) = moved.first() else { return };
        let others = match moved.len() {
            1 => String::new(),
            2 => ", and one other likewise".to_owned(),
            all => format!(", and {} others likewise", all - 1),
        };
        let warning = Diagnostic::warning(
            "time-off-grid",
            first.place(),
            format!(
                "series are kept at grid points, and {} lies between two of them: {} is reported{others}",
                clock.date_at(first.value),
                clock.date_at(nearest(first.value))
            ),
        )
        .related(stated(self.scenario.step.as_ref()), "the step")
        .hint("shorten the step, or give multiples of it");
        self.report(warning);
    }

    /// What the file says about the size of a run.
    pub fn run_defaults(&mut self) -> RunDefaults {
        let s = self.scenario;
        let run = &s.run;
        if let Some(times) = &run.times
            && !(1..=MOST_TIMES).contains(&times.len())
        {
            self.times_out_of_range(times.len());
        }
        let times = run.times.as_ref().map(|times| {
            let mut years = Vec::new();
            for time in times {
                match &self.clock {
                    Some(clock) if !(0.0 <= time.value && clock.snapped(time.value) <= clock.horizon) => {
                        let horizon = clock.horizon;
                        self.diagnostics.push(Diagnostic::error(
                            "date-out-of-range",
                            time.place(),
                            format!("a reported time lies between the start and the horizon ({horizon} years), found {} years", time.value),
                        ));
                    }
                    Some(clock) => years.push(clock.snapped(time.value)),
                    None => {}
                }
            }
            self.between_grid_points(times);
            // What is told of the end needs it.
            years.extend(self.clock.as_ref().map(|clock| clock.horizon));
            years.sort_by(f64::total_cmp);
            years.dedup();
            years
        });
        if let Some(trials) = &run.trials
            && let Some(fault) = size_fault(trials.value, run.draws.as_ref().map(|d| d.value))
        {
            let place = match &run.draws {
                Some(draws) if fault.blames_draws() => draws.place(),
                _ => trials.place(),
            };
            self.error(
                "value-out-of-range",
                place,
                fault.told("`trials`", "`draws`"),
            );
        } else if let Some(draws) = &run.draws
            && let Some(fault) = size_fault(draws.value, Some(draws.value))
        {
            self.error(
                "value-out-of-range",
                draws.place(),
                fault.told("`trials`", "`draws`"),
            );
        }
        RunDefaults {
            trials: run.trials.as_ref().map(|t| t.value),
            draws: run.draws.as_ref().map(|d| d.value),
            seed: run.seed.as_ref().map(|s| s.value),
            times,
            quantiles: self.quantile_levels(),
        }
    }
}

impl Builder<'_> {
    /// Shares at which quantiles are told, ascending.
    fn quantile_levels(&mut self) -> Vec<f64> {
        let stated = self.scenario.run.quantiles.iter().flatten();
        let mut levels: Vec<f64> = stated.map(|level| level.value).collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        if levels.len() > MOST_LEVELS {
            let count = levels.len();
            let message = format!(
                "{count} quantiles are more than a result tells; the limit is {MOST_LEVELS}"
            );
            let hint = "for the whole distribution of a metric, write `\"full\": true` in it";
            self.report(
                Diagnostic::error("too-many-items", Place::value("/run/quantiles"), message)
                    .hint(hint),
            );
        }
        levels
    }

    fn times_out_of_range(&mut self, count: usize) {
        let place = Place::value("/run/times");
        self.report(match count {
            0 => Diagnostic::error(
                "value-out-of-range",
                place,
                "there is at least one reported time, found an empty list",
            )
            .hint("leave `times` out to have about forty, spread over the whole horizon"),
            _ => Diagnostic::error(
                "too-many-items",
                place,
                format!(
                    "{count} reported times are more than a run keeps; the limit is {MOST_TIMES}"
                ),
            )
            .hint("leave `times` out to have about forty, spread over the whole horizon"),
        });
    }
}

/// A large number with two or three telling digits and separated thousands.
fn rounded(value: f64) -> String {
    if value >= 1e12 {
        return format!("{value:.1e}");
    }
    let digits = if value >= 10.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if fraction.is_empty() || fraction == "0" {
        grouped
    } else {
        format!("{grouped}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn large_numbers_are_readable() {
        for (value, shown) in [
            (3.0, "3"),
            (9.5, "9.5"),
            (1000.0, "1,000"),
            (12_345_678.0, "12,345,678"),
            (3e15, "3.0e15"),
        ] {
            assert_eq!(rounded(value), shown);
        }
    }
}
