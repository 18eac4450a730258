//! Which box of a peeling trajectory is told, and with which of its limits.
//!
//! Takes the trajectory and rows that had no say in it; gives a box with few limits, each of which tells something on those rows, at numbers that
//! can be read. Friedman & Fisher (1999) choose along the trajectory on a test sample too; that a limit has to matter is from Bryant & Lempert (2010).

use super::prim::{Bounds, Data, Limits, PEEL, Side, Step, between};
use crate::math::special::normal_survival;

/// A box with fewer limits is taken if its quality is at least this share of the best.
const NEARLY: f64 = 0.9;
/// A limit whose p-value is not below it is dropped.
pub const LEVEL: f64 = 0.002;
/// Rows of a box at least, and rows that a limit keeps out.
const FEWEST: usize = 8;

/// Rows of both halves of the choosing run.
#[derive(Clone, Copy, Debug)]
pub struct Halves<'r> {
    /// On which was peeled.
    pub peeled: &'r [usize],
    /// On which is chosen.
    pub fresh: &'r [usize],
}

/// What makes a box a good one.
#[derive(Clone, Copy, Debug)]
pub struct Goal {
    /// Mean of the response over all rows, which that of a box has to exceed.
    pub base: f64,
    /// The mean that a box has to have at least, if that is asked for; the larger it is then, the better.
    pub density: Option<f64>,
}

impl Goal {
    /// What a box is worth: how far its mean lies above that of all rows, times its share of them.
    ///
    /// This is the weighted relative accuracy of subgroup discovery (Lavrač, Flach & Zupan 1999): of two boxes of one density the larger is better,
    /// of two of one size the denser. Where a density is asked for, its share of the rows if it has that density, and otherwise less than nothing.
    fn worth(self, bounds: &Bounds, data: Data<'_>, among: &[usize]) -> f64 {
        let rows = bounds.rows(data.columns, among);
        let (n, sum) = (rows.len() as f64, data.sum(&rows));
        match self.density {
            None => (sum - self.base * n) / among.len() as f64,
            Some(density) if sum >= density * n => n / among.len() as f64,
            Some(_) => -1.0,
        }
    }

    /// What decides between two boxes that are good enough: their worth, or where a density is asked for their density.
    fn preferred(self, bounds: &Bounds, data: Data<'_>, among: &[usize]) -> f64 {
        if self.density.is_none() {
            return self.worth(bounds, data, among);
        }
        let rows = bounds.rows(data.columns, among);
        data.sum(&rows) / rows.len() as f64
    }

    /// What is nearly as good as something of this worth.
    fn nearly(self, worth: f64) -> f64 {
        match self.density {
            None => NEARLY * worth,
            // Whatever has the density: with fewer limits it is larger.
            Some(_) => worth.min(0.0),
        }
    }
}

/// The box to tell; `None` if none stands out.
pub fn choose(
    trajectory: &[Step],
    data: Data<'_>,
    halves: Halves<'_>,
    goal: Goal,
) -> Option<Bounds> {
    let fresh = halves.fresh;
    let worth = |bounds: &Bounds| goal.worth(bounds, data, fresh);
    // The first of equals, which is the larger.
    let best = trajectory.iter().skip(1).map(|step| &step.bounds);
    let best = best.reduce(|a, b| if worth(b) > worth(a) { b } else { a })?;
    if worth(best) <= 0.0 {
        return None;
    }
    let enough = goal.nearly(worth(best));
    let mut bounds = best.clone();
    drop_limits(&mut bounds, data, fresh, goal, enough);
    let all: Vec<usize> = halves.peeled.iter().chain(fresh).copied().collect();
    if !bounds.restricted().is_empty() {
        paste(&mut bounds, data, &all, goal);
        for (limits, column) in bounds.0.iter_mut().zip(data.columns) {
            *limits = readable(limits, all.iter().map(|row| column[*row]));
        }
        drop_limits(&mut bounds, data, fresh, goal, enough);
    }
    let is_box = !bounds.restricted().is_empty()
        && bounds.rows(data.columns, fresh).len() >= FEWEST
        && Goal {
            density: None,
            ..goal
        }
        .worth(&bounds, data, fresh)
            > 0.0;
    is_box.then_some(bounds)
}

/// Takes limits away while that leaves enough of the quality, the least missed first; then those that are not told from noise.
fn drop_limits(bounds: &mut Bounds, data: Data<'_>, fresh: &[usize], goal: Goal, enough: f64) {
    loop {
        let without = bounds.ends().into_iter().filter_map(|(column, side)| {
            let mut fewer = bounds.clone();
            fewer.0[column].open(side);
            let is_enough = goal.worth(&fewer, data, fresh) >= enough;
            is_enough.then(|| (goal.preferred(&fewer, data, fresh), fewer))
        });
        let Some((_, fewer)) = without.reduce(|a, b| if b.0 > a.0 { b } else { a }) else {
            break;
        };
        *bounds = fewer;
    }
    loop {
        let ends = bounds.ends().into_iter();
        let worst = ends
            .map(|(column, side)| (quasi_p(bounds, column, side, data, fresh), column, side))
            .reduce(|a, b| if b.0 > a.0 { b } else { a });
        match worst {
            Some((p, column, side)) if p >= LEVEL => bounds.0[column].open(side),
            _ => return,
        }
    }
}

