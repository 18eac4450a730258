//! Tables: their points in order, dates as times, and steps that a coarse grid comes to late.

use super::{Builder, canonical};
use crate::diagnostic::{Diagnostic, Place, pointer};
use crate::expression::{Curve, Over};
use crate::scenario::{self, TableOver};
use crate::time::calendar;
use std::sync::Arc;

/// The part of the time to the next step by which a step may come late without a word.
const LATE: f64 = 0.1;
/// Months of a year.
const MONTHS: f64 = 12.0;

impl Builder<'_> {
    /// Gives the tables to the names; those at fault are left out.
    pub fn build_tables(&mut self) {
        let s = self.scenario;
        for (index, (_, name, table)) in canonical(&s.tables).into_iter().enumerate() {
            let curve = self.curve(name, table);
            self.names.curves[index] = curve.map(Arc::new);
        }
    }

    fn curve(&mut self, name: &str, table: &scenario::Table) -> Option<Curve> {
        let clock = self.clock.clone()?;
        if self.scenario.start.is_none() && table.over != TableOver::Argument {
            let place = Place::value(pointer::join(&table.pointer, "over"));
            let message = "a table over time needs time, and the file states no `start`, `horizon` and `step`";
            self.error("needs-time", place, message);
            return None;
        }
        let horizon = clock.horizon;
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(table.points.len());
        for (at, value) in &table.points {
            let place = match at.value {
                scenario::TablePlace::Number(x) => x,
                scenario::TablePlace::Date(date) => clock.time_of(date),
            };
            let found = Place::value(&at.pointer);
            if table.over == TableOver::Month && !(1.0..=MONTHS).contains(&place) {
                let message = format!("a month is a number from 1 to 12, found {place}");
                self.error("value-out-of-range", found, message);
                return None;
            }
            if points.last().is_some_and(|(before, _)| *before >= place) {
                let message = "the points of a table stand by ascending place, each once";
                self.error("value-out-of-range", found, message);
                return None;
            }
            points.push((place, *value));
        }
        let curve = Curve {
            name: name.to_owned(),
            over: match table.over {
                TableOver::Month => Over::Month,
                TableOver::Date => Over::Date,
                TableOver::Argument => Over::Argument,
            },
            points,
            is_linear: table.is_linear,
            period: table.wrap.then_some(MONTHS),
            is_bounded: table.is_bounded,
        };
        let (first, last) = (curve.points.first()?.0, curve.points.last()?.0);
        let (low, high, what) = match curve.over {
            Over::Month => (1.0, MONTHS, "all months"),
            Over::Date => (0.0, horizon, "all of the run"),
            Over::Argument | Over::From => (first, last, ""),
        };
        if curve.is_bounded && curve.period.is_none() && (first > low || last < high) {
            let place = Place::value(pointer::join(&table.pointer, "outside"));
            let message = format!(
                "the points do not reach over {what}, and outside of them there is no value"
            );
            let hint = "add points, or write `\"outside\": \"hold\"`";
            self.report(Diagnostic::error("value-out-of-range", place, message).hint(hint));
            return None;
        }
        if curve.over == Over::Date && !curve.is_linear {
            self.late_steps(table, &curve);
        }
        Some(curve)
    }

    /// Warns of steps that come late, as formulas that read the date are looked at on the grid.
    fn late_steps(&mut self, table: &scenario::Table, curve: &Curve) {
        let Some(clock) = &self.clock else { return };
        let within = |x: f64| x > 0.0 && x < clock.horizon;
        let mut late = Vec::new();
        for (i, (x, _)) in curve.points.iter().enumerate() {
            let x = clock.snapped(*x);
            // The last holds as long as the one before it, as far as is told.
            let before = i.checked_sub(1).and_then(|i| curve.points.get(i));
            let last = before.map_or(clock.horizon, |(before, _)| 2.0 * x - before);
            let next = curve.points.get(i + 1).map_or(last, |(next, _)| *next);
            let k = (x / clock.step - 1e-9).ceil().max(0.0);
            let delay = clock.grid(k as usize) - x;
            if within(x) && delay > LATE * (next - x) {
                late.push((i, delay));
            }
        }
        let Some((first, _)) = late.first() else {
            return;
        };
        let longest = late.iter().map(|(_, delay)| *delay).fold(0.0, f64::max);
        let days = (longest * calendar::DAYS_PER_YEAR).round().max(1.0);
        let others = match late.len() {
            1 => String::new(),
            n => format!(", as do {} others", n - 1),
        };
        let Some(step) = self.scenario.step.as_ref().map(|step| step.place()) else {
            return;
        };
        let warning = Diagnostic::warning(
            "time-off-grid",
            Place::value(&table.points[*first].0.pointer),
            format!(
                "a step of the table lies between two grid points{others}: it is seen at the next one, up to {days} days late"
            ),
        )
        .related(step, "the step")
        .hint("shorten the step, or let grid points fall on the dates; a state that events on these dates move changes hazards at the very instants");
        self.report(warning);
    }
}
