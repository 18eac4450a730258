//! Waits by the calendar: how long so many months are depends on the day.

use crate::model::Model;
use crate::time::calendar;
use jiff::civil::Date;

/// How long a wait of some months is, by the day on which it begins: in the run, or in the history
/// before it.
#[derive(Clone, Debug)]
pub struct ByDay {
    start: Date,
    months: u32,
    /// Number of the first day of `lengths`; the start is day 0.
    first: i64,
    /// Years until the same day so many months later, or the last of that month.
    lengths: Box<[f64]>,
}

impl ByDay {
    pub fn of(model: &Model, months: u32) -> Self {
        let clock = &model.clock;
        let first = calendar::day_of(model.history.earliest()) as i64;
        let last = calendar::day_of(clock.horizon) as i64;
        let length = |day| calendar::years_of_months(clock.start, day, i64::from(months));
        // Where the calendar ends, no wait does.
        let lengths = (first..=last).map(|day| length(day).unwrap_or(f64::MAX));
        Self {
            start: clock.start,
            months,
            first,
            lengths: lengths.collect(),
        }
    }

    /// Years that it takes from an instant on.
    pub fn wait_from(&self, instant: f64) -> Option<f64> {
        let day = calendar::day_of(instant) as i64;
        let place = usize::try_from(day - self.first).ok();
        let kept = place.and_then(|place| self.lengths.get(place).copied());
        // Longer ago than is kept.
        kept.or_else(|| calendar::years_of_months(self.start, day, i64::from(self.months)))
    }
}