/// Of the rows that only this limit keeps out having a mean as high as those in the box: a one-sided test of two means.
///
/// Bryant & Lempert (2010) test counts of hits in the same place; responses here are shares, which have no counts.
fn quasi_p(bounds: &Bounds, column: usize, side: Side, data: Data<'_>, among: &[usize]) -> f64 {
    let mut open = bounds.clone();
    open.0[column].open(side);
    let (inside, kept_out): (Vec<usize>, Vec<usize>) = (open.rows(data.columns, among))
        .into_iter()
        .partition(|row| bounds.holds(data.columns, *row));
    if inside.len() < FEWEST || kept_out.len() < FEWEST {
        return 1.0;
    }
    let ((mean, variance), (other, other_variance)) =
        (data.moments(&inside), data.moments(&kept_out));
    let error = (variance + other_variance).sqrt();
    if error > 0.0 {
        normal_survival((mean - other) / error)
    } else {
        f64::from(u8::from(mean <= other))
    }
}

/// Moves limits outwards, a peel at a time, while the quality rises: pasting.
fn paste(bounds: &mut Bounds, data: Data<'_>, among: &[usize], goal: Goal) {
    let mut now = goal.worth(bounds, data, among);
    loop {
        let strip = ((PEEL * bounds.rows(data.columns, among).len() as f64) as usize).max(1);
        let wider = (bounds.ends().into_iter()).filter_map(|(column, side)| {
            let wider = moved_out(bounds, column, side, data.columns, among, strip)?;
            let worth = goal.worth(&wider, data, among);
            (worth > now).then(|| (goal.preferred(&wider, data, among), worth, wider))
        });
        match wider.reduce(|a, b| if b.0 > a.0 { b } else { a }) {
            Some((_, worth, wider)) => (now, *bounds) = (worth, wider),
            None => return,
        }
    }
}

/// The box with one limit moved out past the next `strip` rows; `None` where there are not as many.
fn moved_out(
    bounds: &Bounds,
    column: usize,
    side: Side,
    columns: &[Vec<f64>],
    among: &[usize],
    strip: usize,
) -> Option<Bounds> {
    let old = bounds.0[column].end(side);
    let mut wider = bounds.clone();
    wider.0[column].open(side);
    let values = wider.rows(columns, among).into_iter();
    let mut beyond: Vec<f64> = values
        .map(|row| columns[column][row])
        .filter(|value| !bounds.0[column].holds(*value))
        .collect();
    // Nearest first.
    beyond.sort_by(|a, b| (a - old).abs().total_cmp(&(b - old).abs()));
    let last = *beyond.get(strip - 1)?;
    let next = *beyond
        .iter()
        .find(|value| (*value - old).abs() > (last - old).abs())?;
    let end = between(last.min(next), last.max(next), last);
    wider.0[column].set(side, end, (end - old).abs());
    Some(wider)
}

/// The same limits at the simplest numbers within a peel of them; of a column of whole numbers at whole numbers.
fn readable(limits: &Limits, mut values: impl Iterator<Item = f64>) -> Limits {
    if !limits.is_restricted() {
        return *limits;
    }
    let is_whole = values.all(|value| value.fract() == 0.0);
    let mut read = *limits;
    for (side, step) in Side::BOTH.into_iter().zip(limits.steps) {
        let end = limits.end(side);
        if !end.is_finite() {
            continue;
        }
        let simple = match (is_whole, side) {
            (true, Side::Low) => end.ceil(),
            (true, Side::High) => end.floor(),
            (false, _) => simplest(end, step),
        };
        read.set(side, simple, step);
    }
    read
}

/// The decimal number with the fewest digits that is no farther from `value` than `reach`; `value` to six digits if none is.
pub fn simplest(value: f64, reach: f64) -> f64 {
    for digits in 0..6_usize {
        // By way of decimals, so that it is written as it is meant.
        let near: Option<f64> = format!("{value:.digits$e}").parse().ok();
        if let Some(near) = near.filter(|near| (near - value).abs() <= reach) {
            return near;
        }
    }
    format!("{value:.5e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_with_as_many_digits_as_a_peel_leaves() {
        for (value, reach, read) in [
            (0.7034, 0.02, 0.7),
            (0.7034, 0.002, 0.703),
            (-1234.0, 300.0, -1000.0),
            (-1234.0, 20.0, -1230.0),
            (0.000_123_4, 0.0, 0.000_123_4),
            (0.0, 0.1, 0.0),
            (0.04, 0.05, 0.04),
        ] {
            assert_eq!(simplest(value, reach), read, "{value} ± {reach}");
        }
        let limits = Limits {
            low: 2.5,
            high: f64::INFINITY,
            steps: [1.0, 0.0],
        };
        let whole = readable(&limits, [1.0, 2.0, 3.0, 4.0].into_iter());
        assert_eq!((whole.low, whole.high), (3.0, f64::INFINITY));
        let real = readable(&limits, [1.0, 2.0, 3.0, 4.5].into_iter());
        assert_eq!(real.low, simplest(2.5, 1.0));
    }
}
