//! PRIM, the patient rule induction method: a box of inputs in which a response is higher than
//! elsewhere.
//!
//! Takes columns (a number for each row) and a response from 0 to 1 for each row; gives the peeling
//! trajectory. Friedman & Fisher, *Bump hunting in high-dimensional data*, Statistics and Computing
//! 9 (1999); for scenario discovery Bryant & Lempert, Technol. Forecast. Soc. Change 77 (2010).
//! Which box of the trajectory is told is decided in [`choose`](super::choose), on other rows.

/// Share of the rows of a box that a step peels off: the usual value.
pub const PEEL: f64 = 0.05;
/// A box holds no less than this share of the rows: the usual value.
pub const LEAST_MASS: f64 = 0.05;

/// What a box asks of one column; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Minus infinity for no limit.
    pub low: f64,
    /// Infinity for no limit.
    pub high: f64,
}

/// An end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Low,
    High,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::Low, Self::High];
}

impl Limits {
    pub const NONE: Self = Self {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    };

    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    pub fn is_restricted(&self) -> bool {
        self.low.is_finite() || self.high.is_finite()
    }

    pub fn end(&self, side: Side) -> f64 {
        match side {
            Side::Low => self.low,
            Side::High => self.high,
        }
    }

    pub fn set(&mut self, side: Side, end: f64) {
        match side {
            Side::Low => self.low = end,
            Side::High => self.high = end,
        }
    }

    pub fn open(&mut self, side: Side) {
        match side {
            Side::Low => self.set(side, f64::NEG_INFINITY),
            Side::High => self.set(side, f64::INFINITY),
        }
    }
}

/// Limits of each column.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds(pub Vec<Limits>);

impl Bounds {
    pub fn whole(columns: usize) -> Self {
        Self(vec![Limits::NONE; columns])
    }

    /// Whether a row lies in it.
    pub fn holds(&self, columns: &[Vec<f64>], row: usize) -> bool {
        let mut pairs = self.0.iter().zip(columns);
        pairs.all(|(limits, column)| !limits.is_restricted() || limits.holds(column[row]))
    }

    /// Columns that it restricts.
    pub fn restricted(&self) -> Vec<usize> {
        let columns = 0..self.0.len();
        columns.filter(|c| self.0[*c].is_restricted()).collect()
    }

    /// All limits that it has.
    pub fn ends(&self) -> Vec<(usize, Side)> {
        let of = |c: usize| Side::BOTH.into_iter().map(move |side| (c, side));
        let all = (0..self.0.len()).flat_map(of);
        all.filter(|(c, side)| self.0[*c].end(*side).is_finite())
            .collect()
    }

    /// Those of some rows that lie in it.
    pub fn rows(&self, columns: &[Vec<f64>], among: &[usize]) -> Vec<usize> {
        let rows = among.iter().copied();
        rows.filter(|row| self.holds(columns, *row)).collect()
    }
}

/// Rows to be searched: columns, and the response.
#[derive(Clone, Copy, Debug)]
pub struct Data<'d> {
    /// By input, then by row.
    pub columns: &'d [Vec<f64>],
    /// By row, from 0 to 1.
    pub response: &'d [f64],
    /// Rows of a draw, which follow one another and have its inputs in common.
    pub of_draw: usize,
}

impl Data<'_> {
    pub fn sum(&self, rows: &[usize]) -> f64 {
        rows.iter().map(|row| self.response[*row]).sum()
    }

    /// Mean of the response over some rows, and the squared standard error of it.
    pub fn moments(&self, rows: &[usize]) -> (f64, f64) {
        let n = rows.len() as f64;
        let mean = self.sum(rows) / n;
        let off = rows.iter().map(|row| self.response[*row] - mean);
        (mean, off.map(|x| x * x).sum::<f64>() / (n - 1.0) / n)
    }
}

/// A way to make a box smaller.
struct Peel {
    column: usize,
    side: Side,
    end: f64,
    /// Gain of the mean for each row that goes.
    gain: f64,
    /// Whether the column is restricted already.
    is_old: bool,
}

/// Peels boxes off `among` some rows, one share of the rows that are left after another. The first
/// box is the whole.
///
/// A step is the one of all columns and both ends that raises the mean of the response most for
/// each row that it removes; of equals one that restricts no further column, then the first. The
/// limit stands half-way between the last value that goes and the first that stays; equal values go
/// together. It ends where less than `least` of the rows would be left: a step that does not raise
/// the mean may be chance, and the next may. These are the rules of the EMA Workbench (`lenient1`),
/// whose trajectories of continuous columns these are, as far as they go: it ends at such a step.
pub fn peel(data: Data<'_>, among: &[usize], share: f64, least: f64) -> Vec<Bounds> {
    let columns = data.columns;
    let mut bounds = Bounds::whole(columns.len());
    let mut rows = among.to_vec();
    let mut trajectory = vec![bounds.clone()];
    // Rows in the order of each column, less those that were peeled off.
    let mut sorted: Vec<Vec<usize>> = (columns.iter())
        .map(|column| {
            let mut order = among.to_vec();
            order.sort_by(|a, b| column[*a].total_cmp(&column[*b]));
            order
        })
        .collect();
    let fewest = least * among.len() as f64;
    loop {
        let mean = data.sum(&rows) / rows.len() as f64;
        let mut best: Option<Peel> = None;
        for (c, (column, order)) in columns.iter().zip(&sorted).enumerate() {
            for (side, end, kept) in peels(column, order, share) {
                if (kept.len() as f64) < fewest || kept.is_empty() {
                    continue;
                }
                let gone = (order.len() - kept.len()) as f64;
                let peel = Peel {
                    column: c,
                    side,
                    end,
                    gain: (data.sum(kept) / kept.len() as f64 - mean) / gone,
                    is_old: bounds.0[c].is_restricted(),
                };
                let is_better = best.as_ref().is_none_or(|best| {
                    peel.gain > best.gain || (peel.gain == best.gain && peel.is_old && !best.is_old)
                });
                if is_better {
                    best = Some(peel);
                }
            }
        }
        let Some(peel) = best else {
            return trajectory;
        };
        bounds.0[peel.column].set(peel.side, peel.end);
        let limits = bounds.0[peel.column];
        let column = &columns[peel.column];
        rows.retain(|row| limits.holds(column[*row]));
        for order in &mut sorted {
            order.retain(|row| limits.holds(column[*row]));
        }
        trajectory.push(bounds.clone());
    }
}

/// Both peels of a column: the end, the new limit, and the rows that stay. The high end first.
fn peels<'o>(column: &[f64], order: &'o [usize], share: f64) -> Vec<(Side, f64, &'o [usize])> {
    let n = order.len();
    let gone = (share * (n.saturating_sub(1)) as f64) as usize + 1;
    if n < 2 || gone >= n {
        return Vec::new();
    }
    let value = |i: usize| column[order[i]];
    // Equal values go together.
    let to = order.partition_point(|row| column[*row] < value(n - gone));
    let from = order.partition_point(|row| column[*row] <= value(gone - 1));
    let mut found = Vec::with_capacity(2);
    if to > 0 {
        let end = between(value(to - 1), value(to), value(to - 1));
        found.push((Side::High, end, &order[..to]));
    }
    if from < n {
        let end = between(value(from - 1), value(from), value(from));
        found.push((Side::Low, end, &order[from..]));
    }
    found
}

/// Half-way between two values; `kept` of them if there is no number between.
pub fn between(low: f64, high: f64, kept: f64) -> f64 {
    let middle = 0.5 * low + 0.5 * high;
    if low < middle && middle < high {
        middle
    } else {
        kept
    }
}
