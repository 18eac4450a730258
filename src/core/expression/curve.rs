//! Tables: numbers that are looked up, as points with lines or steps between them.

use super::interval::Interval;
use std::fmt::{self, Debug, Formatter};

/// What a table is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The calendar month.
    Month,
    /// The time, in years since the start.
    Date,
    /// Whatever stands in brackets behind its name.
    Argument,
    /// An instant: it has the years from there until so many months later.
    From,
}

/// A table. Its points are at least one, by ascending place.
#[derive(Clone, PartialEq)]
pub struct Curve {
    pub name: String,
    pub over: Over,
    /// Places and values.
    pub points: Vec<(f64, f64)>,
    /// A line from point to point; if not, a value holds up to the next point.
    pub is_linear: bool,
    /// After so much it begins anew.
    pub period: Option<f64>,
    /// It has no value outside of its points; if not, the outermost values hold.
    pub is_bounded: bool,
}

/// Tables have names of their own, and are told apart by them.
impl Debug for Curve {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "table {}", self.name)
    }
}

impl Curve {
    /// The value at a place; NaN where there is none.
    pub fn at(&self, x: f64) -> f64 {
        self.piece(x).at(x)
    }

    /// The piece that a place lies in.
    pub fn piece(&self, x: f64) -> Piece {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else {
            return Piece::constant(f64::NEG_INFINITY, f64::INFINITY, f64::NAN);
        };
        if x.is_nan() {
            return Piece::constant(x, x, x);
        }
        let next = self.points.partition_point(|(place, _)| *place <= x);
        let before = next.checked_sub(1).and_then(|i| self.points.get(i));
        let after = self.points.get(next);
        let (from, until) = (
            before.map_or(f64::NEG_INFINITY, |(place, _)| *place),
            after.map_or(f64::INFINITY, |(place, _)| *place),
        );
        if let Some(period) = self.period {
            // The first point comes again after the last, and the last came before the first.
            let before = before.map_or((last.0 - period, last.1), |p| *p);
            let after = after.map_or((first.0 + period, first.1), |p| *p);
            return self.between(before, after, from, until);
        }
        match (before, after) {
            (Some(before), Some(after)) => self.between(*before, *after, from, until),
            (Some(before), None) if !self.is_bounded => Piece::constant(from, until, before.1),
            // The last point itself still has its value.
            (Some(before), None) if before.0 == x => {
                Piece::constant(from, from.next_up(), before.1)
            }
            (Some(_), None) => Piece::constant(from.next_up(), until, f64::NAN),
            (None, Some(after)) if !self.is_bounded => Piece::constant(from, until, after.1),
            _ => Piece::constant(from, until, f64::NAN),
        }
    }

    fn between(
        &self,
        (a, value): (f64, f64),
        (b, next): (f64, f64),
        from: f64,
        until: f64,
    ) -> Piece {
        Piece {
            from,
            until,
            origin: a,
            length: b - a,
            value,
            next,
            is_linear: self.is_linear && b > a,
        }
    }

    /// All values that it can have at these places; any number if it has none at one of them.
    pub fn range(&self, places: Interval) -> Interval {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else {
            return Interval::ALL;
        };
        if self.period.is_none()
            && self.is_bounded
            && (places.low < first.0 || places.high > last.0)
        {
            return Interval::ALL;
        }
        let values = self.points.iter().map(|(_, value)| Interval::point(*value));
        let all = values.reduce(Interval::hull).unwrap_or(Interval::ALL);
        if self.period.is_some() {
            return all;
        }
        let inside = self
            .points
            .iter()
            .filter(|(place, _)| places.contains(*place));
        let ends = [places.low, places.high].map(|x| Interval::point(self.at(x)));
        let inside = inside.map(|(_, value)| Interval::point(*value));
        inside.chain(ends).reduce(Interval::hull).unwrap_or(all)
    }
}

/// What a table is between two of its points, or outside of them: places of `from` up to, and
/// without, `until`.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    from: f64,
    until: f64,
    /// Where its line begins.
    origin: f64,
    length: f64,
    value: f64,
    next: f64,
    is_linear: bool,
}

impl Piece {
    fn constant(from: f64, until: f64, value: f64) -> Self {
        Self {
            from,
            until,
            origin: from,
            length: 0.0,
            value,
            next: value,
            is_linear: false,
        }
    }

    /// Whether a place lies in it.
    #[inline(always)]
    pub fn holds(&self, x: f64) -> bool {
        (x >= self.from) & (x < self.until)
    }

