//! Quantiles with their error, and histograms, read off what was kept or counted of a quantity.
//!
//! Takes [`Tables`]; gives numbers. A quantile is the smallest number that at least that share of
//! all numbers does not exceed: while numbers are kept as they are, and where a bin holds one
//! number alone, it is one of them. Otherwise it lies in a bin by its rank, and its error contains
//! the bin.

use super::replicate::{REPLICATES, error_of_residuals};
use super::tables::{Cell, Kept, Table, Tables};

/// Deviations, in standard errors, at which an error looks up and down: the middles of steps of a
/// quarter.
const STEPS: usize = 24;
const STEP: f64 = 0.25;
/// Numbers on the rarer side of a quantile below which replicates are too few to tell its error.
const RARE: f64 = 32.0;

/// A quantile and how far it may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    pub value: f64,
    /// Standard error, the width of the bin in it. 0: no other value is possible. `None`: a single
    /// number tells nothing.
    pub std_error: Option<f64>,
}

/// The numbers of a quantity in ascending order, as far as they are known.
pub struct Quantiles<'a> {
    order: Order<'a>,
    counts: [u64; REPLICATES],
}

enum Order<'a> {
    Kept {
        sorted: Vec<f64>,
        kept: &'a Kept,
    },
    Counted {
        cells: Vec<Cell>,
        /// Numbers up to and with each cell.
        upto: Vec<u64>,
    },
}

/// Where a number of some rank is.
#[derive(Clone, Copy)]
struct Spot {
    value: f64,
    /// It is certainly not below or above these.
    least: f64,
    most: f64,
}

/// Shares of each replicate's numbers, and how they vary.
#[derive(Clone, Copy)]
struct Sides {
    /// Standard error of the share below the quantile, and of that up to it.
    below: f64,
    upto: f64,
}

impl Tables {
    /// What is known of a quantity.
    pub fn quantiles(&self, table: usize) -> Quantiles<'_> {
        let mut counts = [0; REPLICATES];
        let order = match self.table(table) {
            Table::Kept(kept) => {
                for owner in &kept.owners {
                    counts[usize::from(*owner)] += 1;
                }
                let mut sorted = kept.values.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                Order::Kept { sorted, kept }
            }
            Table::Counted(counted) => {
                let cells = counted.cells();
                let mut total = 0;
                let upto = (cells.iter())
                    .map(|cell| {
                        for (all, own) in counts.iter_mut().zip(&cell.row) {
                            *all += u64::from(*own);
                            total += u64::from(*own);
                        }
                        total
                    })
                    .collect();
                Order::Counted { cells, upto }
            }
        };
        Quantiles { order, counts }
    }
}

