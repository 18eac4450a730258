//! Which box of a peeling trajectory is told, and with which of its limits.
//!
//! Takes the trajectory and rows that had no say in it; gives a box with few limits, each of which
//! tells something on those rows, at numbers that can be read. Friedman & Fisher (1999) choose
//! along the trajectory on a test sample too; that a limit has to matter is from Bryant & Lempert
//! (2010).

use super::prim::{Bounds, Data, PEEL, Side, between};
use crate::math::special::normal_survival;

/// A box with fewer limits is taken if its quality is at least this share of the best.
const NEARLY: f64 = 0.9;
/// A limit whose p-value is not below it is dropped.
pub const LEVEL: f64 = 0.002;
/// Rows of a box at least, and rows that a limit keeps out.
const FEWEST: usize = 8;
/// Share of the rows that a limit may be moved past to be read more easily.
pub const MOVED: f64 = 0.025;

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
    /// The mean that a box has to have at least, if that is asked for; the larger it is then, the
    /// better.
    pub density: Option<f64>,
}

impl Goal {
    /// What a box is worth: how far its mean lies above that of all rows, times its share of them.
    ///
    /// This is the weighted relative accuracy of subgroup discovery (Lavrač, Flach & Zupan 1999):
    /// of two boxes of one density the larger is better, of two of one size the denser. Where a
    /// density is asked for, its share of the rows if it has that density, and otherwise less than
    /// nothing.
    fn worth(self, bounds: &Bounds, data: Data<'_>, among: &[usize]) -> f64 {
        let rows = bounds.rows(data.columns, among);
        let (n, sum) = (rows.len() as f64, data.sum(&rows));
        match self.density {
            None => (sum - self.base * n) / among.len() as f64,
            Some(density) if sum >= density * n => n / among.len() as f64,
            Some(_) => -1.0,
        }
    }