    /// The value at a place that lies in it.
    #[inline(always)]
    pub fn at(&self, x: f64) -> f64 {
        if self.is_linear {
            let share = (x - self.origin) / self.length;
            self.value * (1.0 - share) + self.next * share
        } else {
            self.value
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(f64, f64)], is_linear: bool, period: Option<f64>) -> Curve {
        Curve {
            name: "c".into(),
            over: Over::Argument,
            points: points.to_vec(),
            is_linear,
            period,
            is_bounded: false,
        }
    }

    #[test]
    fn lines_and_steps_go_through_the_points_and_hold_the_ends() {
        let points = [(0.0, 0.0), (10.0, 4.0), (20.0, 5.0)];
        let (line, steps) = (curve(&points, true, None), curve(&points, false, None));
        for (x, on_line, on_steps) in [
            (-1.0, 0.0, 0.0),
            (0.0, 0.0, 0.0),
            (5.0, 2.0, 0.0),
            (10.0, 4.0, 4.0),
            (12.0, 4.2, 4.0),
            (20.0, 5.0, 5.0),
            (30.0, 5.0, 5.0),
        ] {
            assert!((line.at(x) - on_line).abs() < 1e-12, "{x}");
            assert_eq!(steps.at(x), on_steps, "{x}");
        }
        let bounded = Curve {
            is_bounded: true,
            ..line
        };
        assert!(bounded.at(-0.1).is_nan() && bounded.at(20.1).is_nan());
        assert_eq!((bounded.at(0.0), bounded.at(20.0)), (0.0, 5.0));
    }

    #[test]
    fn a_year_begins_anew_after_december() {
        let season = curve(&[(1.0, 0.65), (4.0, 1.0), (12.0, 0.8)], true, Some(12.0));
        assert!((season.at(8.0) - 0.9).abs() < 1e-12);
        assert_eq!((season.at(12.0), season.at(1.0)), (0.8, 0.65));
        let winter = curve(&[(3.0, 1.0), (11.0, 5.0)], true, Some(12.0));
        assert!(
            (winter.at(1.0) - 3.0).abs() < 1e-12,
            "halfway from November to March"
        );
        let steps = curve(&[(3.0, 1.0), (11.0, 5.0)], false, Some(12.0));
        assert_eq!(
            [1.0, 2.0, 3.0, 10.0, 11.0].map(|m| steps.at(m)),
            [5.0, 5.0, 1.0, 1.0, 5.0]
        );
    }

    #[test]
    fn a_piece_holds_no_place_at_which_another_would_be_taken() {
        let points = [(0.0, 0.5), (10.0, 4.0), (20.0, -5.0)];
        for (is_linear, period, is_bounded) in [
            (true, None, false),
            (false, None, false),
            (true, None, true),
            (false, None, true),
            (true, Some(25.0), false),
            (false, Some(25.0), false),
        ] {
            let c = Curve {
                is_bounded,
                ..curve(&points, is_linear, period)
            };
            let places: Vec<f64> = (-20..=100)
                .map(|i| f64::from(i) * 0.3)
                .chain(
                    [0.0, 10.0, 20.0]
                        .into_iter()
                        .flat_map(|x: f64| [x.next_down(), x, x.next_up()]),
                )
                .collect();
            for &x in &places {
                let piece = c.piece(x);
                assert!(piece.holds(x), "{x}");
                for &y in places.iter().filter(|y| piece.holds(**y)) {
                    assert_eq!(piece.at(y).to_bits(), c.at(y).to_bits(), "{x} {y}");
                }
            }
            assert!(!c.piece(f64::NAN).holds(f64::NAN) && c.at(f64::NAN).is_nan());
        }
    }

    #[test]
    fn its_range_holds_every_value_and_no_more_than_its_points_give() {
        let points = [(0.0, 0.0), (10.0, 4.0), (20.0, -5.0)];
        for is_linear in [true, false] {
            let c = curve(&points, is_linear, None);
            for (low, high) in [(-5.0, -1.0), (2.0, 7.0), (9.0, 11.0), (12.0, 50.0)] {
                let told = c.range(Interval::new(low, high));
                for i in 0..=100 {
                    let x = low + (high - low) * f64::from(i) / 100.0;
                    let slack = Interval::new(told.low - 1e-12, told.high + 1e-12);
                    assert!(slack.contains(c.at(x)), "{x}");
                }
            }
            assert_eq!(c.range(Interval::ALL), Interval::new(-5.0, 4.0));
        }
        let line = curve(&points, true, None);
        assert_eq!(line.range(Interval::new(0.0, 5.0)), Interval::new(0.0, 2.0));
    }
}