impl Quantiles<'_> {
    /// Numbers, by replicate.
    pub fn by_replicate(&self) -> [u64; REPLICATES] {
        self.counts
    }

    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Quantiles at these shares; `None` without numbers.
    ///
    /// The error is the root mean square of how far the quantile moves as the share of numbers
    /// below it varies by chance, which the replicates show (sectioning; Asmussen & Glynn 2007,
    /// III.5), with the shape of Wilson's interval near 0 and 1. For a quantity of few values this
    /// is the size of the jump to the next one, weighted with the chance that the quantile is
    /// really there. The half of the bin that is farther off is added in squares.
    pub fn at<const N: usize>(&self, shares: [f64; N]) -> [Option<Quantile>; N] {
        let count = self.count();
        if count == 0 {
            return [None; N];
        }
        shares.map(|p| {
            let rank = rank(p, count);
            let spot = self.spot(rank);
            let by_chance = self.deviation(p, self.sides(p, &spot, rank));
            let resolution = (spot.value - spot.least).max(spot.most - spot.value);
            Some(Quantile {
                value: spot.value,
                std_error: (count > 1).then(|| libm::hypot(by_chance, resolution)),
            })
        })
    }

    /// The distribution function: numbers in ascending order, each with how many are not larger, by
    /// replicate.
    ///
    /// All numbers that differ while they are kept as they are, and the upper ends of bins
    /// otherwise.
    pub fn cumulative(&self) -> Vec<(f64, [u64; REPLICATES])> {
        let mut so_far = [0; REPLICATES];
        match &self.order {
            Order::Kept { kept, .. } => {
                let owners = kept.owners.iter().copied();
                let mut all: Vec<(f64, u8)> = kept.values.iter().copied().zip(owners).collect();
                all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
                (all.chunk_by(|a, b| a.0 == b.0))
                    .map(|equal| {
                        for (_, owner) in equal {
                            so_far[usize::from(*owner)] += 1;
                        }
                        (equal[0].0, so_far)
                    })
                    .collect()
            }
            Order::Counted { cells, .. } => (cells.iter())
                .map(|cell| {
                    for (all, own) in so_far.iter_mut().zip(&cell.row) {
                        *all += u64::from(*own);
                    }
                    (cell.most, so_far)
                })
                .collect(),
        }
    }

    /// Standard error of the `p` quantile, if the share of numbers below it has standard error
    /// `share_error`; 0 without numbers.
    pub fn error(&self, p: f64, share_error: f64) -> f64 {
        if self.count() == 0 {
            return 0.0;
        }
        self.deviation(
            p,
            Sides {
                below: share_error,
                upto: share_error,
            },
        )
    }

    /// Root mean square of how far the quantile moves as the share below it varies.
    fn deviation(&self, p: f64, sides: Sides) -> f64 {
        let rank = rank(p, self.count());
        let centre = self.spot(rank).value;
        let weights = weights();
        let sides = [(-STEP, sides.below), (STEP, sides.upto)].map(|(step, error)| {
            std::array::from_fn::<f64, STEPS, _>(|i| {
                self.value(moved(p, error, step * (i as f64 + 0.5))) - centre
            })
        });
        // Squares of large distances would overflow.
        let scale = sides
            .as_flattened()
            .iter()
            .fold(0.0, |most: f64, d| most.max(d.abs()));
        if scale == 0.0 {
            return 0.0;
        }
        let [down, up] = sides.map(|distances| {
            let squares = distances.map(|d| (d / scale) * (d / scale));
            (squares.iter().zip(weights))
                .map(|(square, weight)| weight * square)
                .sum::<f64>()
        });
        // Nothing is known of what lies beyond the smallest and the largest number.
        let is_extreme = rank == 1 || rank == self.count();
        let squares = if is_extreme {
            2.0 * down.max(up)
        } else {
            down + up
        };
        scale * squares.sqrt()
    }

    /// The number that this share of all does not exceed.
    fn value(&self, share: f64) -> f64 {
        self.spot(rank(share, self.count())).value
    }

    fn spot(&self, rank: u64) -> Spot {
        match &self.order {
            Order::Kept { sorted, .. } => {
                let value = sorted[rank as usize - 1];
                Spot {
                    value,
                    least: value,
                    most: value,
                }
            }
            Order::Counted { cells, upto } => {
                let i = cell_of(upto, rank);
                let Cell { least, most, .. } = cells[i];
                let before = if i > 0 { upto[i - 1] } else { 0 };
                let inside = ((rank - before) as f64 - 0.5) / (upto[i] - before) as f64;
                Spot {
                    value: (least * (1.0 - inside) + most * inside).clamp(least, most),
                    least,
                    most,
                }
            }
        }
    }

    /// How the shares below a quantile and up to it vary. They differ if many numbers are equal to
    /// it.
    fn sides(&self, p: f64, spot: &Spot, rank: u64) -> Sides {
        let (mut below, mut upto) = ([0.0; REPLICATES], [0.0; REPLICATES]);
        let is_atom = match &self.order {
            Order::Kept { sorted, kept } => {
                let mut values = kept.values.as_slice();
                for owners in kept.owners.chunk_by(|a, b| a == b) {
                    let (own, others) = values.split_at(owners.len());
                    let m = usize::from(owners[0]);
                    below[m] += own.iter().filter(|x| **x < spot.value).count() as f64;
                    upto[m] += own.iter().filter(|x| **x <= spot.value).count() as f64;
                    values = others;
                }
                let at = rank as usize - 1;
                let same = |i: Option<usize>| i.and_then(|i| sorted.get(i)) == Some(&spot.value);
                same(at.checked_sub(1)) || same(Some(at + 1))
            }
            Order::Counted { cells, upto: ranks } => {
                let i = cell_of(ranks, rank);
                for cell in &cells[..i] {
                    for (below, count) in below.iter_mut().zip(cell.row) {
                        *below += f64::from(count);
                    }
                }
                for m in 0..REPLICATES {
                    upto[m] = below[m] + f64::from(cells[i].row[m]);
                }
                spot.least == spot.most
            }
        };
        if !is_atom {
            // Half of a single number, and of a bin what lies below the quantile.
            let width = spot.most - spot.least;
            let inside = if width > 0.0 {
                (spot.value - spot.least) / width
            } else {
                0.5
            };
            for m in 0..REPLICATES {
                below[m] += inside * (upto[m] - below[m]);
            }
            // However evenly a design spreads its draws, no share is known better than to half a
            // trial.
            let error = self.share_error(p, &below).max(0.5 / self.count() as f64);
            return Sides {
                below: error,
                upto: error,
            };
        }
        Sides {
            below: self.share_error(p, &below),
            upto: self.share_error(p, &upto),
        }
    }

    /// Standard error of a share near `p`, from what each replicate has of it.
    fn share_error(&self, p: f64, hits: &[f64; REPLICATES]) -> f64 {
        let n = self.count() as f64;
        let share = hits.iter().sum::<f64>() / n;
        let used = self.counts.iter().filter(|count| **count > 0).count();
        let residuals = std::array::from_fn(|m| {
            let count = self.counts[m] as f64;
            (hits[m] - share * count) / n
        });
        let independent = (p * (1.0 - p) / n).max(0.0).sqrt();
        match error_of_residuals(&residuals, used) {
            None => independent,
            Some(error) if n * p.min(1.0 - p) < RARE => error.max(independent),
            Some(error) => error,
        }
    }

    /// Counts in at most `bins` equal bins from the smallest to the largest number, for display:
    /// `(edges, counts)`, one edge more than counts.
    ///
    /// Of numbers that are all `whole`, a bin holds as many as the next: its edges lie halfway
    /// between whole numbers. The counts sum to the numbers counted. A single value gives one bin
    /// around it; no numbers give two empty vectors.
    pub fn histogram(&self, bins: usize, whole: bool) -> (Vec<f64>, Vec<u64>) {
        let count = self.count();
        if count == 0 {
            return (Vec::new(), Vec::new());
        }
        let (low, high) = (self.spot(1).least, self.spot(count).most);
        if high <= low || bins < 2 {
            let margin = if high > low {
                0.0
            } else {
                0.5 * low.abs().max(1.0)
            };
            return (vec![low - margin, high + margin], vec![count]);
        }
        let edges: Vec<f64> = if whole && low.abs().max(high.abs()) < 1e15 {
            let step = ((high - low + 1.0) / bins as f64).ceil();
            let bins = ((high - low + 1.0) / step).ceil() as usize;
            (0..=bins).map(|i| low - 0.5 + i as f64 * step).collect()
        } else {
            let share = |i: usize| i as f64 / bins as f64;
            (0..=bins)
                .map(|i| low * (1.0 - share(i)) + high * share(i))
                .collect()
        };
        let bins = edges.len() - 1;
        // Rounding the cumulative counts, not the counts, keeps their sum.
        let mut below: Vec<u64> = (edges[..bins].iter())
            .map(|edge| self.below(*edge).round() as u64)
            .collect();
        below[0] = 0;
        below.push(count);
        let counts = (below.windows(2))
            .map(|pair| pair[1].saturating_sub(pair[0]))
            .collect();
        (edges, counts)
    }

    /// How many numbers lie below this one.
    fn below(&self, number: f64) -> f64 {
        match &self.order {
            Order::Kept { sorted, .. } => sorted.partition_point(|x| *x < number) as f64,
            Order::Counted { cells, upto } => {
                let whole = cells.partition_point(|cell| cell.most < number);
                let before = if whole > 0 { upto[whole - 1] } else { 0 };
                let partly = match cells.get(whole) {
                    Some(cell) if cell.least < number => {
                        let inside = (number - cell.least) / (cell.most - cell.least);
                        inside * (upto[whole] - before) as f64
                    }
                    _ => 0.0,
                };
                before as f64 + partly
            }
        }
    }
}