    /// What decides between two boxes that are good enough: their worth, or where a density is
    /// asked for their density.
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

/// The box to tell; `None` if none stands out, or if none has the density that is asked for.
pub fn choose(
    trajectory: &[Bounds],
    data: Data<'_>,
    halves: Halves<'_>,
    goal: Goal,
) -> Option<Bounds> {
    let worth = |bounds: &Bounds| goal.worth(bounds, data, halves.fresh);
    let mut good: Vec<(f64, &Bounds)> = (trajectory.iter().skip(1))
        .map(|bounds| (worth(bounds), bounds))
        .filter(|(worth, _)| *worth > 0.0)
        .collect();
    // The first of equals, which is the larger.
    good.sort_by(|a, b| b.0.total_cmp(&a.0));
    if goal.density.is_none() {
        good.truncate(1);
    }
    // A box may lose the density with a limit that is not told from noise: then the next one, which
    // is narrower.
    let mut good = good.into_iter();
    good.find_map(|(worth, bounds)| simplified(bounds, worth, data, halves, goal))
}

/// The box with few limits, at numbers that can be read; `None` if that leaves none that stands
/// out.
fn simplified(
    best: &Bounds,
    worth: f64,
    data: Data<'_>,
    halves: Halves<'_>,
    goal: Goal,
) -> Option<Bounds> {
    let fresh = halves.fresh;
    let enough = goal.nearly(worth);
    let mut bounds = best.clone();
    drop_limits(&mut bounds, data, fresh, goal, enough);
    let all: Vec<usize> = halves.peeled.iter().chain(fresh).copied().collect();
    // Where a density is asked for: whether a box has it, by all rows and by those that had no say
    // in the peeling.
    let keeps = |bounds: &Bounds| {
        goal.density.is_none()
            || [&all, fresh]
                .into_iter()
                .all(|rows| goal.worth(bounds, data, rows) >= 0.0)
    };
    if !bounds.restricted().is_empty() {
        paste(&mut bounds, data, &all, goal, &keeps);
        for (column, side) in bounds.ends() {
            let end = readable(&bounds, (column, side), data, &all, &keeps);
            bounds.0[column].set(side, end);
        }
        drop_limits(&mut bounds, data, fresh, goal, enough);
    }
    let is_box = !bounds.restricted().is_empty()
        && bounds.rows(data.columns, fresh).len() >= FEWEST
        && keeps(&bounds)
        && Goal {
            density: None,
            ..goal
        }
        .worth(&bounds, data, fresh)
            > 0.0;
    is_box.then_some(bounds)
}

/// Takes limits away while that leaves enough of the quality, the least missed first; then those
/// that are not told from noise.
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

/// Of the rows that only this limit keeps out having a mean as high as those in the box: a
/// one-sided test of two means.
///
/// Bryant & Lempert (2010) test counts of hits in the same place; responses here are shares, which
/// have no counts.
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
fn paste(
    bounds: &mut Bounds,
    data: Data<'_>,
    among: &[usize],
    goal: Goal,
    keeps: &dyn Fn(&Bounds) -> bool,
) {
    let mut now = goal.worth(bounds, data, among);
    loop {
        let strip = ((PEEL * bounds.rows(data.columns, among).len() as f64) as usize).max(1);
        let wider = (bounds.ends().into_iter()).filter_map(|(column, side)| {
            let wider = moved_out(bounds, column, side, data.columns, among, strip)?;
            let worth = goal.worth(&wider, data, among);
            (worth > now && keeps(&wider))
                .then(|| (goal.preferred(&wider, data, among), worth, wider))
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
    wider.0[column].set(side, end);
    Some(wider)
}

/// A limit of a box at the simplest number that moves few rows in or out and `keeps` the box; of a
/// column of whole numbers at a whole number.
fn readable(
    bounds: &Bounds,
    (column, side): (usize, Side),
    data: Data<'_>,
    among: &[usize],
    keeps: &dyn Fn(&Bounds) -> bool,
) -> f64 {
    let columns = data.columns;
    let end = bounds.0[column].end(side);
    if among.iter().all(|row| columns[column][*row].fract() == 0.0) {
        return match side {
            Side::Low => end.ceil(),
            Side::High => end.floor(),
        };
    }
    let mut open = bounds.clone();
    open.0[column].open(side);
    // What this limit alone decides about.
    let rows = open.rows(columns, among).into_iter();
    let values: Vec<(f64, usize)> = rows
        .map(|row| (columns[column][row], row / data.of_draw))
        .collect();
    let is_in = |(value, _): &&(f64, usize)| bounds.0[column].holds(*value);
    let most = (MOVED * values.iter().filter(is_in).count() as f64) as usize;
    simplest(end, |near| {
        let mut moved = bounds.clone();
        moved.0[column].set(side, near);
        let past = (values.iter().copied())
            .filter(|(value, _)| bounds.0[column].holds(*value) != moved.0[column].holds(*value));
        are_few(past.collect(), most) && keeps(&moved)
    })
}

/// Whether a limit may be moved past these values, each with its draw: `most` of them at most, and
/// no two of different draws that are equal, which are no matter of chance.
pub fn are_few(mut values: Vec<(f64, usize)>, most: usize) -> bool {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let differ = |pair: &[(f64, usize)]| pair[0].0 != pair[1].0 || pair[0].1 == pair[1].1;
    values.len() <= most && values.windows(2).all(differ)
}

/// The decimal number nearest to `value` with the fewest digits that `fits`; `value` if none does.
pub fn simplest(value: f64, fits: impl Fn(f64) -> bool) -> f64 {
    for digits in 0..17_usize {
        // By way of decimals, so that it is written as it is meant.
        let near: Option<f64> = format!("{value:.digits$e}").parse().ok();
        if let Some(near) = near.filter(|near| fits(*near)) {
            return near;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_with_as_many_digits_as_fit() {
        for (value, reach, read) in [
            (0.7034, 0.02, 0.7),
            (0.7034, 0.002, 0.703),
            (-1234.0, 300.0, -1000.0),
            (-1234.0, 20.0, -1230.0),
            (0.000_123_4, 0.0, 0.000_123_4),
            (0.0, 0.1, 0.0),
            (0.04, 0.05, 0.04),
        ] {
            let near = simplest(value, |near| (near - value).abs() <= reach);
            assert_eq!(near, read, "{value} ± {reach}");
        }
    }

    /// A low limit at `end`, as it is read.
    fn low(values: Vec<f64>, end: f64, keeps: &dyn Fn(&Bounds) -> bool) -> f64 {
        let among: Vec<usize> = (0..values.len()).collect();
        let mut bounds = Bounds::whole(1);
        bounds.0[0].set(Side::Low, end);
        let data = Data {
            columns: &[values],
            response: &[],
            of_draw: 1,
        };
        readable(&bounds, (0, Side::Low), data, &among, keeps)
    }

    #[test]
    fn a_limit_is_rounded_past_few_rows_and_no_ties() {
        let any = |_: &Bounds| true;
        let whole = [1.0, 2.0, 3.0, 4.0].repeat(10);
        assert_eq!(low(whole, 2.5, &any), 3.0);
        // Halfway of 0.1 and 0.2: the first number in reading is a value that was peeled off.
        let ties = [0.1, 0.2, 0.3].repeat(100);
        assert_eq!(low(ties.clone(), 0.25, &any), 0.25);
        // Few, but equal.
        let few: Vec<f64> = [0.2; 4]
            .into_iter()
            .chain((0..996).map(|i| 0.25 + 0.001 * f64::from(i)))
            .collect();
        assert_eq!(low(few, 0.24, &any), 0.24);
        // In a tail, where a step in values is long and in rows is not.
        let tail: Vec<f64> = (0..1000)
            .map(|i| 1.0 / (1.0 - 0.001 * f64::from(i)))
            .collect();
        let end = low(tail, 14.9, &any);
        assert_eq!(end, 15.0);
        let even: Vec<f64> = (0..1000).map(|i| 0.001 * f64::from(i)).collect();
        assert_eq!(low(even.clone(), 0.4934, &any), 0.5);
        assert_eq!(low(even.clone(), 0.4734, &any), 0.47);
        // Outwards a density would be lost.
        let keeps = |bounds: &Bounds| bounds.0[0].low >= 0.4734;
        assert_eq!(low(even, 0.4734, &keeps), 0.4734);
    }
}
