//! The time axis of a scenario: grid points, dates on them, months.
//!
//! Times that are meant to fall on a grid point are set to exactly that grid point, so that
//! rounding never moves a date across a step.

use super::types::Clock;
use crate::time::calendar::{self, SAME_INSTANT_IN_YEARS};
use jiff::civil::{Date, date};

/// A time this close to a grid point, in steps, is that grid point.
const SNAP: f64 = 1e-9;

impl Clock {
    /// The clock of a scenario; `horizon` and `step` are positive and finite, in years, and the
    /// number of steps is one that can be run.
    ///
    /// A remainder of the last step below 1e-9 of a step is dropped.
    pub fn new(start: Date, horizon: f64, step: f64) -> Self {
        let whole = steps_within(horizon, step);
        Self {
            start,
            horizon,
            step,
            steps: (whole as usize).max(1),
            timeless: false,
        }
    }

    /// The clock of a scenario without time: one step, of which nothing is told.
    pub fn timeless() -> Self {
        Self {
            timeless: true,
            ..Self::new(date(2000, 1, 1), 1.0, 1.0)
        }
    }

    /// The time at which a date begins, in years since the start; negative before the start.
    pub fn time_of(&self, date: Date) -> f64 {
        self.snapped(calendar::years_between(self.start, date))
    }

    /// The last instant of a date.
    pub fn last_instant(&self, date: Date) -> f64 {
        calendar::last_instant(self.start, date)
    }

    /// The grid point or the horizon, if the time is meant to be one; otherwise the time itself.
    ///
    /// However long the steps are, no time is moved so far that it would fall on another day.
    pub fn snapped(&self, time: f64) -> f64 {
        let near = (SNAP * self.step).min(0.5 * SAME_INSTANT_IN_YEARS);
        calendar::on_grid(time, self.step, self.horizon, near)
    }

    /// The time of grid point `k`, from 0 to the number of steps.
    pub fn grid(&self, k: usize) -> f64 {
        if k >= self.steps {
            self.horizon
        } else {
            k as f64 * self.step
        }
    }

    /// The number of the grid point nearest to a time.
    pub fn nearest(&self, time: f64) -> usize {
        if time >= self.horizon {
            self.steps
        } else {
            ((time / self.step).round() as usize).min(self.steps)
        }
    }

    /// The date on which a time falls; the start itself where the calendar ends.
    pub fn date_at(&self, time: f64) -> Date {
        calendar::date_at(self.start, time).unwrap_or(self.start)
    }

    /// The calendar month at a time, 1 to 12.
    pub fn month_at(&self, time: f64) -> u8 {
        self.date_at(time).month() as u8
    }
}

/// Steps that a horizon takes, the last one cut; as a float, because it can be any size.
pub fn steps_within(horizon: f64, step: f64) -> f64 {
    let exact = horizon / step;
    let whole = (exact + SNAP).floor();
    if exact - whole < SNAP {
        whole
    } else {
        whole + 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_is_one_part_in_365_and_a_quarter_of_a_year() {
        let clock = Clock::new(date(2026, 1, 1), 2.0, 1.0 / 52.0);
        assert_eq!(clock.time_of(date(2026, 1, 1)), 0.0);
        assert_eq!(clock.time_of(date(2026, 12, 31)), 364.0 / 365.25);
        assert_eq!(clock.time_of(date(2025, 12, 31)), -1.0 / 365.25);
    }

    #[test]
    fn dates_on_the_grid_are_exactly_on_it() {
        let step = 7.0 / 365.25;
        let clock = Clock::new(date(2026, 1, 1), 2.0, step);
        for k in 0..100 {
            let day = clock.date_at(k as f64 * step);
            assert_eq!(clock.time_of(day), k as f64 * step, "grid point {k}");
            assert_eq!(clock.time_of(day), clock.grid(k));
        }
    }

    #[test]
    fn a_remainder_makes_a_step_only_if_it_is_more_than_rounding() {
        for (horizon, step, steps) in [
            (1.0, 1.0 / 12.0, 12),
            (3.0, 1.0 / 52.0, 156),
            (0.3, 0.1, 3),
            (2.0, 7.0 / 365.25, 105),
            (0.5, 1.0, 1),
            (1.0 + 1e-12, 0.25, 4),
            (1.0 + 1e-6, 0.25, 5),
        ] {
            assert_eq!(
                Clock::new(date(2026, 1, 1), horizon, step).steps,
                steps,
                "{horizon} by {step}"
            );
        }
    }

    #[test]
    fn months_change_at_midnight_of_their_first_day() {
        let clock = Clock::new(date(2026, 1, 15), 3.0, 0.01);
        for (day, month) in [
            (date(2026, 1, 31), 1),
            (date(2026, 2, 1), 2),
            (date(2027, 12, 1), 12),
            (date(2028, 2, 29), 2),
            (date(2028, 3, 1), 3),
        ] {
            let time = clock.time_of(day);
            assert_eq!(clock.month_at(time), month, "{day}");
            assert_eq!(clock.month_at(time + 0.99 / 365.25), month, "{day}");
            assert_eq!(clock.date_at(time), day);
        }
    }
}