/// Rank of the smallest number that a share `p` of `count` does not exceed, from 1.
fn rank(p: f64, count: u64) -> u64 {
    let target = p * count as f64;
    let nearest = target.round();
    // 5% of 100 are 5, however 0.05 is rounded.
    let rank = if (target - nearest).abs() < 1e-9 * nearest {
        nearest
    } else {
        target.ceil()
    };
    (rank as u64).clamp(1, count)
}

/// The first cell up to which there are at least `rank` numbers.
fn cell_of(upto: &[u64], rank: u64) -> usize {
    upto.partition_point(|numbers| *numbers < rank)
}

/// A share that lies `z` of its standard errors from `p`, on the scale of Wilson (1927): never
/// outside `[0, 1]`.
fn moved(p: f64, std_error: f64, z: f64) -> f64 {
    let variance = p * (1.0 - p);
    // z² over the number of independent trials with that error.
    let squares = z * std_error * (z * std_error) / variance;
    if squares == 0.0 || variance <= 0.0 {
        return p;
    }
    let half_width = z.signum() * (squares * variance + squares * squares / 4.0).sqrt();
    ((p + squares / 2.0 + half_width) / (1.0 + squares)).clamp(0.0, 1.0)
}

/// Weights of the steps on each side: those of the normal distribution, in all 1.
fn weights() -> [f64; STEPS] {
    let density: [f64; STEPS] = std::array::from_fn(|step| {
        let z = STEP * (step as f64 + 0.5);
        libm::exp(-0.5 * z * z)
    });
    let sum: f64 = 2.0 * density.iter().sum::<f64>();
    density.map(|weight| weight / sum)
}
